//! With what a write encrypts, and whether a read may decrypt.

use super::headers::{ALGORITHM, BUCKET_KEY, KEY};
use super::{Settings, customer};
use crate::error::{Error, Result};
use crate::protocol::Request;
use crate::store::{Object, Pairs};

/// The AWS managed key, used for `aws:kms` without a key id.
const OWN_KEY: &str = "alias/aws/s3";

/// The encryption headers of a new object: from the request, else from the bucket.
pub(crate) async fn of_write(settings: &Settings, request: &Request) -> Result<Pairs> {
    let bucket = settings.encryption(&request.bucket);
    if customer::is_given(request, customer::OWN) {
        if let Some(other) = request.header(ALGORITHM) {
            let why = "Server Side Encryption with Customer provided key is incompatible with the encryption method specified";
            return Err(Error::argument(ALGORITHM, other, why));
        }
        let key = customer::of_write(request)?;
        if bucket.blocks_customer_keys {
            let why = "The bucket's default encryption blocks SSE-C (BlockedEncryptionTypes).";
            return Err(Error::new(403, "AccessDenied", why));
        }
        return Ok(key);
    }
    let Some(algorithm) = request.header(ALGORITHM) else {
        if request.header(KEY).is_some() {
            return Err(needs_kms(""));
        }
        return by_default(settings, &request.bucket).await;
    };
    let key = request.header(KEY);
    match algorithm {
        "AES256" if key.is_some() => Err(needs_kms(algorithm)),
        "AES256" | "aws:kms" | "aws:kms:dsse" => {
            let told = request.header(BUCKET_KEY).map(|on| on.eq_ignore_ascii_case("true"));
            let bucket_key = told.unwrap_or(bucket.bucket_key);
            sealed(settings, &request.bucket, algorithm, key, bucket_key).await
        }
        other => Err(Error::argument(ALGORITHM, other, "The encryption method specified is not supported")),
    }
}

/// The same for a write without encryption headers.
pub(crate) async fn by_default(settings: &Settings, bucket: &str) -> Result<Pairs> {
    let own = settings.encryption(bucket);
    sealed(settings, bucket, &own.algorithm, own.key.as_deref(), own.bucket_key).await
}

async fn sealed(
    settings: &Settings,
    bucket: &str,
    algorithm: &str,
    key: Option<&str>,
    bucket_key: bool,
) -> Result<Pairs> {
    let mut pairs = vec![(ALGORITHM.to_string(), algorithm.to_string())];
    if algorithm.starts_with("aws:kms") {
        pairs.push((KEY.to_string(), settings.usable(key.unwrap_or(OWN_KEY), bucket).await?));
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
pub(crate) async fn check(settings: &Settings, bucket: &str, headers: &Pairs) -> Result<()> {
    match headers.iter().find(|(name, _)| name == KEY) {
        Some((_, key)) => settings.usable(key, bucket).await.map(drop),
        None => Ok(()),
    }
}

/// Checks that an object can be read without a customer-provided key.
pub(crate) async fn check_open(settings: &Settings, bucket: &str, object: &Object) -> Result<()> {
    if customer::has_key(&object.headers) {
        return Err(customer::closed());
    }
    check(settings, bucket, &object.headers).await
}
