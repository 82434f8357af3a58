//! Slices: the parts of a table that a run replaces as a whole, and which of a table's files make each of them.
//!
//! `slice.rs` has what a slice is, `input.rs` the rules by which raw files are found, `layout.rs` how files and folders are
//! named, `files.rs` which files are of which slice, `newest.rs` the rule of the newest file. Nothing here reads or lists: the
//! transforms, `datagen` and `storage` do, and ask here. `scripts/glue/strata_transform.py` has the same rules for AWS.

mod files;
mod input;
mod layout;
mod newest;
mod slice;

pub use files::{Error, Found, assign};
pub use input::Input;
pub use layout::Layout;
pub use newest::{Named, date_in, newest};
pub use slice::{DATE, Grain, MONTH, Slice, is_day};
