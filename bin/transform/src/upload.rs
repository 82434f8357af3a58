//! An object that is written as it is made: a small one in one call, a large one in parts, a few of which are under way at once.
//! Nothing of it is visible before the last call, and nothing waits on this machine's disk, of which a small job has little.

use crate::s3::{S3, failed};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use std::collections::VecDeque;
use std::io::{Error, Result, Write};
use std::sync::Arc;
use strata_aws::During;
use strata_engine::Sink;
use tokio::task::JoinHandle;

/// Bytes of a part. The first thousand make 8 GB.
const PART: usize = 8 << 20;
/// Bytes of those that follow; ten thousand parts are the most of an upload.
const LARGE: usize = 64 << 20;
/// How many have the smaller size.
const SMALL_PARTS: i32 = 1000;
/// Parts under way; so many are in memory.
const AT_ONCE: usize = 3;

type Answer = std::result::Result<CompletedPart, strata_aws::Error>;

/// What is being written.
pub(crate) struct Upload<'a> {
    s3: &'a S3,
    bucket: Arc<str>,
    key: Arc<str>,
    buffer: Vec<u8>,
    /// The upload in parts, once there is one.
    id: Option<String>,
    sent: Vec<CompletedPart>,
    under_way: VecDeque<JoinHandle<Answer>>,
    number: i32,
    bytes: u64,
}

impl<'a> Upload<'a> {
    pub(crate) fn new(s3: &'a S3, bucket: Arc<str>, key: Arc<str>) -> Self {
        let (buffer, sent, under_way) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { s3, bucket, key, buffer, id: None, sent, under_way, number: 0, bytes: 0 }
    }

    fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    fn begin(&mut self) -> Result<String> {
        if let Some(id) = &self.id {
            return Ok(id.clone());
        }
        let call = self.s3.client.create_multipart_upload().bucket(&*self.bucket).key(&*self.key);
        let answer = self.s3.wait(async { call.send().await.during(|| format!("writing {}", self.url())) })?;
        let id = answer.upload_id.ok_or_else(|| Error::other("S3 gave the upload no id"))?;
        self.id = Some(id.clone());
        Ok(id)
    }

    /// Send what is in the buffer as the next part.
    fn send(&mut self) -> Result<()> {
        let id = self.begin()?;
        while self.under_way.len() >= AT_ONCE {
            self.take()?;
        }
        self.number += 1;
        let (number, doing) = (self.number, format!("writing part {} of {}", self.number, self.url()));
        let body = SdkBody::from(std::mem::take(&mut self.buffer));
        let call = self.s3.client.upload_part().bucket(&*self.bucket).key(&*self.key).upload_id(id);
        let call = call.part_number(number).body(ByteStream::new(body));
        self.under_way.push_back(self.s3.runtime.spawn(async move {
            let answer = call.send().await.during(|| doing)?;
            let part = CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag);
            let part =
                part.set_checksum_crc32(answer.checksum_crc32).set_checksum_crc64_nvme(answer.checksum_crc64_nvme);
            Ok(part.build())
        }));
        Ok(())
    }

    /// Wait for the oldest part.
    fn take(&mut self) -> Result<()> {
        if let Some(part) = self.under_way.pop_front() {
            let part = self.s3.runtime.block_on(part).map_err(Error::other)?.map_err(failed)?;
            self.sent.push(part);
        }
        Ok(())
    }

    fn complete(&mut self, id: &str) -> Result<()> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(std::mem::take(&mut self.sent))).build();
        let call = self.s3.client.complete_multipart_upload().bucket(&*self.bucket).key(&*self.key).upload_id(id);
        let call = async { call.multipart_upload(parts).send().await.during(|| format!("writing {}", self.url())) };
        match self.s3.runtime.block_on(call) {
            Ok(_) => Ok(()),
            // The call was made again after its answer was lost: the upload is over, and the object is there.
            Err(error) if error.is(&["NoSuchUpload"]) && self.is_there()? => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// Whether the object is the one that was sent: as large, and of as many parts.
    fn is_there(&self) -> Result<bool> {
        let call = self.s3.client.head_object().bucket(&*self.bucket).key(&*self.key);
        let about = self.s3.wait(async { call.send().await.during(|| format!("looking at {}", self.url())) })?;
        let parts = format!("-{}", self.number);
        let size = u64::try_from(about.content_length().unwrap_or_default()).unwrap_or_default();
        Ok(size == self.bytes && about.e_tag().is_some_and(|tag| tag.trim_matches('"').ends_with(&parts)))
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.buffer.extend_from_slice(bytes);
        self.bytes += bytes.len() as u64;
        if self.buffer.len() >= if self.number < SMALL_PARTS { PART } else { LARGE } {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Sink for Upload<'_> {
    fn commit(mut self: Box<Self>) -> Result<()> {
        if self.number == 0 {
            let body = ByteStream::new(SdkBody::from(std::mem::take(&mut self.buffer)));
            let call = self.s3.client.put_object().bucket(&*self.bucket).key(&*self.key).body(body);
            return self.s3.wait(async { call.send().await.during(|| format!("writing {}", self.url())).map(drop) });
        }
        if !self.buffer.is_empty() {
            self.send()?;
        }
        while !self.under_way.is_empty() {
            self.take()?;
        }
        let id = self.begin()?;
        self.complete(&id)?;
        self.id = None;
        Ok(())
    }
}

impl Drop for Upload<'_> {
    /// Parts of an object that is not wanted cost money until they are gone; the bucket's lifecycle takes what this misses.
    fn drop(&mut self) {
        for part in self.under_way.drain(..) {
            part.abort();
        }
        if let Some(id) = self.id.take() {
            let call = self.s3.client.abort_multipart_upload().bucket(&*self.bucket).key(&*self.key).upload_id(id);
            let _ = self.s3.runtime.block_on(call.send());
        }
    }
}
