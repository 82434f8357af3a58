//! One bucket as it is wished for.

use super::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A bucket besides the main one: versioned, encrypted, closed to the public, TLS only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Bucket {
    /// A name of your own. Without it the name ends in account and region, and no other account can hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Days after which replaced and deleted versions of an object are deleted.
    pub old_versions_days: i32,
    /// Days after which unfinished uploads are deleted.
    pub unfinished_uploads_days: i32,
    /// Encryption of new objects.
    #[serde(skip_serializing_if = "Encryption::is_default")]
    pub encryption: Encryption,
    /// What happens to objects as they grow old, by prefix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lifecycle: Vec<Rule>,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            name: None,
            old_versions_days: 30,
            unfinished_uploads_days: 1,
            encryption: Encryption::default(),
            lifecycle: Vec::new(),
        }
    }
}

/// What encrypts the objects of a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    /// S3's own key.
    #[default]
    SseS3,
    /// The pipeline's key in KMS, with a bucket key, so that S3 asks KMS seldom.
    Key,
}

impl Encryption {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A number of days after which something is deleted.
pub(super) fn days(found: &mut Vec<String>, path: &str, days: i32) {
    if days < 1 {
        found.push(format!("{path}: {days} is less than 1 day"));
    }
}
