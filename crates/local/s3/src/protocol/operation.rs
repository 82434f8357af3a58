//! Which of S3's operations a request asks for, as far as they are answered here.

use http::Method;
use http::request::Parts;

use super::request::query_of;

/// An operation on objects, by AWS's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Operation {
    AbortMultipartUpload,
    CompleteMultipartUpload,
    CopyObject,
    CreateMultipartUpload,
    DeleteObject,
    DeleteObjects,
    DeleteObjectTagging,
    GetObject,
    GetObjectAcl,
    GetObjectAttributes,
    GetObjectTagging,
    HeadObject,
    ListMultipartUploads,
    ListObjects,
    ListObjectsV2,
    ListObjectVersions,
    ListParts,
    PutObject,
    PutObjectAcl,
    PutObjectTagging,
    UploadPart,
    UploadPartCopy,
}

/// Sub-resources that are not objects' data.
const OTHERS_OF_BUCKETS: [&str; 24] = [
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metadataConfiguration",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "tagging",
    "website",
];
const OTHERS_OF_OBJECTS: [&str; 6] = ["legal-hold", "restore", "retention", "select", "torrent", "renameObject"];

impl Operation {
    /// The operation of a request in path style; `None` when it is not one of these.
    #[must_use]
    pub fn of(parts: &Parts) -> Option<Self> {
        let path = parts.uri.path().strip_prefix('/')?;
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let query = query_of(parts.uri.query().unwrap_or_default());
        let has = |name: &str| query.iter().any(|(known, _)| known == name);
        let copies = parts.headers.contains_key("x-amz-copy-source");
        if bucket.is_empty() {
            return None;
        }
        if key.is_empty() {
            return match parts.method {
                Method::POST if has("delete") => Some(Self::DeleteObjects),
                Method::GET if has("versions") => Some(Self::ListObjectVersions),
                Method::GET if has("uploads") => Some(Self::ListMultipartUploads),
                Method::GET if OTHERS_OF_BUCKETS.iter().any(|other| has(other)) || has("versioning") => None,
                Method::GET if query.iter().any(|(name, value)| name == "list-type" && value == "2") => {
                    Some(Self::ListObjectsV2)
                }
                Method::GET => Some(Self::ListObjects),
                _ => None,
            };
        }
        if OTHERS_OF_OBJECTS.iter().any(|other| has(other)) {
            return None;
        }
        let sub = ["tagging", "acl", "attributes", "uploads", "uploadId"].into_iter().find(|name| has(name));
        Some(match (parts.method.as_str(), sub) {
            ("GET", None) => Self::GetObject,
            ("HEAD", None) => Self::HeadObject,
            ("PUT", None) if copies => Self::CopyObject,
            ("PUT", None) => Self::PutObject,
            ("DELETE", None) => Self::DeleteObject,
            ("GET", Some("tagging")) => Self::GetObjectTagging,
            ("PUT", Some("tagging")) => Self::PutObjectTagging,
            ("DELETE", Some("tagging")) => Self::DeleteObjectTagging,
            ("GET", Some("acl")) => Self::GetObjectAcl,
            ("PUT", Some("acl")) => Self::PutObjectAcl,
            ("GET", Some("attributes")) => Self::GetObjectAttributes,
            ("POST", Some("uploads")) => Self::CreateMultipartUpload,
            ("PUT", Some("uploadId")) if copies => Self::UploadPartCopy,
            ("PUT", Some("uploadId")) => Self::UploadPart,
            ("POST", Some("uploadId")) => Self::CompleteMultipartUpload,
            ("DELETE", Some("uploadId")) => Self::AbortMultipartUpload,
            ("GET", Some("uploadId")) => Self::ListParts,
            _ => return None,
        })
    }
}
