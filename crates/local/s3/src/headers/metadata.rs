//! What is kept of a write's headers: content headers, metadata, tags, storage class.

use crate::error::{Error, Result};
use crate::protocol::{Request, query_of};
use crate::store::Pairs;

const CONTENT: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-amz-website-redirect-location",
];
const STORAGE_CLASSES: [&str; 9] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
    "OUTPOSTS",
];
const META: &str = "x-amz-meta-";
/// All of a user's metadata may have so many bytes.
const LARGEST_META: usize = 2048;
const MOST_TAGS: usize = 10;

/// The headers that a read will answer, without those of encryption.
pub(crate) fn headers(request: &Request) -> Result<Pairs> {
    let mut kept = content(request)?;
    kept.extend(
        storage_class(request)?.filter(|class| class != "STANDARD").map(|class| pair("x-amz-storage-class", &class)),
    );
    Ok(kept)
}

/// Content headers and metadata, which a copy may take over.
pub(crate) fn content(request: &Request) -> Result<Pairs> {
    let mut kept = Pairs::new();
    for name in CONTENT {
        let Some(value) = request.header(name) else { continue };
        let value = match name {
            // A matter of the transfer alone.
            "content-encoding" => {
                let codings = value.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked");
                codings.collect::<Vec<_>>().join(",")
            }
            _ => value.to_string(),
        };
        if !value.is_empty() {
            kept.push((name.to_string(), value));
        }
    }
    if !kept.iter().any(|(name, _)| name == "content-type") {
        kept.push(pair("content-type", "binary/octet-stream"));
    }
    let mut size = 0;
    for name in request.headers.keys().filter(|name| name.as_str().starts_with(META)) {
        let values: Vec<_> =
            request.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let value = values.join(",");
        size += name.as_str().len() - META.len() + value.len();
        kept.push((name.to_string(), value));
    }
    if size > LARGEST_META {
        let why = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(Error::new(400, "MetadataTooLarge", why)
            .with("Size", size.to_string())
            .with("MaxSizeAllowed", LARGEST_META.to_string()));
    }
    Ok(kept)
}

/// Whether a header is one of those that a copy takes over.
pub(crate) fn is_content(name: &str) -> bool {
    CONTENT.contains(&name) || name.starts_with(META)
}

pub(crate) fn storage_class(request: &Request) -> Result<Option<String>> {
    let Some(class) = request.header("x-amz-storage-class") else { return Ok(None) };
    if STORAGE_CLASSES.contains(&class) {
        return Ok(Some(class.to_string()));
    }
    let why = "The storage class you specified is not valid";
    Err(Error::new(400, "InvalidStorageClass", why).with("StorageClassRequested", class))
}

/// The tags in the header.
pub(crate) fn tags(request: &Request) -> Result<Pairs> {
    let tags = query_of(request.header("x-amz-tagging").unwrap_or_default());
    check_tags(&tags)?;
    Ok(tags)
}

/// AWS's limits.
pub(crate) fn check_tags(tags: &Pairs) -> Result<()> {
    if tags.len() > MOST_TAGS {
        return Err(Error::new(400, "BadRequest", "Object tags cannot be greater than 10"));
    }
    for (place, (key, value)) in tags.iter().enumerate() {
        let why = if key.is_empty() || key.chars().count() > 128 {
            "The TagKey you have provided is invalid"
        } else if value.chars().count() > 256 {
            "The TagValue you have provided is invalid"
        } else if tags[..place].iter().any(|(earlier, _)| earlier == key) {
            "Cannot provide multiple Tags with the same key"
        } else if !is_tag(key) {
            "The TagKey you have provided is invalid"
        } else if !is_tag(value) {
            "The TagValue you have provided is invalid"
        } else if key.starts_with("aws:") {
            "System tags cannot be added/updated by requester"
        } else {
            continue;
        };
        return Err(Error::new(400, "InvalidTag", why).with("TagKey", key).with("TagValue", value));
    }
    Ok(())
}

/// Letters, numbers, spaces and a few signs.
fn is_tag(text: &str) -> bool {
    text.chars().all(|char| char.is_alphanumeric() || char.is_whitespace() || "_.:/=+-@".contains(char))
}

/// What the header of a canned ACL may say where the bucket's owner owns all objects.
pub(crate) fn check_acl(request: &Request) -> Result<()> {
    let canned = request.header("x-amz-acl").is_some_and(|acl| acl != "bucket-owner-full-control");
    let grants = request.headers.keys().any(|name| name.as_str().starts_with("x-amz-grant-"));
    if canned || grants {
        return Err(Error::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"));
    }
    Ok(())
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_string(), value.to_string())
}
