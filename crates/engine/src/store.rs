//! All that a transform knows of S3: a few calls on `s3://bucket/key`.

use std::io::{Result, Write};

/// One stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// `s3://bucket/key`.
    pub url: String,
    /// Bytes.
    pub size: u64,
}

/// An object that is being read, as it was when it was opened.
pub trait Source: Send + Sync {
    /// Bytes.
    fn size(&self) -> u64;
    /// Fill `into` with the bytes from `from` on.
    ///
    /// # Errors
    /// What the store says; also when the object is shorter, or was replaced since it was opened.
    fn read(&self, from: u64, into: &mut [u8]) -> Result<()>;
}

/// An object that is being written. It is invisible before it is committed; one that is dropped leaves nothing.
pub trait Sink: Write + Send {
    /// Put what was written in place, whole or not at all.
    ///
    /// # Errors
    /// What the store says.
    fn commit(self: Box<Self>) -> Result<()>;
}

/// Where tables are kept. URLs are `s3://bucket/key`.
pub trait Store: Send + Sync {
    /// The objects whose URL starts with `url`, in order.
    ///
    /// # Errors
    /// What the store says.
    fn list(&self, url: &str) -> Result<Vec<Object>>;
    /// The content of one object.
    ///
    /// # Errors
    /// What the store says; `NotFound` when there is no such object.
    fn get(&self, url: &str) -> Result<Vec<u8>>;
    /// Put one object, replacing it whole or not at all.
    ///
    /// # Errors
    /// What the store says.
    fn put(&self, url: &str, bytes: Vec<u8>) -> Result<()>;
    /// Delete one object; one that is not there is fine.
    ///
    /// # Errors
    /// What the store says.
    fn delete(&self, url: &str) -> Result<()>;
    /// Read one object piece by piece.
    ///
    /// # Errors
    /// What the store says; `NotFound` when there is no such object.
    fn open(&self, url: &str) -> Result<Box<dyn Source + '_>>;
    /// Write one object piece by piece.
    ///
    /// # Errors
    /// What the store says.
    fn create(&self, url: &str) -> Result<Box<dyn Sink + '_>>;
}
