//! Which objects of a bucket are files of strata, and what they are.

use crate::listing::versions;
use crate::owner;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::ChecksumMode;
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Promise, props};
use strata_state::demand::{self, MAIN_BUCKET};

props! {
    /// What a file is. Its ETag is the MD5 only where S3's own key encrypts it; with a key in KMS it tells nothing, and S3
    /// keeps a SHA-256 instead.
    pub(crate) struct Props {
        fixed {
            /// The bucket that it is in.
            bucket: String,
        }
        mutable {
            /// The MD5 of its bytes, where S3's own key encrypts it.
            md5: Option<String>,
            /// The SHA-256 of its bytes, where a key in KMS encrypts it.
            sha256: Option<String>,
            /// That key.
            key: Option<Promise>,
        }
    }
}

impl Props {
    /// Whether these bytes, encrypted so, are what the other one says.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let sum = |props: &Self| if self.key.is_some() { props.sha256.clone() } else { props.md5.clone() };
        sum(self).is_some() && sum(self) == sum(other) && self.key == other.key
    }
}

/// What others need of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) key: String,
    pub(crate) version_id: String,
}

pub(crate) type Seen = Observed<Props, Facts>;

/// The id of a file: its key in the main bucket, and in another one the bucket's id with it.
pub(crate) fn id(bucket: &str, key: &str) -> String {
    if bucket == MAIN_BUCKET { key.to_owned() } else { format!("{bucket}:{key}") }
}

/// What a file is called among all files: its key in the main bucket, and elsewhere the bucket's name with it.
pub(crate) fn physical(id: &str, bucket: &str, key: &str) -> String {
    if id == MAIN_BUCKET { key.to_owned() } else { format!("{bucket}/{key}") }
}

/// Metadata that says whose an object is: objects have tags, but listing those costs a call and money for each.
pub(crate) const PIPELINE: &str = "strata-pipeline";
pub(crate) const ENV: &str = "strata-env";
pub(crate) const ID: &str = "strata-id";
/// With a program: the SHA-256 of the object.
pub(crate) const SHA256: &str = "strata-sha256";

/// One bucket that files are looked for in.
#[derive(Clone, Copy)]
pub(crate) struct Objects<'a> {
    pub(crate) s3: &'a Client,
    pub(crate) cx: &'a Context,
    /// The bucket's id.
    pub(crate) id: &'a str,
    /// The bucket's name.
    pub(crate) name: &'a str,
}

impl Objects<'_> {
    /// The files of strata.
    pub(crate) async fn ours(self, desired: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        // A document is a file, and may name any bucket. In one that is not ours, no file is.
        let found = owner::look(self.s3, self.cx, self.id, self.name).await?;
        if found.is_none_or(|found| found.foreign.is_some()) {
            return Ok(Vec::new());
        }
        let prefixes = demand::prefixes();
        let seen = try_join_all(prefixes.iter().map(|prefix| self.below(prefix))).await?;
        let looks = seen.into_iter().flatten().map(|seen| self.mine(seen, desired));
        let looks = stream::iter(looks).buffered(usize::from(self.cx.global.parallel));
        looks.try_filter_map(|seen| async move { Ok(seen) }).try_collect().await
    }

    /// The newest version of each object below a prefix.
    async fn below(self, prefix: &str) -> Result<Vec<Seen>, Error> {
        let mut seen = Vec::new();
        let mut pages = std::pin::pin!(versions(self.s3, self.name, prefix));
        loop {
            let page = match pages.try_next().await {
                Ok(Some(page)) => page,
                Ok(None) => return Ok(seen),
                // No bucket, no files; and a bucket of another owner is reported by the part of the bucket itself.
                Err(error) if error.is(&["NoSuchBucket", "AccessDenied", "PermanentRedirect"]) => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            for version in page.versions().iter().filter(|version| version.is_latest().unwrap_or_default()) {
                let key = version.key().unwrap_or_default();
                let md5 = version.e_tag().unwrap_or_default().trim_matches('"').to_owned();
                let version_id = version.version_id().unwrap_or("null").to_owned();
                let props = Props { bucket: self.name.to_owned(), md5: Some(md5), ..Props::default() };
                let facts = Facts { key: key.to_owned(), version_id };
                let (id, physical) = (id(self.id, key), physical(self.id, self.name, key));
                seen.push(Seen::new(id, physical, props).facts(facts));
            }
        }
    }

    /// An object, if it is a file of strata. A desired key is ours, no matter which program wrote it last; of any other
    /// key only the object itself can tell.
    async fn mine(self, seen: Seen, desired: &[Desired<Props>]) -> Result<Option<Seen>, Error> {
        match desired.iter().find(|file| file.id == seen.id) {
            Some(file) if file.props.key.is_some() => self.summed(seen).await,
            Some(_) => Ok(Some(seen)),
            None => Ok(self.is_ours(&seen.facts.key).await?.then_some(seen)),
        }
    }

    /// With what the listing does not tell of an object that a key in KMS encrypts.
    async fn summed(self, mut seen: Seen) -> Result<Option<Seen>, Error> {
        let key = &seen.facts.key;
        let call = self.s3.head_object().bucket(self.name).key(key).checksum_mode(ChecksumMode::Enabled);
        match call.send().await.during(|| format!("reading the checksum of s3://{}/{key}", self.name)) {
            Ok(answer) => {
                seen.props.sha256 = answer.checksum_sha256().map(str::to_owned);
                seen.props.key = answer.ssekms_key_id().map(Promise::from);
                Ok(Some(seen))
            }
            Err(error) if error.is_gone() => Ok(None),
            // Its key cannot be used any more, and so neither can the object: it is uploaded again.
            Err(error) if error.is(&["BadRequest", "400"]) => Ok(Some(seen)),
            Err(error) => Err(error),
        }
    }

    /// Whether strata put it there, for this pipeline and environment.
    async fn is_ours(self, key: &str) -> Result<bool, Error> {
        let call = self.s3.head_object().bucket(self.name).key(key);
        match call.send().await.during(|| format!("looking at s3://{}/{key}", self.name)) {
            Ok(answer) => {
                let none = HashMap::new();
                let metadata = answer.metadata().unwrap_or(&none);
                let pipeline = &self.cx.doc.pipeline;
                Ok(metadata.get(PIPELINE) == Some(&pipeline.name) && metadata.get(ENV) == Some(&pipeline.env))
            }
            Err(error) if error.is_gone() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
