//! CopyObject. The copy's file is a second name of the same file, so a copy costs nothing.

use std::sync::Arc;

use axum::response::Response;
use percent_encoding::percent_decode_str;

use super::On;
use super::put::written;
use crate::body::md5_of;
use crate::checksum::{Algorithm, Running, encode};
use crate::error::{Error, Result};
use crate::meta;
use crate::reply::{self, Reply};
use crate::store::{Bucket, Checksum, Found, Object, Pairs};
use crate::xml::Xml;
use crate::{condition, customer, encryption, request::Ask, time};

/// What is copied.
pub(super) struct Source {
    pub found: Found,
    pub bucket: String,
    pub key: String,
    /// Whether a version was named.
    pub version: Option<String>,
}

/// Finds what the header names.
pub(super) async fn source(on: &On<'_>) -> Result<Source> {
    let text = on.ask.header("x-amz-copy-source").unwrap_or_default();
    let (path, version) = match text.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_string())),
        None => (text, None),
    };
    let path = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
    let Some((bucket, key)) = path.split_once('/').filter(|(_, key)| !key.is_empty()) else {
        let why = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        return Err(Error::argument("x-amz-copy-source", text, why));
    };
    let found = on.s3.bucket(bucket)?.find(key, version.as_deref()).map_err(|why| match why.code {
        "MethodNotAllowed" => {
            let why = "The source of a copy request may not specifically refer to a delete marker by version id.";
            Error::request(why)
        }
        _ => why,
    })?;
    customer::check(on.ask, customer::SOURCE, found.object())?;
    condition::read(on.ask, "x-amz-copy-source-", found.object(), found.version.modified)?;
    encryption::check(on.s3, bucket, &found.object().headers).await?;
    Ok(Source { found, bucket: bucket.to_string(), key: key.to_string(), version })
}

pub(super) async fn copy(on: &On<'_>) -> Result<Response> {
    let On { s3, ask, bucket } = on;
    meta::check_acl(ask)?;
    let source = source(on).await?;
    let replaces = directive(ask, "x-amz-metadata-directive")?;
    let same = source.bucket == ask.bucket && source.key == ask.key && source.version.is_none();
    let sealed = encryption::of_write(s3, ask).await?;
    if same && !replaces && !changes(on, source.found.object(), &sealed) {
        let why = "This copy request is illegal because it is trying to copy an object to itself without changing the \
                   object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(Error::request(why));
    }
    let conditions = bucket.read(|index| condition::Write::of(ask, index.latest(&ask.key)))?;
    let object = copied(on, &source, replaces, sealed).await?;
    let version = bucket.put(&ask.key, object, None, |latest| conditions.check(latest))?;
    let mut xml = Xml::new("CopyObjectResult");
    xml.add("LastModified", time::iso(version.modified));
    if let Some(object) = &version.object {
        xml.etag(&object.etag);
        reply::checksum_elements(&mut xml, object.checksum.as_ref());
    }
    let named = source.found.named.then(|| source.found.version.id());
    let mut response = written(on, Reply::xml(xml), &version).with_some("x-amz-copy-source-version-id", named).end();
    response.headers_mut().remove("etag");
    Ok(response)
}

/// Whether a copy of an object to itself changes it. AWS also accepts it where the bucket's default encryption was set explicitly.
fn changes(on: &On, old: &Object, sealed: &Pairs) -> bool {
    let names = ["x-amz-storage-class", "x-amz-website-redirect-location", "x-amz-server-side-encryption"];
    names.iter().any(|name| on.ask.headers.contains_key(*name))
        || !encryption::told(&old.headers).eq(sealed)
        || on.s3.chosen_encryption(&on.ask.bucket).is_some()
}

async fn copied(on: &On<'_>, source: &Source, replaces: bool, sealed: Pairs) -> Result<Object> {
    let On { ask, bucket, .. } = on;
    let old = source.found.object();
    let mut headers = match replaces {
        true => meta::content(ask)?,
        false => old.headers.iter().filter(|(name, _)| meta::is_content(name)).cloned().collect(),
    };
    let class = meta::storage_class(ask)?.filter(|class| class != "STANDARD");
    headers.extend(class.map(|class| ("x-amz-storage-class".to_string(), class)));
    headers.extend(sealed);
    let tags: Pairs = match directive(ask, "x-amz-tagging-directive")? {
        true => meta::tags(ask)?,
        false => old.tags.clone(),
    };
    let asked = match ask.header("x-amz-checksum-algorithm") {
        Some(name) => Some(
            Algorithm::by_name(name).ok_or_else(|| Error::request("Checksum algorithm provided is unsupported."))?,
        ),
        None => None,
    };
    let (etag, checksum) = sums(source, &headers, asked).await?;
    let pieces = old.pieces.iter().map(|piece| Bucket::link(bucket, piece)).collect::<std::io::Result<_>>()?;
    Ok(Object { size: old.size, etag, pieces, headers, tags, checksum: Some(checksum), ..Object::default() })
}

/// A copy is an object of one part: what was uploaded in several gets an ETag and a checksum of its bytes. With SSE-KMS and
/// SSE-C the ETag is new and opaque.
async fn sums(source: &Source, headers: &Pairs, asked: Option<Algorithm>) -> Result<(String, Checksum)> {
    let old = source.found.object();
    let kept = old.checksum.as_ref().filter(|sum| !sum.composite && asked.is_none_or(|asked| asked == sum.algorithm));
    if let Some(checksum) = kept {
        if !encryption::is_plain(headers) {
            return Ok((encryption::etag(headers, &[]), checksum.clone()));
        }
        if encryption::is_plain(&old.headers) && !old.etag.contains('-') {
            return Ok((old.etag.clone(), checksum.clone()));
        }
    }
    let algorithm = asked.or(old.checksum.as_ref().map(|sum| sum.algorithm)).unwrap_or(Algorithm::Crc64nvme);
    let version = Arc::clone(&source.found.version);
    let (md5, sums) = md5_of(version, 0, old.size, vec![Running::new(algorithm)]).await?;
    let value = sums.first().map(|sum| encode(sum)).unwrap_or_default();
    Ok((encryption::etag(headers, &md5), Checksum { algorithm, value, composite: false }))
}

/// Whether to replace rather than to copy.
fn directive(ask: &Ask, header: &'static str) -> Result<bool> {
    match ask.header(header) {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(other) => Err(Error::argument(header, other, "Unknown metadata directive.")),
    }
}
