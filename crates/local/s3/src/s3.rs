//! All buckets with their settings.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::encryption::{Encryption, Keys, Settings};
use crate::error::{Error, Result};
use crate::store::{Bucket, Store, Versioning};

/// Objects of all buckets.
#[derive(Debug)]
pub struct S3 {
    store: Store,
    pub(crate) settings: Settings,
}

impl S3 {
    /// Opens the folder, or makes it: everything that was answered before the last process ended is there again.
    ///
    /// # Errors
    /// When files cannot be read or written, or a journal holds a line that is none.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self { store: Store::open(folder)?, settings: Settings::default() })
    }

    /// The same with KMS. Without it, requests for SSE-KMS are refused.
    #[must_use]
    pub fn with_keys(mut self, keys: Arc<dyn Keys>) -> Self {
        self.settings.keys = Some(keys);
        self
    }

    /// All buckets, sorted.
    #[must_use]
    pub fn buckets(&self) -> Vec<String> {
        self.store.names()
    }

    /// The bucket of that name.
    pub(crate) fn bucket(&self, name: &str) -> Result<Arc<Bucket>> {
        self.store.bucket(name).ok_or_else(|| Error::no_such_bucket(name))
    }

    /// Says that a bucket exists. One that is known keeps its objects.
    ///
    /// # Errors
    /// When its folder cannot be made, or the name is none that a bucket can have: it becomes the name of a folder.
    pub fn bucket_created(&self, name: &str) -> io::Result<()> {
        self.store.create(name)
    }

    /// Says that a bucket is gone; what is in it goes, too.
    ///
    /// # Errors
    /// When its folder cannot be moved away.
    pub fn bucket_deleted(&self, name: &str) -> io::Result<()> {
        self.settings.remove(name);
        self.store.remove(name)
    }

    /// Removes all buckets.
    ///
    /// # Errors
    /// When a folder cannot be moved away.
    pub fn reset(&self) -> io::Result<()> {
        self.buckets().iter().try_for_each(|name| self.bucket_deleted(name))
    }

    /// Whether a bucket has neither objects nor versions nor delete markers; uploads under way do not count, as in AWS.
    /// `None`: there is no such bucket.
    #[must_use]
    pub fn is_empty(&self, name: &str) -> Option<bool> {
        self.store.bucket(name).map(|bucket| bucket.is_empty())
    }

    /// Says whether a bucket keeps versions from now on. It is remembered; a bucket that is not known is left alone.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn set_versioning(&self, name: &str, versioning: Versioning) -> io::Result<()> {
        self.store.bucket(name).map_or(Ok(()), |bucket| bucket.set_versioning(versioning))
    }

    /// Sets the default encryption of a bucket; `None` is that of new buckets. It is not remembered after a restart.
    pub fn set_encryption(&self, name: &str, encryption: Option<Encryption>) {
        self.settings.set_encryption(name, encryption);
    }

    /// Sets the region of a bucket, in which its KMS keys are looked up. It is not remembered after a restart.
    pub fn set_region(&self, name: &str, region: &str) {
        self.settings.set_region(name, region);
    }
}
