//! What the store refuses, and what can fail.

use std::io;

/// Why a call of the store failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("there is no object `{key}`")]
    NoSuchKey { key: String },
    /// The newest version of the key is this delete marker.
    #[error("`{key}` is deleted")]
    Deleted { key: String, marker: String },
    #[error("`{key}` has no version `{version}`")]
    NoSuchVersion { key: String, version: String },
    #[error("`{0}` is not a version id")]
    InvalidVersionId(String),
    /// A version that was named is a delete marker, written at `modified` (milliseconds since 1970).
    #[error("version `{version}` is a delete marker")]
    DeleteMarker { version: String, modified: i64 },
    #[error("there is no upload `{0}`")]
    NoSuchUpload(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What functions of the store return.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;
