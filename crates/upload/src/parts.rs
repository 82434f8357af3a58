//! S3's multipart upload, one call each.

use crate::Bucket;
use aws_sdk_s3::primitives::SdkBody;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use strata_aws::{During, Error};

/// Parts that are sent at once; so many are in memory.
pub(crate) const AT_ONCE: usize = 4;
/// Bytes of a part; 10,000 of them make 80 GB.
pub(crate) const PART: usize = 8 << 20;

/// One object that is being written.
pub(crate) struct Object<'b> {
    pub(crate) bucket: &'b Bucket<'b>,
    pub(crate) key: &'b str,
    pub(crate) content_type: &'b str,
}

impl Object<'_> {
    pub(crate) fn doing(&self) -> String {
        format!("uploading s3://{}/{}", self.bucket.name, self.key)
    }

    /// The object in one call, with its SHA-256 where that is known.
    pub(crate) async fn whole(&self, body: Bytes, sha256: Option<String>) -> Result<(), Error> {
        let Self { bucket, key, content_type } = self;
        bucket
            .insist(&self.doing(), || async {
                let call = bucket.s3.put_object().bucket(&bucket.name).key(*key).content_type(*content_type);
                let call = call.set_checksum_sha256(sha256.clone());
                let call = call.expected_bucket_owner(&bucket.cx.session.account);
                call.body(SdkBody::from(body.clone()).into()).send().await.during(|| self.doing()).map(drop)
            })
            .await
    }

    /// Begin an upload; its id.
    pub(crate) async fn create(&self, checksum: Option<ChecksumAlgorithm>) -> Result<String, Error> {
        let Self { bucket, key, content_type } = self;
        let call = bucket.s3.create_multipart_upload().bucket(&bucket.name).key(*key).content_type(*content_type);
        let call = call.set_checksum_algorithm(checksum).expected_bucket_owner(&bucket.cx.session.account);
        Ok(call.send().await.during(|| self.doing())?.upload_id.unwrap_or_default())
    }

    /// Send a part, with its SHA-256 where that is known.
    pub(crate) async fn part(
        &self,
        upload: &str,
        number: i32,
        body: Bytes,
        sha256: Option<String>,
    ) -> Result<CompletedPart, Error> {
        let Self { bucket, key, .. } = self;
        bucket
            .insist(&self.doing(), || async {
                let call = bucket.s3.upload_part().bucket(&bucket.name).key(*key).upload_id(upload);
                let call = call.part_number(number).set_checksum_sha256(sha256.clone());
                let answer = call.body(SdkBody::from(body.clone()).into()).send().await.during(|| self.doing())?;
                let part = CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag);
                Ok(part.set_checksum_crc32(answer.checksum_crc32).set_checksum_sha256(answer.checksum_sha256).build())
            })
            .await
    }

    /// Make the object of its parts.
    pub(crate) async fn complete(&self, upload: &str, parts: Vec<CompletedPart>) -> Result<(), Error> {
        let Self { bucket, key, .. } = self;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let call = bucket.s3.complete_multipart_upload().bucket(&bucket.name).key(*key).upload_id(upload);
        call.multipart_upload(parts).send().await.during(|| self.doing()).map(drop)
    }

    /// Throw the parts away. They cost money until they are gone; the bucket's lifecycle takes what this call misses.
    pub(crate) async fn abort(&self, upload: &str) {
        let Self { bucket, key, .. } = self;
        let call = bucket.s3.abort_multipart_upload().bucket(&bucket.name).key(*key).upload_id(upload);
        let _ = call.send().await;
    }
}
