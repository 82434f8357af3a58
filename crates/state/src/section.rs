//! What exists: besides the sections of the layers (`layers/`), where they are and why a chain stopped.

mod failed;
mod target;

pub use failed::{During, Failed, Left};
pub use target::Target;
