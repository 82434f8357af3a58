//! One day's file into the bucket, in place of the one that was there. Memory stays the same for any size: large files go
//! up in parts, a few at a time.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::SdkBody;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, EncodingType};
use bytes::Bytes;
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io;
use strata_aws::tags::{self, Tags};
use strata_aws::{During, Error, Pace, Poll, keys, wait};
use strata_layer::Context;
use strata_state::Document;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::{JoinHandle, spawn_blocking};

/// S3 takes 10,000 parts, so this is enough for 80 GB; four of them are in memory.
const PART: usize = 8 << 20;
const AT_ONCE: usize = 4;
const CSV: &str = "text/csv; charset=utf-8";

/// What is to be uploaded: pieces of any size, made by a thread of their own.
pub(crate) struct Pieces {
    receiver: Receiver<io::Result<Vec<u8>>>,
    /// None when its end is known.
    maker: Option<JoinHandle<()>>,
    hash: Sha256,
    bytes: u64,
}

/// Takes the next piece; false when nobody wants any more.
pub(crate) type HandOver<'a> = dyn FnMut(io::Result<Vec<u8>>) -> bool + Send + 'a;

impl Pieces {
    /// Start `make`, which hands over piece after piece until nobody takes any more.
    pub(crate) fn start(make: impl FnOnce(&mut HandOver) + Send + 'static) -> Self {
        let (sender, receiver) = channel(8);
        let maker = spawn_blocking(move || make(&mut |piece| sender.blocking_send(piece).is_ok()));
        Self { receiver, maker: Some(maker), hash: Sha256::new(), bytes: 0 }
    }

    /// The next part; less than a whole one only at the end.
    async fn part(&mut self) -> io::Result<Vec<u8>> {
        let mut part = Vec::new();
        while part.len() < PART {
            let Some(piece) = self.receiver.recv().await else {
                if let Some(maker) = self.maker.take() {
                    // After a panic there the file would be short and look whole.
                    maker.await?;
                }
                break;
            };
            part.extend_from_slice(&piece?);
        }
        self.hash.update(&part);
        self.bytes += part.len() as u64;
        Ok(part)
    }
}

/// One object that is being written.
struct Object<'a> {
    s3: Client,
    cx: &'a Context,
    bucket: String,
    key: String,
}

/// Whether the pipeline's bucket has the file `key`.
pub(crate) async fn is_there(cx: &Context, key: String) -> Result<bool, Error> {
    let object = Object::new(cx, key)?;
    object.only_ours().await?;
    object.is_there().await
}

/// Upload `rows` rows as the file `key` of the day `date`; what was uploaded, for the document.
pub(crate) async fn upload(
    cx: &Context,
    key: String,
    date: NaiveDate,
    rows: u64,
    mut pieces: Pieces,
) -> Result<Value, Error> {
    let object = Object::new(cx, key)?;
    object.only_ours().await?;
    let step = cx.report.step(format!("s3://{}/{}", object.bucket, object.key), "uploading");
    let first = pieces.part().await.map_err(|error| object.unreadable(&error))?;
    if first.len() < PART {
        object.whole(first.into()).await?;
    } else {
        object.in_parts(first, &mut pieces).await?;
    }
    step.done(&format!("{rows} rows, {} bytes", pieces.bytes));
    let hash = format!("{:x}", pieces.hash.finalize());
    Ok(json!({ "key": object.key, "date": date, "rows": rows, "bytes": pieces.bytes, "sha256": hash }))
}

/// The document with what was uploaded in its section `datagen`.
pub(crate) fn with_section(cx: &Context, mut uploaded: Vec<Value>) -> Document {
    let mut doc = cx.doc.clone();
    let section = if uploaded.len() == 1 { uploaded.remove(0) } else { json!({ "files": uploaded }) };
    doc.unknown.insert("datagen".into(), section);
    doc
}

impl<'a> Object<'a> {
    fn new(cx: &'a Context, key: String) -> Result<Self, Error> {
        let Some(storage) = &cx.doc.storage else {
            let error = Error::usage("looking for the pipeline's bucket", "the document has no section `storage`");
            return Err(error.advise("run `storage up` first and give its output to `datagen`"));
        };
        let config = Builder::from(&cx.session.sdk).force_path_style(cx.session.endpoint_url.is_some()).build();
        Ok(Self { s3: Client::from_conf(config), cx, bucket: storage.bucket.clone(), key })
    }

    fn doing(&self) -> String {
        format!("uploading s3://{}/{}", self.bucket, self.key)
    }

    /// A list answers also where a HEAD would be refused, for want of a right on an object that is not there.
    async fn is_there(&self) -> Result<bool, Error> {
        let doing = || format!("looking for s3://{}/{}", self.bucket, self.key);
        let call = self.s3.list_objects_v2().bucket(&self.bucket).prefix(&self.key).max_keys(1);
        let call = call.encoding_type(EncodingType::Url).expected_bucket_owner(&self.cx.session.account);
        let answer = call.send().await.during(doing)?;
        let encoded = answer.encoding_type() == Some(&EncodingType::Url);
        let is_it = |key: &str| if encoded { keys::decoded(key) == self.key } else { key == self.key };
        Ok(answer.contents().iter().filter_map(|object| object.key()).any(is_it))
    }

