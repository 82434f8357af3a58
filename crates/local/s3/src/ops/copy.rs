//! CopyObject. The copy's file is a second name of the same file, so a copy costs nothing.

use std::sync::Arc;

use axum::response::Response;
use percent_encoding::percent_decode_str;

use super::call::Call;
use super::put::written;
use crate::checksum::{Algorithm, Running, encode};
use crate::encryption::{self, customer};
use crate::error::{Error, Result};
use crate::headers::{condition, metadata};
use crate::protocol::{Reply, Request, Xml, digests_of, reply};
use crate::store::{self, Bucket, Checksum, Found, Object, Pairs};
use crate::time;

/// What is copied.
pub(super) struct Source {
    pub found: Found,
    pub bucket: String,
    pub key: String,
    /// Whether a version was named.
    pub version: Option<String>,
}

/// Finds what the header names.
pub(super) async fn source(call: &Call<'_>) -> Result<Source> {
    let text = call.request.header("x-amz-copy-source").unwrap_or_default();
    let (path, version) = match text.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_string())),
        None => (text, None),
    };
    let path = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
    let Some((bucket, key)) = path.split_once('/').filter(|(_, key)| !key.is_empty()) else {
        let why = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        return Err(Error::argument("x-amz-copy-source", text, why));
    };
    let found = call.s3.bucket(bucket)?.find(key, version.as_deref()).map_err(|why| match why {
        store::Error::DeleteMarker { .. } => {
            let why = "The source of a copy request may not specifically refer to a delete marker by version id.";
            Error::request(why)
        }
        why => why.into(),
    })?;
    customer::check(call.request, customer::SOURCE, found.object())?;
    condition::read(call.request, "x-amz-copy-source-", found.object(), found.version.modified)?;
    encryption::check(&call.s3.settings, bucket, &found.object().headers).await?;
    Ok(Source { found, bucket: bucket.to_string(), key: key.to_string(), version })
}

pub(super) async fn copy(call: &Call<'_>) -> Result<Response> {
    let Call { s3, request, bucket } = call;
    metadata::check_acl(request)?;
    let source = source(call).await?;
    let replaces = directive(request, "x-amz-metadata-directive")?;
    let same = source.bucket == request.bucket && source.key == request.key && source.version.is_none();
    let sealed = encryption::of_write(&s3.settings, request).await?;
    if same && !replaces && !changes(call, source.found.object(), &sealed) {
        let why = "This copy request is illegal because it is trying to copy an object to itself without changing the \
                   object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(Error::request(why));
    }
    let conditions = bucket.read(|index| condition::Write::of(request, index.latest(&request.key)))?;
    let object = copied(call, &source, replaces, sealed).await?;
    let version = bucket.put(&request.key, object, None, |latest| conditions.check(latest))?;
    let mut xml = Xml::new("CopyObjectResult");
    xml.add("LastModified", time::iso(version.modified));
    if let Some(object) = &version.object {
        xml.etag(&object.etag);
        reply::checksum_elements(&mut xml, object.checksum.as_ref());
    }
    let named = source.found.named.then(|| source.found.version.id());
    let mut response = written(call, Reply::xml(xml), &version).with_some("x-amz-copy-source-version-id", named).end();
    response.headers_mut().remove("etag");
    Ok(response)
}

/// Whether a copy of an object to itself changes it. AWS also accepts it where the bucket's default encryption was set explicitly.
fn changes(call: &Call, old: &Object, sealed: &Pairs) -> bool {
    let names = ["x-amz-storage-class", "x-amz-website-redirect-location", "x-amz-server-side-encryption"];
    names.iter().any(|name| call.request.headers.contains_key(*name))
        || !encryption::told(&old.headers).eq(sealed)
        || call.s3.settings.chosen_encryption(&call.request.bucket).is_some()
}

async fn copied(call: &Call<'_>, source: &Source, replaces: bool, sealed: Pairs) -> Result<Object> {
    let Call { request, bucket, .. } = call;
    let old = source.found.object();
    let mut headers = match replaces {
        true => metadata::content(request)?,
        false => old.headers.iter().filter(|(name, _)| metadata::is_content(name)).cloned().collect(),
    };
    let class = metadata::storage_class(request)?.filter(|class| class != "STANDARD");
    headers.extend(class.map(|class| ("x-amz-storage-class".to_string(), class)));
    headers.extend(sealed);
    let tags: Pairs = match directive(request, "x-amz-tagging-directive")? {
        true => metadata::tags(request)?,
        false => old.tags.clone(),
    };
    let asked = match request.header("x-amz-checksum-algorithm") {
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
    let (md5, sums) = digests_of(version, 0, old.size, vec![Running::new(algorithm)]).await?;
    let value = sums.first().map(|sum| encode(sum)).unwrap_or_default();
    Ok((encryption::etag(headers, &md5), Checksum { algorithm, value, composite: false }))
}

/// Whether to replace rather than to copy.
fn directive(request: &Request, header: &'static str) -> Result<bool> {
    match request.header(header) {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(other) => Err(Error::argument(header, other, "Unknown metadata directive.")),
    }
}
