//! What the bucket has of a file already: the object, or parts of an upload that was interrupted.

use crate::parts::Object;
use crate::sums::Sums;
use aws_sdk_s3::types::{ChecksumMode, CompletedPart, EncodingType, MultipartUpload};
use std::collections::BTreeMap;
use strata_aws::{During, Error, keys};

/// An upload that was begun and not ended, with those of its parts that are the file's.
#[derive(Default)]
pub(crate) struct Begun {
    pub(crate) upload: String,
    pub(crate) parts: BTreeMap<i32, CompletedPart>,
}

impl Object<'_> {
    /// Whether the object is the file. Its ETag would not tell under a key in KMS; its SHA-256 tells always, where it was
    /// uploaded with one.
    pub(crate) async fn is(&self, sums: &Sums) -> Result<bool, Error> {
        let bucket = self.bucket;
        let call = bucket.s3.head_object().bucket(&bucket.name).key(self.key).checksum_mode(ChecksumMode::Enabled);
        let call = call.expected_bucket_owner(&bucket.cx.session.account);
        let doing = format!("reading the checksum of s3://{}/{}", bucket.name, self.key);
        let answer = match call.send().await.during(|| doing) {
            Ok(answer) => answer,
            Err(error) if error.is_gone() => return Ok(false),
            // It cannot be read, with these rights or since its key is gone: then it is sent.
            Err(error) if error.is(&["AccessDenied", "403", "BadRequest", "400"]) => return Ok(false),
            Err(error) => return Err(error),
        };
        // Behind a hyphen is the number of parts.
        let told = answer.checksum_sha256().map(|sum| sum.split('-').next().unwrap_or_default());
        let bytes = answer.content_length().and_then(|bytes| u64::try_from(bytes).ok());
        Ok(told == Some(sums.object.as_str()) && bytes == Some(sums.bytes))
    }

    /// The newest upload of this object that was begun and not ended.
    pub(crate) async fn begun(&self, sums: &Sums) -> Result<Option<Begun>, Error> {
        let bucket = self.bucket;
        let doing = || format!("looking for an interrupted upload of s3://{}/{}", bucket.name, self.key);
        let call = bucket.s3.list_multipart_uploads().bucket(&bucket.name).prefix(self.key);
        let call = call.encoding_type(EncodingType::Url).expected_bucket_owner(&bucket.cx.session.account);
        let answer = match call.send().await.during(doing) {
            Ok(answer) => answer,
            Err(error) if error.is(&["AccessDenied", "403"]) => return Ok(None),
            Err(error) => return Err(error),
        };
        let encoded = answer.encoding_type() == Some(&EncodingType::Url);
        let is_it = |upload: &&MultipartUpload| {
            let key = upload.key().unwrap_or_default();
            if encoded { keys::decoded(key) == self.key } else { key == self.key }
        };
        let newest =
            answer.uploads().iter().filter(is_it).max_by_key(|upload| upload.initiated().copied().map(|at| at.secs()));
        let Some(upload) = newest.and_then(MultipartUpload::upload_id) else { return Ok(None) };
        match self.sent(upload, sums).await {
            Ok(parts) => Ok(Some(Begun { upload: upload.to_owned(), parts })),
            // It ended in the meantime, or may not be looked at.
            Err(error) if error.is_gone() || error.is(&["NoSuchUpload", "AccessDenied", "403"]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The parts of an upload that are the file's.
    async fn sent(&self, upload: &str, sums: &Sums) -> Result<BTreeMap<i32, CompletedPart>, Error> {
        let bucket = self.bucket;
        let (mut found, mut marker) = (BTreeMap::new(), None);
        loop {
            let call = bucket.s3.list_parts().bucket(&bucket.name).key(self.key).upload_id(upload);
            let call = call.set_part_number_marker(marker).expected_bucket_owner(&bucket.cx.session.account);
            let answer = call.send().await;
            let answer = answer.during(|| format!("looking at the parts of s3://{}/{}", bucket.name, self.key))?;
            for part in answer.parts() {
                let Some(number) = part.part_number() else { continue };
                let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
                let is_whole = part.size().and_then(|size| u64::try_from(size).ok()) == Some(sums.range(index).1);
                if is_whole && part.checksum_sha256() == sums.parts.get(index).map(String::as_str) {
                    let known = CompletedPart::builder().part_number(number);
                    let known = known.set_e_tag(part.e_tag.clone()).set_checksum_sha256(part.checksum_sha256.clone());
                    found.insert(number, known.build());
                }
            }
            if !answer.is_truncated().unwrap_or_default() {
                return Ok(found);
            }
            marker = answer.next_part_number_marker;
        }
    }
}