    /// A document is a file, and may name any bucket: only its tags say whether it is the pipeline's.
    async fn only_ours(&self) -> Result<(), Error> {
        let tags = self
            .insist(async || {
                let call = self.s3.get_bucket_tagging().bucket(&self.bucket);
                let answer = call.expected_bucket_owner(&self.cx.session.account).send().await;
                match answer.during(|| self.doing()) {
                    Ok(answer) => {
                        Ok(answer.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
                    }
                    Err(error) if error.is(&["NoSuchTagSet"]) => Ok(Tags::new()),
                    Err(error) => Err(error),
                }
            })
            .await?;
        if tags::is_ours(&tags, &self.cx.doc.pipeline) {
            return Ok(());
        }
        let message = format!("the bucket belongs to {}; nothing was touched", tags::owner(&tags));
        Err(Error::failed(self.doing(), message))
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        Error::failed(
            self.doing(),
            format!("the input could not be read to its end: {error}; the object is as it was before"),
        )
    }

    /// Each of these calls may be said twice without harm, so a lost answer is no reason to give up.
    async fn insist<T>(&self, call: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
        if self.cx.cancel.is_cancelled() {
            return Err(Error::interrupted(self.doing()));
        }
        wait(&self.doing(), Pace::seconds(2, 30), &self.cx.cancel, async || call().await.map(Poll::Ready)).await
    }

    async fn whole(&self, body: Bytes) -> Result<(), Error> {
        self.insist(async || {
            let call = self.s3.put_object().bucket(&self.bucket).key(&self.key).content_type(CSV);
            let call = call.expected_bucket_owner(&self.cx.session.account).body(SdkBody::from(body.clone()).into());
            call.send().await.during(|| self.doing()).map(drop)
        })
        .await
    }

    async fn in_parts(&self, first: Vec<u8>, pieces: &mut Pieces) -> Result<(), Error> {
        let call = self.s3.create_multipart_upload().bucket(&self.bucket).key(&self.key).content_type(CSV);
        let call = call.expected_bucket_owner(&self.cx.session.account);
        let upload = call.send().await.during(|| self.doing())?.upload_id.unwrap_or_default();
        let done = match self.parts(&upload, first, pieces).await {
            Ok(parts) => self.complete(&upload, parts).await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            // Parts cost money until they are gone; the bucket's lifecycle takes what this call misses.
            let call = self.s3.abort_multipart_upload().bucket(&self.bucket).key(&self.key).upload_id(&upload);
            let _ = call.send().await;
        }
        done
    }

    async fn parts(&self, upload: &str, first: Vec<u8>, pieces: &mut Pieces) -> Result<Vec<CompletedPart>, Error> {
        let parts = stream::try_unfold((1, Some(first), pieces), async |(number, first, pieces)| {
            let part = match first {
                Some(first) => first,
                None => pieces.part().await.map_err(|error| self.unreadable(&error))?,
            };
            let next = (number + 1, None, pieces);
            Ok::<_, Error>((!part.is_empty()).then(|| ((number, Bytes::from(part)), next)))
        });
        let uploads = parts.map(|part| async {
            let (number, body) = part?;
            self.part(upload, number, body).await
        });
        uploads.buffered(AT_ONCE).try_collect().await
    }

    async fn part(&self, upload: &str, number: i32, body: Bytes) -> Result<CompletedPart, Error> {
        self.insist(async || {
            let call = self.s3.upload_part().bucket(&self.bucket).key(&self.key).upload_id(upload).part_number(number);
            let answer = call.body(SdkBody::from(body.clone()).into()).send().await.during(|| self.doing())?;
            let part = CompletedPart::builder().part_number(number).set_e_tag(answer.e_tag);
            Ok(part.set_checksum_crc32(answer.checksum_crc32).build())
        })
        .await
    }

    async fn complete(&self, upload: &str, parts: Vec<CompletedPart>) -> Result<(), Error> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let call = self.s3.complete_multipart_upload().bucket(&self.bucket).key(&self.key).upload_id(upload);
        call.multipart_upload(parts).send().await.during(|| self.doing()).map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_maker_is_no_end_of_the_file() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut good = Pieces::start(|hand_over| assert!(hand_over(Ok(vec![1, 2]))));
            assert_eq!(good.part().await.unwrap(), [1, 2]);
            assert!(good.part().await.unwrap().is_empty());
            let mut bad = Pieces::start(|hand_over| {
                hand_over(Ok(vec![1, 2]));
                panic!("on purpose");
            });
            assert!(bad.part().await.unwrap_err().to_string().contains("panic"));
        });
    }
}
