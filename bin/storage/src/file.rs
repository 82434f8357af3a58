//! The files that strata puts into the bucket, uploaded only when their hash differs. The bucket keeps old versions, and
//! the document keeps the version ids: MWAA wants them.

use crate::bucket::Bucket;
use crate::listing::versions;
use crate::owner;
use crate::wanted::{Wanted, wanted};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;
use std::sync::OnceLock;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Resource, async_trait, props};
use strata_state::demand;

/// Metadata that says whose an object is: objects have tags, but listing those costs a call and money for each.
const PIPELINE: &str = "strata-pipeline";
const ENV: &str = "strata-env";
const ID: &str = "strata-id";

pub(crate) struct File {
    s3: Client,
    /// Read and hashed once for the whole run.
    wanted: OnceLock<Vec<Wanted>>,
}

props! {
    /// What a file is.
    pub(crate) struct Props {
        fixed {
            /// The bucket that it is in.
            bucket: String,
        }
        mutable {
            /// The MD5 of its bytes; null where they cannot be read.
            md5: Option<String>,
        }
    }
}

/// What others need of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) key: String,
    pub(crate) version_id: String,
}

pub(crate) type Seen = Observed<Props, Facts>;

/// The bucket that the files are in: the one that was found, else the one of the document, else the one that will be.
fn bucket(cx: &Context) -> String {
    let known = cx.doc.storage.as_ref().map(|storage| storage.bucket.clone());
    cx.one::<Bucket>("main").map(|bucket| bucket.physical).or(known).unwrap_or_else(|| cx.bucket())
}

impl File {
    pub(crate) fn new(s3: Client) -> Self {
        Self { s3, wanted: OnceLock::new() }
    }

    fn wanted(&self, cx: &Context) -> &[Wanted] {
        self.wanted.get_or_init(|| wanted(cx))
    }

    /// The newest version of each object below a prefix.
    async fn below(&self, bucket: &str, prefix: &str) -> Result<Vec<Seen>, Error> {
        let mut seen = Vec::new();
        let mut pages = std::pin::pin!(versions(&self.s3, bucket, prefix));
        loop {
            let page = match pages.try_next().await {
                Ok(Some(page)) => page,
                Ok(None) => return Ok(seen),
                // No bucket, no files; and somebody else's bucket is for the bucket's own part to name.
                Err(error) if error.is(&["NoSuchBucket", "AccessDenied", "PermanentRedirect"]) => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            for version in page.versions().iter().filter(|version| version.is_latest().unwrap_or_default()) {
                let key = version.key().unwrap_or_default();
                let md5 = version.e_tag().unwrap_or_default().trim_matches('"').to_owned();
                let version_id = version.version_id().unwrap_or("null").to_owned();
                let props = Props { bucket: bucket.to_owned(), md5: Some(md5) };
                seen.push(Seen::new(key, key, props).facts(Facts { key: key.to_owned(), version_id }));
            }
        }
    }

    /// Whether strata put it there, for this pipeline and environment.
    async fn is_ours(&self, cx: &Context, bucket: &str, key: &str) -> Result<bool, Error> {
        let call = self.s3.head_object().bucket(bucket).key(key);
        match call.send().await.during(|| format!("looking at s3://{bucket}/{key}")) {
            Ok(answer) => {
                let none = HashMap::new();
                let metadata = answer.metadata().unwrap_or(&none);
                let pipeline = &cx.doc.pipeline;
                Ok(metadata.get(PIPELINE) == Some(&pipeline.name) && metadata.get(ENV) == Some(&pipeline.env))
            }
            Err(error) if error.is_gone() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Upload what differs, and nothing else. Returns the desired files as they are then.
    pub(crate) async fn sync(&self, cx: &Context) -> Result<Vec<Seen>, Error> {
        let desired = self.desired(cx)?;
        let seen = self.observed(cx, &desired).await?;
        let mut uploads: Vec<BoxFuture<'_, Result<(), Error>>> = Vec::new();
        for file in &desired {
            let same = seen.iter().any(|seen| seen.id == file.id && seen.props.md5 == file.props.md5);
            if !same {
                uploads.push(Box::pin(self.upload(cx, &file.id)));
            }
        }
        cx.report.say(&format!("storage: {} of {} files to upload", uploads.len(), desired.len()));
        stream::iter(uploads).buffer_unordered(usize::from(cx.global.parallel)).try_collect::<Vec<()>>().await?;
        let seen = self.observed(cx, &desired).await?;
        Ok(seen.into_iter().filter(|seen| desired.iter().any(|file| file.id == seen.id)).collect())
    }

    async fn upload(&self, cx: &Context, key: &str) -> Result<(), Error> {
        let bucket = bucket(cx);
        let doing = || format!("uploading s3://{bucket}/{key}");
        let Some(wanted) = self.wanted(cx).iter().find(|wanted| wanted.key == key) else { return Ok(()) };
        let body = wanted.body.clone().map_err(|why| Error::failed(doing(), why))?;
        let pipeline = &cx.doc.pipeline;
        let call = self
            .s3
            .put_object()
            .bucket(&bucket)
            .key(key)
            .expected_bucket_owner(&cx.session.account)
            .content_type(wanted.content_type)
            .metadata(PIPELINE, &pipeline.name)
            .metadata(ENV, &pipeline.env)
            .metadata(ID, format!("file.{key}"))
            .body(ByteStream::from(body));
        call.send().await.during(doing).map(drop)
    }
}

#[async_trait]
impl Resource for File {
    const KIND: &'static str = "file";
    const LABEL: &'static str = "files";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |wanted: &Wanted| {
            let props = Props { bucket: cx.bucket(), md5: wanted.md5() };
            Desired::new(&wanted.key, &wanted.key, props)
        };
        Ok(self.wanted(cx).iter().map(desired).collect())
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let bucket = bucket(cx);
        // A document is a file, and may name any bucket. In one that is not ours, no file is.
        let found = owner::look(&self.s3, cx, &bucket).await?;
        if found.is_none_or(|found| found.foreign.is_some()) {
            return Ok(Vec::new());
        }
        let prefixes = demand::prefixes();
        let lists = prefixes.iter().map(|prefix| self.below(&bucket, prefix));
        let seen: Vec<Seen> = futures::future::try_join_all(lists).await?.into_iter().flatten().collect();
        // A desired key is ours, whoever wrote it last; of any other key only the object itself can tell.
        let looks = seen.into_iter().map(|seen| {
            let bucket = &bucket;
            async move {
                let ours = desired.iter().any(|file| file.id == seen.id) || self.is_ours(cx, bucket, &seen.id).await?;
                Ok::<_, Error>(ours.then_some(seen))
            }
        });
        let looks = stream::iter(looks).buffered(usize::from(cx.global.parallel));
        looks.try_filter_map(|seen| async move { Ok(seen) }).try_collect().await
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        self.upload(cx, &desired.id).await
    }

    async fn update(&self, cx: &Context, _: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        self.upload(cx, &desired.id).await
    }

    // Objects carry no tags of ours.
    async fn retag(&self, _: &Context, _: &Seen, _: &Tags) -> Result<(), Error> {
        Ok(())
    }

    // `down` empties the bucket, so this is for files that no layer wants any more.
    async fn delete(&self, cx: &Context, observed: &Seen) -> Result<(), Error> {
        let (bucket, key) = (bucket(cx), &observed.facts.key);
        let call = self.s3.delete_object().bucket(&bucket).key(key);
        call.send().await.during(|| format!("deleting s3://{bucket}/{key}")).map(drop)
    }

    fn goes_along(&self) -> bool {
        true
    }
}
