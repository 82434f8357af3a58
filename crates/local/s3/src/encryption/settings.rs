//! How each bucket encrypts, and the KMS keys that it may use.

use std::collections::HashMap;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use crate::error::{Error, Result};

/// The region of a bucket whose region was never set.
const FIRST_REGION: &str = "us-east-1";

/// The default encryption of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// The key's id, ARN or alias, where one is named.
    pub key: Option<String>,
    /// Whether the bucket uses an S3 Bucket Key, instead of a data key for each object.
    pub bucket_key: bool,
    /// Whether it refuses writes with customer-provided keys (SSE-C).
    pub blocks_customer_keys: bool,
}

impl Default for Encryption {
    /// SSE-S3, the default of new buckets since January 2023.
    fn default() -> Self {
        Self { algorithm: "AES256".to_string(), key: None, bucket_key: false, blocks_customer_keys: false }
    }
}

/// The ARN of a key, or KMS's error with S3's code.
pub type Usable<'a> = Pin<Box<dyn Future<Output = Result<String>> + Send + 'a>>;

/// Access to KMS keys.
pub trait Keys: Debug + Send + Sync {
    /// Looks up a key by id, ARN, alias or alias ARN, and checks that it can be used now.
    fn usable<'a>(&'a self, key: &'a str, region: &'a str) -> Usable<'a>;
}

/// Settings of buckets that the store does not keep, and KMS where there is one.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    buckets: RwLock<HashMap<String, OfBucket>>,
    pub keys: Option<Arc<dyn Keys>>,
}

#[derive(Debug, Default)]
struct OfBucket {
    /// `None`: never set, or deleted.
    encryption: Option<Encryption>,
    region: Option<String>,
}

impl Settings {
    pub(crate) fn set_encryption(&self, bucket: &str, encryption: Option<Encryption>) {
        self.change(bucket, |settings| settings.encryption = encryption);
    }

    pub(crate) fn set_region(&self, bucket: &str, region: &str) {
        self.change(bucket, |settings| settings.region = Some(region.to_string()));
    }

    fn change(&self, bucket: &str, change: impl FnOnce(&mut OfBucket)) {
        change(self.buckets.write().unwrap_or_else(PoisonError::into_inner).entry(bucket.to_string()).or_default());
    }

    /// The bucket is deleted.
    pub(crate) fn remove(&self, bucket: &str) {
        self.buckets.write().unwrap_or_else(PoisonError::into_inner).remove(bucket);
    }

    /// The default encryption of a bucket.
    pub(crate) fn encryption(&self, bucket: &str) -> Encryption {
        self.chosen_encryption(bucket).unwrap_or_default()
    }

    /// The default encryption of a bucket, where it was set explicitly.
    pub(crate) fn chosen_encryption(&self, bucket: &str) -> Option<Encryption> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner).get(bucket)?.encryption.clone()
    }

    /// The ARN of a KMS key that this bucket can use now.
    pub(crate) async fn usable(&self, key: &str, bucket: &str) -> Result<String> {
        let Some(keys) = &self.keys else {
            let why = "This store has no KMS: objects can be encrypted with AES256 only.";
            return Err(Error::new(501, "NotImplemented", why));
        };
        let region = {
            let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
            buckets.get(bucket).and_then(|known| known.region.clone())
        };
        keys.usable(key, region.as_deref().unwrap_or(FIRST_REGION)).await
    }
}
