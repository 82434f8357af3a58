//! Finding a version.

use std::sync::Arc;

use super::bucket::Bucket;
use super::error::{Error, Result};
use super::index::{Index, is_version_id};
use super::version::{Object, Version, Versioning};

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
        let found = index.latest(key).ok_or_else(|| Error::NoSuchKey { key: key.to_string() })?;
        if found.object.is_none() {
            return Err(Error::Deleted { key: key.to_string(), marker: found.id().to_string() });
        }
        return Ok((found.clone(), named));
    };
    if !is_version_id(id) {
        return Err(Error::InvalidVersionId(id.to_string()));
    }
    let missing = || Error::NoSuchVersion { key: key.to_string(), version: id.to_string() };
    let found = index.version(key, id).ok_or_else(missing)?;
    if found.object.is_none() {
        return Err(Error::DeleteMarker { version: id.to_string(), modified: found.modified });
    }
    Ok((found.clone(), named))
}
