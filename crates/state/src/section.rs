//! What is: beside the sections of the layers (`layers/`), where they live and why a chain stopped.

mod failed;
mod target;

pub use failed::{During, Failed, Left};
pub use target::Target;
