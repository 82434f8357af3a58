//! The pipeline's main bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::types::EncodingType;
use strata_aws::tags::{self, Tags};
use strata_aws::{During, Error, Pace, Poll, Waiting, keys};
use strata_layer::Context;

/// The bucket that the document names, and that is the pipeline's.
pub struct Bucket<'a> {
    pub(crate) s3: Client,
    pub(crate) cx: &'a Context,
    pub(crate) name: String,
}

impl<'a> Bucket<'a> {
    /// A document is a file, and may name any bucket: only its tags say whether it is the pipeline's.
    ///
    /// # Errors
    /// When the document has no bucket, when the bucket has another owner, and when AWS refuses.
    pub async fn ours(cx: &'a Context) -> Result<Self, Error> {
        let doing = "looking for the pipeline's bucket";
        let Some(storage) = &cx.doc.storage else {
            let error = Error::usage(doing, "the document has no section `storage`");
            return Err(error.advise(format!("run `storage up` first and give its output to `{}`", cx.layer)));
        };
        let config = Builder::from(&cx.session.sdk).force_path_style(cx.session.endpoint_url.is_some()).build();
        let bucket = Self { s3: Client::from_conf(config), cx, name: storage.bucket.clone() };
        let doing = format!("reading the tags of bucket {}", bucket.name);
        let tags = bucket
            .insist(&doing, || async {
                let call = bucket.s3.get_bucket_tagging().bucket(&bucket.name);
                let answer = call.expected_bucket_owner(&cx.session.account).send().await;
                match answer.during(|| doing.clone()) {
                    Ok(answer) => {
                        Ok(answer.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
                    }
                    Err(error) if error.is(&["NoSuchTagSet"]) => Ok(Tags::new()),
                    Err(error) => Err(error),
                }
            })
            .await?;
        if tags::is_ours(&tags, &cx.doc.pipeline) {
            return Ok(bucket);
        }
        let message = format!("the bucket belongs to {}; nothing was touched", tags::owner(&tags));
        Err(Error::failed(doing, message))
    }

    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has the object `key`. A list answers also where a HEAD would be refused, for want of a right on an object
    /// that is not there.
    ///
    /// # Errors
    /// When AWS refuses.
    pub async fn has(&self, key: &str) -> Result<bool, Error> {
        Ok(self.page(key, Some(1), None).await?.0.iter().any(|found| found == key))
    }

    /// The keys of all objects below a prefix, in their order.
    ///
    /// # Errors
    /// When AWS refuses.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let (mut all, mut token) = (Vec::new(), None);
        loop {
            let (keys, next) = self.page(prefix, None, token).await?;
            all.extend(keys);
            token = next;
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    async fn page(
        &self,
        prefix: &str,
        most: Option<i32>,
        token: Option<String>,
    ) -> Result<(Vec<String>, Option<String>), Error> {
        let call = self.s3.list_objects_v2().bucket(&self.name).prefix(prefix).set_max_keys(most);
        let call = call.encoding_type(EncodingType::Url).expected_bucket_owner(&self.cx.session.account);
        let answer = call.set_continuation_token(token).send().await;
        let answer = answer.during(|| format!("looking for s3://{}/{prefix}", self.name))?;
        let encoded = answer.encoding_type() == Some(&EncodingType::Url);
        let plain = |key: &str| if encoded { keys::decoded(key) } else { key.to_owned() };
        let found = answer.contents().iter().filter_map(|object| object.key()).map(plain).collect();
        Ok((found, answer.next_continuation_token))
    }

    /// Each of these calls may be said twice without harm, so a lost answer is no reason to give up.
    pub(crate) async fn insist<T, F>(&self, doing: &str, call: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        if self.cx.cancel.is_cancelled() {
            return Err(Error::interrupted(doing));
        }
        let mut waiting = Waiting::new(doing, Pace::seconds(2, 30), &self.cx.cancel);
        loop {
            if let Some(done) = waiting.after(call().await.map(Poll::Ready)).await? {
                return Ok(done);
            }
        }
    }
}
