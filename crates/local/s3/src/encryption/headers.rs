//! The headers that say how an object is encrypted, and the ETag that follows from them.

use crate::store::Pairs;

pub(super) const ALGORITHM: &str = "x-amz-server-side-encryption";
pub(super) const KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";
pub(super) const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";

/// The encryption headers among an object's headers.
pub(crate) fn told(headers: &Pairs) -> impl Iterator<Item = &(String, String)> {
    headers.iter().filter(|(name, _)| name.starts_with(ALGORITHM))
}

/// The ETag of a new object: the MD5 with SSE-S3, otherwise random, since AWS's is that of the encrypted bytes.
pub(crate) fn etag(headers: &Pairs, md5: &[u8]) -> String {
    match is_plain(headers) {
        true => hex::encode(md5),
        false => uuid::Uuid::new_v4().simple().to_string(),
    }
}

/// Whether an object is encrypted with SSE-S3 only, so that its ETag is the MD5 of its bytes.
pub(crate) fn is_plain(headers: &Pairs) -> bool {
    told(headers).all(|(_, value)| value == "AES256")
}
