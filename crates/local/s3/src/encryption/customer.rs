//! Customer-provided keys (SSE-C). Only the MD5 of a key is stored, to recognise the right key later.

use crate::checksum;
use crate::error::{Error, Result};
use crate::md5;
use crate::protocol::Request;
use crate::store::{Object, Pairs};

/// Header prefixes: the key of the object itself, and of a copy's source.
pub(crate) const OWN: &str = "x-amz-server-side-encryption-customer-";
pub(crate) const SOURCE: &str = "x-amz-copy-source-server-side-encryption-customer-";

/// The stored header with the MD5 of the key.
const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";
const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";

/// The argument that AWS's errors name.
const ARGUMENT: &str = "x-amz-server-side-encryption";

/// Whether the request contains a key.
pub(crate) fn is_given(request: &Request, prefix: &str) -> bool {
    ["algorithm", "key", "key-md5"].iter().any(|part| request.headers.contains_key(format!("{prefix}{part}")))
}

/// Whether an object was written with a customer-provided key.
pub(crate) fn has_key(headers: &Pairs) -> bool {
    headers.iter().any(|(name, _)| name == KEY_MD5)
}

/// Validates the key of a write; returns the headers to store.
pub(crate) fn of_write(request: &Request) -> Result<Pairs> {
    let key = key(request, OWN)?;
    let Some(told) = request.header(&format!("{OWN}key-md5")) else { return Err(invalid()) };
    checked(&key, told)?;
    let algorithm = (ALGORITHM.to_string(), "AES256".to_string());
    Ok(vec![algorithm, (KEY_MD5.to_string(), told.to_string())])
}

/// Checks that a read contains the object's key, if it needs one.
pub(crate) fn check(request: &Request, prefix: &str, object: &Object) -> Result<()> {
    let Some(wanted) = object.header(KEY_MD5) else {
        return match is_given(request, prefix) {
            true => Err(Error::request("The encryption parameters are not applicable to this object.")),
            false => Ok(()),
        };
    };
    if !is_given(request, prefix) {
        return Err(closed());
    }
    let key = key(request, prefix)?;
    let told = request.header(&format!("{prefix}key-md5"));
    if let Some(told) = told {
        checked(&key, told)?;
    }
    if told == Some(wanted) {
        return Ok(());
    }
    let why =
        "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.";
    Err(Error::new(403, "AccessDenied", why))
}

/// AWS's error for a read without the key.
pub(crate) fn closed() -> Error {
    let why = "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to \
               retrieve the object.";
    Error::request(why)
}

/// Checks that a part has the same key as its upload.
pub(crate) fn check_part(request: &Request, upload: &Pairs) -> Result<()> {
    if is_given(request, OWN) != has_key(upload) {
        let why = "The multipart upload initiate requested encryption. Subsequent part requests must include the \
                   appropriate encryption parameters.";
        return Err(Error::request(why));
    }
    if has_key(upload) && !of_write(request)?.iter().all(|pair| upload.contains(pair)) {
        return Err(Error::request("The provided encryption parameters did not match the ones used originally."));
    }
    Ok(())
}

/// The key, which has 256 bits.
fn key(request: &Request, prefix: &str) -> Result<Vec<u8>> {
    let member = |part: &str| request.header(&format!("{prefix}{part}"));
    let argument = |why: &str| Error::argument(ARGUMENT, "", why);
    match member("algorithm") {
        Some("AES256") => {}
        Some(other) => {
            let why = "The Encryption request you specified is not valid. Supported value: AES256.";
            let refused = Error::new(400, "InvalidEncryptionAlgorithmError", why);
            return Err(refused.with("ArgumentName", ARGUMENT).with("ArgumentValue", other));
        }
        None => {
            return Err(argument(
                "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption \
                 algorithm.",
            ));
        }
    }
    let Some(text) = member("key") else {
        return Err(argument(
            "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.",
        ));
    };
    checksum::decode(text).filter(|key| key.len() == 32).ok_or_else(invalid)
}

fn invalid() -> Error {
    Error::argument(ARGUMENT, "", "The secret key was invalid for the specified algorithm.")
}

/// Checks the MD5 in the request against its key.
fn checked(key: &[u8], told: &str) -> Result<()> {
    match checksum::encode(&md5::of(key)) == told {
        true => Ok(()),
        false => {
            let why = "The calculated MD5 hash of the key did not match the hash that was provided.";
            Err(Error::argument(ARGUMENT, "", why))
        }
    }
}
