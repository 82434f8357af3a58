//! Finding a version.

use std::sync::Arc;

use super::bucket::Bucket;
use super::index::{Index, is_version_id};
use super::version::{Object, Version, Versioning};
use crate::error::{Error, Result};
use crate::time;

/// A version that is an object.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub version: Arc<Version>,
    /// Whether answers name its version.
    pub named: bool,
}

impl Found {
    /// The object. `find` refuses delete markers.
    pub(crate) fn object(&self) -> &Object {
        static NONE: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::default);
        self.version.object.as_ref().unwrap_or(&NONE)
    }
}

impl Bucket {
    /// The object of that version, or the newest.
    pub(crate) fn find(&self, key: &str, version: Option<&str>) -> Result<Found> {
        self.read(|index| {
            let (version, named) = find(index, key, version)?;
            Ok(Found { version, named })
        })
    }
}

pub(super) fn find(index: &Index, key: &str, version: Option<&str>) -> Result<(Arc<Version>, bool)> {
    let named = index.versioning != Versioning::Never;
    let Some(id) = version else {
        let found = index.latest(key).ok_or_else(|| Error::no_such_key(key))?;
        if found.object.is_none() {
            let error = Error::no_such_key(key).with_header("x-amz-delete-marker", "true");
            return Err(error.with_header("x-amz-version-id", found.id()));
        }
        return Ok((found.clone(), named));
    };
    if !is_version_id(id) {
        return Err(Error::argument("versionId", id, "Invalid version id specified"));
    }
    let found = index.version(key, id).ok_or_else(|| Error::no_such_version(key, id))?;
    if found.object.is_none() {
        let why = "The specified method is not allowed against this resource.";
        let error = Error::new(405, "MethodNotAllowed", why).with("Method", "GET").with("ResourceType", "DeleteMarker");
        return Err(error
            .with_header("x-amz-delete-marker", "true")
            .with_header("x-amz-version-id", id)
            .with_header("allow", "DELETE")
            .with_header("last-modified", time::http(found.modified)));
    }
    Ok((found.clone(), named))
}
