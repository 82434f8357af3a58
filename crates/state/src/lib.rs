//! The document: what the person wrote (`pipeline`, the wish) and one section per layer (what is).
//!
//! `wish/` holds the types of what is asked for besides the layers, `layers/` one module for each layer: its wish, its
//! section, what it needs and what it demands. Arrows between files go one way: types, then the table of layers, then
//! what folds the demands of all layers, then the checks of a wish, then reading. [`read`] turns the text of one or
//! more documents into one [`Document`]; [`Document::print`] is its inverse. The JSON Schema in this crate's folder
//! (`document.schema.json`) is generated from these types.

pub mod dag;
pub mod demand;
mod document;
mod each_layer;
pub mod envs;
mod envs_schema;
mod error;
mod layer;
pub mod layers;
mod merge;
mod names;
mod near;
pub mod policy;
mod print;
mod read;
mod regions;
pub mod roles;
pub mod section;
pub mod spec;
mod strict;
pub mod wish;
pub mod workflow;

pub use document::{Document, VERSION};
pub use error::Error;
pub use names::Kind;
pub use print::schema;
pub use read::{read, read_for};
pub use regions::region_problem;
pub use spec::Spec;
