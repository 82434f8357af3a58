//! `storage`: the bucket, and the files that other layers demand in it.

use super::Layer;
use crate::wish::{Pipeline, bucket_problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "storage",
    about: "The bucket: versioned, encrypted, closed to the public; and the DAGs, scripts and SQL in it",
    asked: |pipeline| pipeline.storage.is_some(),
    check,
    ..Layer::NONE
};

/// One bucket: versioned, encrypted, closed to the public, TLS only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// A bucket name of your own. Without it the name ends in account and region, and nobody else can hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Days after which replaced and deleted versions of an object go.
    pub old_versions_days: i32,
    /// Days after which Athena's result files go.
    pub query_results_days: i32,
    /// Days after which unfinished uploads go.
    pub unfinished_uploads_days: i32,
}

impl Default for Wish {
    fn default() -> Self {
        Self { bucket: None, old_versions_days: 30, query_results_days: 7, unfinished_uploads_days: 1 }
    }
}

/// The bucket and the files that strata put into it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Bucket name.
    pub bucket: String,
    /// Bucket ARN.
    pub arn: String,
    /// Version id by key, of the files that strata uploaded.
    pub files: BTreeMap<String, String>,
}

fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let storage = pipeline.storage();
    for (path, days) in [
        ("old_versions_days", storage.old_versions_days),
        ("query_results_days", storage.query_results_days),
        ("unfinished_uploads_days", storage.unfinished_uploads_days),
    ] {
        if days < 1 {
            found.push(format!("pipeline.storage.{path}: {days} is less than 1 day"));
        }
    }
    let Some(bucket) = &storage.bucket else { return };
    if let Some(why) = bucket_problem(bucket) {
        found.push(format!("pipeline.storage.bucket: AWS would refuse `{bucket}`: {why}"));
    }
}
