//! What the store keeps: versions of objects, uploads under way, and the files that hold their bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::file::Piece;
use crate::checksum::Algorithm;

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Versioning {
    /// It never did: each key has at most the version `null`, which answers do not name.
    #[default]
    Never,
    /// Each write makes a version.
    Enabled,
    /// Each write replaces the version `null`; older ones stay.
    Suspended,
}

/// A version of a key: an object or a delete marker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// Its place in the bucket's history; later ones have greater numbers.
    pub seq: u64,
    /// `None` is the version `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Milliseconds since 1970.
    pub modified: i64,
    /// `None` is a delete marker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
}

impl Version {
    /// Its id as S3 writes it.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or("null")
    }
}

/// Pairs in the order in which they were given.
pub(crate) type Pairs = Vec<(String, String)>;

/// An object.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Object {
    /// In bytes.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    /// Where its bytes are, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pieces: Vec<Piece>,
    /// Headers that a read answers: content type, metadata, storage class, encryption.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) headers: Pairs,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Pairs,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checksum: Option<Checksum>,
    /// Of an object that was uploaded in parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<PartOf>,
    /// The upload that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<String>,
}

impl Object {
    /// A header that a read answers.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A checksum of an object or a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub algorithm: Algorithm,
    /// In base64; `…-3` when it is one of checksums.
    pub value: String,
    /// Made from the parts' checksums rather than from the bytes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub composite: bool,
}

/// A part of a finished object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PartOf {
    pub number: u16,
    pub size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

/// An upload in parts that is not finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub key: String,
    pub id: String,
    /// Milliseconds since 1970.
    pub initiated: i64,
    pub headers: Pairs,
    pub tags: Pairs,
    pub algorithm: Algorithm,
    pub composite: bool,
    /// Whether the caller chose the algorithm; only then answers name it.
    pub chosen: bool,
    pub parts: BTreeMap<u16, Part>,
}

/// A part that was uploaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub number: u16,
    pub size: u64,
    pub etag: String,
    pub modified: i64,
    pub pieces: Vec<Piece>,
    /// Of the upload's algorithm, in base64.
    pub checksum: String,
}
