//! CompleteMultipartUpload. The object's files are the parts' files: nothing is copied.

use axum::response::Response;
use serde::Deserialize;

use super::call::{Call, LARGEST_DOCUMENT};
use super::put::written;
use crate::checksum::{self, decode, encode};
use crate::encryption;
use crate::error::{Error, Result};
use crate::headers::condition;
use crate::md5;
use crate::protocol::{Incoming, Reply, Wanted, Xml, document, reply, xml};
use crate::store::{Checksum, Object, Part, PartOf, Upload, Version};

/// All parts but the last have at least this size.
const SMALLEST_PART: u64 = 5 << 20;

#[derive(Deserialize)]
struct Wish {
    #[serde(default, rename = "Part")]
    parts: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    part_number: u16,
    #[serde(rename = "ETag")]
    etag: String,
    #[serde(rename = "ChecksumCRC32")]
    crc32: Option<String>,
    #[serde(rename = "ChecksumCRC32C")]
    crc32c: Option<String>,
    #[serde(rename = "ChecksumCRC64NVME")]
    crc64nvme: Option<String>,
    #[serde(rename = "ChecksumSHA1")]
    sha1: Option<String>,
    #[serde(rename = "ChecksumSHA256")]
    sha256: Option<String>,
}

impl Named {
    fn checksum(&self, algorithm: checksum::Algorithm) -> Option<&str> {
        use checksum::Algorithm::{Crc32, Crc32c, Crc64nvme, Sha1, Sha256};
        let value = match algorithm {
            Crc32 => &self.crc32,
            Crc32c => &self.crc32c,
            Crc64nvme => &self.crc64nvme,
            Sha1 => &self.sha1,
            Sha256 => &self.sha256,
        };
        value.as_deref()
    }
}

pub(super) async fn complete(call: &Call<'_>, body: &mut Incoming) -> Result<Response> {
    let Call { s3, request, bucket } = call;
    let id = request.query("uploadId").unwrap_or_default();
    // Its checksum headers speak of the object, not of the document.
    let body = document(body.take(), &Wanted::default(), LARGEST_DOCUMENT).await?;
    let wish: Wish = xml::read(&body)?;
    if wish.parts.is_empty() {
        return Err(Error::malformed_xml());
    }
    let upload = match bucket.upload(&request.key, id) {
        Ok(upload) => upload,
        // The answer was lost, and the client asks again.
        Err(why) => match bucket.find(&request.key, None) {
            Ok(found) if found.object().upload.as_deref() == Some(id) => return Ok(answer(call, &found.version)),
            _ => return Err(why.into()),
        },
    };
    encryption::check(&s3.settings, &request.bucket, &upload.headers).await?;
    let conditions = bucket.read(|index| condition::Write::of(request, index.latest(&request.key)))?;
    let parts = chosen(&upload, &wish)?;
    let checksum = whole(&upload, &parts)?;
    let size = parts.iter().map(|part| part.size).sum::<u64>();
    if request.header("x-amz-mp-object-size").is_some_and(|wanted| wanted != size.to_string()) {
        return Err(Error::request("The provided 'x-amz-mp-object-size' header does not match what was computed."));
    }
    if let Some(wanted) = request.header(checksum.algorithm.header())
        && wanted != checksum.value
    {
        let why = format!("The {} you specified did not match the calculated checksum.", checksum.algorithm.name());
        return Err(Error::new(400, "BadDigest", why));
    }
    let object = Object {
        size,
        etag: etag(&parts),
        pieces: parts.iter().flat_map(|part| part.pieces.iter().cloned()).collect(),
        headers: upload.headers.clone(),
        tags: upload.tags.clone(),
        checksum: Some(checksum),
        parts: parts.iter().map(|part| part_of(&upload, part)).collect(),
        upload: Some(id.to_string()),
    };
    let version = bucket.put(&request.key, object, Some(id), |latest| conditions.check(latest))?;
    Ok(answer(call, &version))
}

