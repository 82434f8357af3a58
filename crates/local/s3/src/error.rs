//! S3's errors: the code and the message that AWS's clients read.

use std::io;

use crate::{store, time};

/// A refused call. The names of members are elements of the error document: `Key`, `BucketName`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Error {
    /// The HTTP status.
    pub status: u16,
    /// AWS's code: `NoSuchKey`.
    pub code: &'static str,
    /// AWS's wording.
    pub message: String,
    /// Further elements of the document.
    pub members: Vec<(&'static str, String)>,
    /// Headers of the answer.
    pub headers: Vec<(&'static str, String)>,
}

/// What the functions here return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), members: Vec::new(), headers: Vec::new() }
    }

    pub(crate) fn with(mut self, member: &'static str, value: impl Into<String>) -> Self {
        self.members.push((member, value.into()));
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn no_such_bucket(name: &str) -> Self {
        Self::new(404, "NoSuchBucket", "The specified bucket does not exist").with("BucketName", name)
    }

    pub(crate) fn no_such_key(key: &str) -> Self {
        Self::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key)
    }

    pub(crate) fn argument(name: &str, value: &str, why: impl Into<String>) -> Self {
        Self::new(400, "InvalidArgument", why).with("ArgumentName", name).with("ArgumentValue", value)
    }

    pub(crate) fn request(why: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequest", why)
    }

    pub(crate) fn malformed_xml() -> Self {
        let why = "The XML you provided was not well-formed or did not validate against our published schema";
        Self::new(400, "MalformedXML", why)
    }

    pub(crate) fn precondition(condition: &'static str) -> Self {
        let why = "At least one of the pre-conditions you specified did not hold";
        Self::new(412, "PreconditionFailed", why).with("Condition", condition)
    }

    pub(crate) fn conflict(key: &str) -> Self {
        let why = "The conditional request cannot succeed due to a conflicting operation against this resource.";
        Self::new(409, "ConditionalRequestConflict", why).with("Key", key)
    }

    pub(crate) fn internal(what: &str, why: impl std::fmt::Display) -> Self {
        tracing::error!("{what}: {why}");
        Self::new(500, "InternalError", format!("We encountered an internal error. Please try again. ({what}: {why})"))
    }
}

impl From<io::Error> for Error {
    fn from(why: io::Error) -> Self {
        Self::internal("storing objects on disk", why)
    }
}

impl From<store::Error> for Error {
    fn from(why: store::Error) -> Self {
        match why {
            store::Error::NoSuchKey { key } => Self::no_such_key(&key),
            store::Error::Deleted { key, marker } => Self::no_such_key(&key)
                .with_header("x-amz-delete-marker", "true")
                .with_header("x-amz-version-id", marker),
            store::Error::NoSuchVersion { key, version } => {
                Self::new(404, "NoSuchVersion", "The specified version does not exist.")
                    .with("Key", key)
                    .with("VersionId", version)
            }
            store::Error::InvalidVersionId(id) => Self::argument("versionId", &id, "Invalid version id specified"),
            store::Error::DeleteMarker { version, modified } => {
                Self::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
                    .with("Method", "GET")
                    .with("ResourceType", "DeleteMarker")
                    .with_header("x-amz-delete-marker", "true")
                    .with_header("x-amz-version-id", version)
                    .with_header("allow", "DELETE")
                    .with_header("last-modified", time::http(modified))
            }
            store::Error::NoSuchUpload(id) => {
                let why = "The specified upload does not exist. The upload ID may be invalid, or the upload may have \
                           been aborted or completed.";
                Self::new(404, "NoSuchUpload", why).with("UploadId", id)
            }
            store::Error::Io(why) => why.into(),
        }
    }
}
