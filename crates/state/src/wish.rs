//! What the person asks for: the `pipeline` object of the document.

pub(crate) mod check;
mod generate;
mod order;
mod patterns;
mod pipeline;
mod slices;
mod table;
mod tags;
mod transform;
pub(crate) mod words;

pub use generate::Generate;
pub use pipeline::Pipeline;
pub use strata_slices::{Grain, Input, is_day};
pub use table::{Column, Format, Table, Type};
pub use transform::Transform;
pub use words::bucket_problem;
