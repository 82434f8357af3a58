//! `storage`: buckets, and the files that other layers demand in them.

mod bucket;
pub(crate) mod check;
mod lifecycle;
mod wish;

pub use bucket::{Bucket, Encryption};
pub use lifecycle::{Rule, StorageClass, Transition};
pub use wish::{OtherBucket, Section, Wish};

use crate::Document;
use crate::layer::Layer;
use crate::policy::{Added, Place};

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "storage",
    about: "The buckets: versioned, encrypted, closed to the public; and the DAGs, scripts and SQL in them",
    asked: |pipeline| pipeline.storage.is_some(),
    uses: &["keys"],
    needs: |pipeline| if pipeline.storage().wants_key() { LAYER.uses.to_vec() } else { Vec::new() },
    values,
    ..Layer::NONE
};

/// Where Athena writes its results, in the main bucket.
pub const RESULTS: &str = "athena-results/";

fn values(document: &Document, place: &Place) -> Added {
    let pipeline = &document.pipeline;
    let buckets = pipeline.storage().buckets.keys();
    let wished = buckets.map(|id| pipeline.bucket_of(id, &place.account, &place.region));
    // A bucket that is there is still used under its name.
    let there = document.storage.iter().flat_map(|section| section.buckets.values().map(|other| other.name.clone()));
    let mut names: Vec<String> = wished.chain(there).collect();
    names.sort();
    names.dedup();
    // Which key it is, its tags say: policies are written before there is one.
    let key = pipeline.storage().wants_key().then(|| "*".to_owned());
    vec![("other_bucket", names), ("bucket_key", key.into_iter().collect())]
}
