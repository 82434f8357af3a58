//! The buckets that a person asks for, and what the document says of them.

use super::{Bucket, Encryption, Rule};
use crate::demand::MAIN_BUCKET;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The main bucket, and any others: each versioned, encrypted, closed to the public, TLS only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// A name of your own for the main bucket. Without it the name ends in account and region, and no other account can
    /// hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Days after which replaced and deleted versions of an object are deleted.
    pub old_versions_days: i32,
    /// Days after which Athena's result files are deleted.
    pub query_results_days: i32,
    /// Days after which unfinished uploads are deleted.
    pub unfinished_uploads_days: i32,
    /// Encryption of new objects of the main bucket.
    #[serde(skip_serializing_if = "Encryption::is_default")]
    pub encryption: Encryption,
    /// What happens to objects of the main bucket as they grow old, by prefix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lifecycle: Vec<Rule>,
    /// Buckets besides the main one, by id; the id becomes part of the name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub buckets: BTreeMap<String, Bucket>,
}

impl Default for Wish {
    fn default() -> Self {
        let Bucket { old_versions_days, unfinished_uploads_days, encryption, .. } = Bucket::default();
        Self {
            bucket: None,
            old_versions_days,
            query_results_days: 7,
            unfinished_uploads_days,
            encryption,
            lifecycle: Vec::new(),
            buckets: BTreeMap::new(),
        }
    }
}

impl Wish {
    /// All buckets by id, the main one among them.
    #[must_use]
    pub fn all(&self) -> BTreeMap<&str, Bucket> {
        let main = Bucket {
            name: self.bucket.clone(),
            old_versions_days: self.old_versions_days,
            unfinished_uploads_days: self.unfinished_uploads_days,
            encryption: self.encryption,
            lifecycle: self.lifecycle.clone(),
        };
        let others = self.buckets.iter().map(|(id, bucket)| (id.as_str(), bucket.clone()));
        others.chain([(MAIN_BUCKET, main)]).collect()
    }

    /// Whether a bucket is encrypted with the pipeline's own key.
    #[must_use]
    pub fn wants_key(&self) -> bool {
        self.all().values().any(|bucket| bucket.encryption == Encryption::Key)
    }
}

/// The buckets and the files that strata put into them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Name of the main bucket.
    pub bucket: String,
    /// ARN of the main bucket.
    pub arn: String,
    /// Version id by key, of the files that strata uploaded to the main bucket.
    pub files: BTreeMap<String, String>,
    /// Buckets besides the main one, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub buckets: BTreeMap<String, OtherBucket>,
}

/// A bucket besides the main one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherBucket {
    /// Bucket name.
    pub name: String,
    /// Bucket ARN.
    pub arn: String,
    /// Version id by key, of the files that strata uploaded to it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
}

impl Section {
    /// Name of each bucket, by id.
    #[must_use]
    pub fn names(&self) -> BTreeMap<&str, &str> {
        let others = self.buckets.iter().map(|(id, other)| (id.as_str(), other.name.as_str()));
        others.chain([(MAIN_BUCKET, self.bucket.as_str())]).collect()
    }
}
