//! Server-side encryption as far as clients see it: headers, opaque ETags, and KMS keys that must be usable for reads and
//! writes. The bytes on disk are not encrypted.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use crate::error::{Error, Result};
use crate::md5::hex;
use crate::request::Ask;
use crate::store::{Object, Pairs};
use crate::{S3, customer};

const ALGORITHM: &str = "x-amz-server-side-encryption";
const KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
/// The AWS managed key, used for `aws:kms` without a key id.
const OWN_KEY: &str = "alias/aws/s3";

/// The default encryption of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// The key's id, ARN or alias, where one is named.
    pub key: Option<String>,
    /// Whether the bucket uses an S3 Bucket Key, instead of a data key for each object.
    pub bucket_key: bool,
    /// Whether it refuses writes with customer-provided keys (SSE-C).
    pub blocks_customer_keys: bool,
}

impl Default for Encryption {
    /// SSE-S3, the default of new buckets since January 2023.
    fn default() -> Self {
        Self { algorithm: "AES256".to_string(), key: None, bucket_key: false, blocks_customer_keys: false }
    }
}

/// The ARN of a key, or KMS's error with S3's code.
pub type Usable<'a> = Pin<Box<dyn Future<Output = Result<String>> + Send + 'a>>;

/// Access to KMS keys.
pub trait Keys: Debug + Send + Sync {
    /// Looks up a key by id, ARN, alias or alias ARN, and checks that it can be used now.
    fn usable<'a>(&'a self, key: &'a str, region: &'a str) -> Usable<'a>;
}

/// The encryption headers of a new object: from the request, else from the bucket.
pub(crate) async fn of_write(s3: &S3, ask: &Ask) -> Result<Pairs> {
    let bucket = s3.encryption(&ask.bucket);
    if customer::is_given(ask, customer::OWN) {
        if let Some(other) = ask.header(ALGORITHM) {
            let why = "Server Side Encryption with Customer provided key is incompatible with the encryption method specified";
            return Err(Error::argument(ALGORITHM, other, why));
        }
        let key = customer::of_write(ask)?;
        if bucket.blocks_customer_keys {
            let why = "The bucket's default encryption blocks SSE-C (BlockedEncryptionTypes).";
            return Err(Error::new(403, "AccessDenied", why));
        }
        return Ok(key);
    }
    let Some(algorithm) = ask.header(ALGORITHM) else {
        if ask.header(KEY).is_some() {
            return Err(needs_kms(""));
        }
        return by_default(s3, &ask.bucket).await;
    };
    let key = ask.header(KEY);
    match algorithm {
        "AES256" if key.is_some() => Err(needs_kms(algorithm)),
        "AES256" | "aws:kms" | "aws:kms:dsse" => {
            let told = ask.header(BUCKET_KEY).map(|on| on.eq_ignore_ascii_case("true"));
            let bucket_key = told.unwrap_or(bucket.bucket_key);
            sealed(s3, &ask.bucket, algorithm, key, bucket_key).await
        }
        other => Err(Error::argument(ALGORITHM, other, "The encryption method specified is not supported")),
    }
}

/// The same for a write without encryption headers.
pub(crate) async fn by_default(s3: &S3, bucket: &str) -> Result<Pairs> {
    let own = s3.encryption(bucket);
    sealed(s3, bucket, &own.algorithm, own.key.as_deref(), own.bucket_key).await
}

async fn sealed(s3: &S3, bucket: &str, algorithm: &str, key: Option<&str>, bucket_key: bool) -> Result<Pairs> {
    let mut pairs = vec![(ALGORITHM.to_string(), algorithm.to_string())];
    if algorithm.starts_with("aws:kms") {
        pairs.push((KEY.to_string(), s3.usable(key.unwrap_or(OWN_KEY), bucket).await?));
        if bucket_key && algorithm == "aws:kms" {
            pairs.push((BUCKET_KEY.to_string(), "true".to_string()));
        }
    }
    Ok(pairs)
}

fn needs_kms(given: &str) -> Error {
    let why =
        "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms";
    Error::argument(ALGORITHM, given, why)
}

/// Checks that the KMS key in an object's headers can be used now.
pub(crate) async fn check(s3: &S3, bucket: &str, headers: &Pairs) -> Result<()> {
    match headers.iter().find(|(name, _)| name == KEY) {
        Some((_, key)) => s3.usable(key, bucket).await.map(drop),
        None => Ok(()),
    }
}

/// Checks that an object can be read without a customer-provided key.
pub(crate) async fn check_open(s3: &S3, bucket: &str, object: &Object) -> Result<()> {
    if customer::has_key(&object.headers) {
        return Err(customer::closed());
    }
    check(s3, bucket, &object.headers).await
}

/// The encryption headers among an object's headers.
pub(crate) fn told(headers: &Pairs) -> impl Iterator<Item = &(String, String)> {
    headers.iter().filter(|(name, _)| name.starts_with(ALGORITHM))
}

/// The ETag of a new object: the MD5 with SSE-S3, otherwise random, since AWS's is that of the encrypted bytes.
pub(crate) fn etag(headers: &Pairs, md5: &[u8]) -> String {
    match is_plain(headers) {
        true => hex(md5),
        false => uuid::Uuid::new_v4().simple().to_string(),
    }
}

/// Whether an object is encrypted with SSE-S3 only, so that its ETag is the MD5 of its bytes.
pub(crate) fn is_plain(headers: &Pairs) -> bool {
    told(headers).all(|(_, value)| value == "AES256")
}
