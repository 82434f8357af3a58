//! The entry behind `just`: which pipeline, environment and target a command means, what it writes, and where. Named after
//! what must not happen again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "which_pipeline/account.rs"]
mod account;
#[path = "which_pipeline/build.rs"]
mod build;
#[path = "which_pipeline/documents.rs"]
mod documents;
#[path = "which_pipeline/input.rs"]
mod input;
#[path = "which_pipeline/own.rs"]
mod own;
#[path = "which_pipeline/which.rs"]
mod which;
#[path = "which_pipeline/words.rs"]
mod words;

use serde_json::{Value, json};
use strata_testkit::World;
use strata_tests::Checkout;

const PIPELINE: &str = "pipelines/driven-data/pipeline.json";

/// The keys below a prefix of a bucket, in order.
fn keys(world: &World, bucket: &str, prefix: &str) -> Vec<String> {
    let listed = world.call("s3", "list_objects_v2", json!({ "Bucket": bucket, "Prefix": prefix }));
    let objects = listed["Contents"].as_array().into_iter().flatten();
    objects.map(|object| object["Key"].as_str().unwrap().to_owned()).collect()
}

/// The ETag of an object: another one when it was written again with other bytes.
fn etag(world: &World, bucket: &str, key: &str) -> Value {
    world.call("s3", "head_object", json!({ "Bucket": bucket, "Key": key }))["ETag"].clone()
}

/// The bucket of a saved document.
fn bucket(checkout: &Checkout, name: &str) -> String {
    checkout.document(name)["storage"]["bucket"].as_str().unwrap().to_owned()
}

/// Have driven-data have a second environment.
fn with_prod(checkout: &Checkout) {
    checkout.change(PIPELINE, |pipeline| pipeline["envs"] = json!({ "prod": {} }));
}
