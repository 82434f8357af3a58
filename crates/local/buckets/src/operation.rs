//! The names of S3's operations, which a request says only by its method, path and query.

use http::Method;
use http::request::Parts;

use strata_local_wire::form::parameter;

/// Sub-resources of a bucket: the query parameter, then what GET, PUT and DELETE are called.
const BUCKET: [(&str, &str, &str, &str); 23] = [
    ("abac", "GetBucketAbac", "PutBucketAbac", ""),
    ("accelerate", "GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration", ""),
    ("acl", "GetBucketAcl", "PutBucketAcl", ""),
    (
        "analytics",
        "GetBucketAnalyticsConfiguration",
        "PutBucketAnalyticsConfiguration",
        "DeleteBucketAnalyticsConfiguration",
    ),
    ("cors", "GetBucketCors", "PutBucketCors", "DeleteBucketCors"),
    ("encryption", "GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption"),
    (
        "inventory",
        "GetBucketInventoryConfiguration",
        "PutBucketInventoryConfiguration",
        "DeleteBucketInventoryConfiguration",
    ),
    ("lifecycle", "GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration", "DeleteBucketLifecycle"),
    ("location", "GetBucketLocation", "", ""),
    ("logging", "GetBucketLogging", "PutBucketLogging", ""),
    ("notification", "GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration", ""),
    ("object-lock", "GetObjectLockConfiguration", "PutObjectLockConfiguration", ""),
    ("ownershipControls", "GetBucketOwnershipControls", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls"),
    ("policy", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    ("policyStatus", "GetBucketPolicyStatus", "", ""),
    ("publicAccessBlock", "GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock"),
    ("replication", "GetBucketReplication", "PutBucketReplication", "DeleteBucketReplication"),
    ("requestPayment", "GetBucketRequestPayment", "PutBucketRequestPayment", ""),
    ("tagging", "GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging"),
    ("uploads", "ListMultipartUploads", "", ""),
    ("versioning", "GetBucketVersioning", "PutBucketVersioning", ""),
    ("versions", "ListObjectVersions", "", ""),
    ("website", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
];

/// The same of an object.
const OBJECT: [(&str, &str, &str, &str); 7] = [
    ("acl", "GetObjectAcl", "PutObjectAcl", ""),
    ("attributes", "GetObjectAttributes", "", ""),
    ("legal-hold", "GetObjectLegalHold", "PutObjectLegalHold", ""),
    ("retention", "GetObjectRetention", "PutObjectRetention", ""),
    ("tagging", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"),
    ("torrent", "GetObjectTorrent", "", ""),
    ("uploadId", "ListParts", "UploadPart", "AbortMultipartUpload"),
];

/// The operation that a request to S3 asks for.
pub(crate) fn name(parts: &Parts) -> &'static str {
    let path = parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let query = parts.uri.query().unwrap_or_default();
    let has = |name: &str| parameter(query, name).is_some();
    let copies = parts.headers.contains_key("x-amz-copy-source");
    if parts.method == Method::OPTIONS {
        return "Options";
    }
    if bucket.is_empty() {
        return "ListBuckets";
    }
    let resources: &[_] = if key.is_empty() { &BUCKET } else { &OBJECT };
    if let Some((_, get, put, delete)) = resources.iter().find(|(resource, ..)| has(resource)) {
        let found = match parts.method {
            Method::GET | Method::HEAD => get,
            Method::PUT if copies && *put == "UploadPart" => "UploadPartCopy",
            Method::PUT => put,
            Method::DELETE => delete,
            _ => "",
        };
        if !found.is_empty() {
            return found;
        }
    }
    match (&parts.method, key.is_empty()) {
        (&Method::GET, true) if has("list-type") => "ListObjectsV2",
        (&Method::GET, true) => "ListObjects",
        (&Method::HEAD, true) => "HeadBucket",
        (&Method::PUT, true) => "CreateBucket",
        (&Method::DELETE, true) => "DeleteBucket",
        (&Method::POST, true) if has("delete") => "DeleteObjects",
        (&Method::POST, true) => "PostObject",
        (&Method::GET, false) => "GetObject",
        (&Method::HEAD, false) => "HeadObject",
        (&Method::PUT, false) if copies => "CopyObject",
        (&Method::PUT, false) => "PutObject",
        (&Method::DELETE, false) => "DeleteObject",
        (&Method::POST, false) if has("uploads") => "CreateMultipartUpload",
        (&Method::POST, false) if has("uploadId") => "CompleteMultipartUpload",
        (&Method::POST, false) if has("restore") => "RestoreObject",
        (&Method::POST, false) if has("select") => "SelectObjectContent",
        _ => "Unknown",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::name;

    #[test]
    fn method_path_and_query_name_the_operation() {
        let cases = [
            ("GET", "/", "ListBuckets"),
            ("PUT", "/b", "CreateBucket"),
            ("PUT", "/b?versioning", "PutBucketVersioning"),
            ("GET", "/b/?list-type=2&prefix=x", "ListObjectsV2"),
            ("GET", "/b?versions&prefix=x", "ListObjectVersions"),
            ("POST", "/b?delete", "DeleteObjects"),
            ("DELETE", "/b?lifecycle", "DeleteBucketLifecycle"),
            ("PUT", "/b/k/x.csv?x-id=PutObject", "PutObject"),
            ("PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"),
            ("POST", "/b/k?uploads", "CreateMultipartUpload"),
            ("POST", "/b/k?uploadId=u", "CompleteMultipartUpload"),
            ("DELETE", "/b/k?uploadId=u", "AbortMultipartUpload"),
            ("HEAD", "/b/k", "HeadObject"),
        ];
        for (method, uri, wanted) in cases {
            let (parts, ()) = http::Request::builder().method(method).uri(uri).body(()).unwrap().into_parts();
            assert_eq!(name(&parts), wanted, "{method} {uri}");
        }
    }
}
