//! `keys`: the KMS key that the pipeline's data is encrypted with, where the wish asks for one of its own.

pub(crate) mod check;
mod wish;

pub use wish::{Section, Wish};

use crate::layer::Layer;
use crate::policy::{Added, Place};
use crate::{Document, Kind};

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "keys",
    about: "The KMS key: alias, rotation, key policy",
    asked: |pipeline| pipeline.keys.is_some(),
    values,
    ..Layer::NONE
};

fn values(document: &Document, place: &Place) -> Added {
    vec![("key", vec![document.pipeline.physical(Kind::Key, "main", &place.account, &place.region)])]
}
