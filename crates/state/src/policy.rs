//! Policy documents with placeholders, and the values of the placeholders. `policies/README.md` lists them.

mod fill;
mod place;
mod values;

pub use fill::{fill, join, normal, text};
pub use place::{Added, Place, Values};
pub use values::values;
