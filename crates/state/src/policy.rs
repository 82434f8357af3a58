//! Policy documents with placeholders, and what the placeholders stand for. `policies/README.md` lists them.

mod fill;
mod place;
mod values;

pub use fill::{fill, join, normal, text};
pub use place::{Added, Place, Values};
pub use values::values;