/// The parts that the client names, in order.
fn chosen<'a>(upload: &'a Upload, wish: &Wish) -> Result<Vec<&'a Part>> {
    if !wish.parts.is_sorted_by(|first, second| first.part_number < second.part_number) {
        let why = "The list of parts was not in ascending order. The parts list must be specified in order by part \
                   number.";
        return Err(Error::new(400, "InvalidPartOrder", why).with("UploadId", &upload.id));
    }
    let mut parts = Vec::with_capacity(wish.parts.len());
    for named in &wish.parts {
        let told = named.checksum(upload.algorithm);
        let found = upload
            .parts
            .get(&named.part_number)
            .filter(|part| part.etag == named.etag.trim_matches('"') && told.is_none_or(|told| told == part.checksum));
        parts.push(found.ok_or_else(|| {
            let why = "One or more of the specified parts could not be found. The part may not have been uploaded, or \
                       the specified entity tag may not match the part's entity tag.";
            Error::new(400, "InvalidPart", why)
                .with("UploadId", &upload.id)
                .with("PartNumber", named.part_number.to_string())
                .with("ETag", named.etag.trim_matches('"'))
        })?);
    }
    if let Some(part) = parts[..parts.len() - 1].iter().find(|part| part.size < SMALLEST_PART) {
        let why = "Your proposed upload is smaller than the minimum allowed size";
        return Err(Error::new(400, "EntityTooSmall", why)
            .with("ProposedSize", part.size.to_string())
            .with("MinSizeAllowed", SMALLEST_PART.to_string())
            .with("PartNumber", part.number.to_string())
            .with("ETag", &part.etag));
    }
    Ok(parts)
}

/// The MD5 of the parts' MD5s, and how many there are.
fn etag(parts: &[&Part]) -> String {
    let mut all = md5::Md5::new();
    for part in parts {
        // An ETag that is not an MD5 has as many digits.
        all.update(&hex::decode(&part.etag).unwrap_or_default());
    }
    format!("{}-{}", hex::encode(all.finish()), parts.len())
}

/// The checksum of the object out of those of its parts.
fn whole(upload: &Upload, parts: &[&Part]) -> Result<Checksum> {
    let lost = || Error::internal("adding up checksums", "a part has none");
    let sums = parts.iter().map(|part| decode(&part.checksum).map(|sum| (sum, part.size)));
    let sums: Vec<(Vec<u8>, u64)> = sums.collect::<Option<_>>().ok_or_else(lost)?;
    let algorithm = upload.algorithm;
    let value = if upload.composite {
        let all: Vec<u8> = sums.into_iter().flat_map(|(sum, _)| sum).collect();
        format!("{}-{}", encode(&checksum::of(algorithm, &all)), parts.len())
    } else {
        let first = checksum::of(algorithm, b"");
        let sum = sums.iter().try_fold(first, |sum, (next, size)| algorithm.combine(&sum, next, *size));
        encode(&sum.ok_or_else(lost)?)
    };
    Ok(Checksum { algorithm, value, composite: upload.composite })
}

fn part_of(upload: &Upload, part: &Part) -> PartOf {
    let checksum = upload.chosen.then(|| part.checksum.clone());
    PartOf { number: part.number, size: part.size, checksum }
}

fn answer(call: &Call, version: &Version) -> Response {
    let request = call.request;
    let mut xml = Xml::new("CompleteMultipartUploadResult");
    let host = request.header("host").unwrap_or("localhost");
    xml.add("Location", format!("http://{host}{}", request.path))
        .add("Bucket", &request.bucket)
        .add("Key", &request.key);
    if let Some(object) = &version.object {
        xml.etag(&object.etag);
        reply::checksum_elements(&mut xml, object.checksum.as_ref());
    }
    let mut response = written(call, Reply::xml(xml), version).end();
    response.headers_mut().remove("etag");
    response
}
