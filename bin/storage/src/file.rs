//! The files that strata puts into the bucket, uploaded only when their hash differs. The bucket keeps old versions, and
//! the document keeps the version ids: MWAA wants them.

use crate::listing::versions;
use crate::owner;
use crate::wanted::{Wanted, wanted};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;
use std::sync::OnceLock;
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::layers::airflow::REQUIREMENTS_KEY as REQUIREMENTS;

/// Where strata puts its files. Whatever else is there stays as it is.
const PREFIXES: [&str; 4] = ["dags/", "scripts/", "sql/", REQUIREMENTS];
/// Metadata that says whose an object is: objects have tags, but listing those costs a call and money for each.
const PIPELINE: &str = "strata-pipeline";
const ENV: &str = "strata-env";
const ID: &str = "strata-id";

pub(crate) struct File {
    s3: Client,
    /// Read and hashed once for the whole run.
    wanted: OnceLock<Vec<Wanted>>,
}

/// The bucket that the files are in: the one that was found, else the one of the document, else the one that will be.
fn bucket(cx: &Context) -> String {
    let known = cx.doc.storage.as_ref().map(|storage| storage.bucket.clone());
    cx.live("bucket", "main").map(|live| live.physical).or(known).unwrap_or_else(|| cx.bucket())
}

impl File {
    pub(crate) fn new(s3: Client) -> Self {
        Self { s3, wanted: OnceLock::new() }
    }

    fn wanted(&self, cx: &Context) -> &[Wanted] {
        self.wanted.get_or_init(|| wanted(cx))
    }

    /// The newest version of each object below a prefix.
    async fn below(&self, bucket: &str, prefix: &str) -> Result<Vec<Live>, Error> {
        let mut lives = Vec::new();
        let mut pages = std::pin::pin!(versions(&self.s3, bucket, prefix));
        loop {
            let page = match pages.try_next().await {
                Ok(Some(page)) => page,
                Ok(None) => return Ok(lives),
                // No bucket, no files; and somebody else's bucket is for the bucket's own part to name.
                Err(error) if error.is(&["NoSuchBucket", "AccessDenied", "PermanentRedirect"]) => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            for version in page.versions().iter().filter(|version| version.is_latest().unwrap_or_default()) {
                let key = version.key().unwrap_or_default();
                let live = Live::new(key, key)
                    .prop("bucket", bucket)
                    .prop("md5", version.e_tag().unwrap_or_default().trim_matches('"'))
                    .fact("version_id", version.version_id().unwrap_or("null"));
                lives.push(live);
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

    /// Upload what differs, and nothing else. Returns the wished files as they are then.
    pub(crate) async fn sync(&self, cx: &Context) -> Result<Vec<Live>, Error> {
        let wishes = self.wishes(cx)?;
        let lives = self.list(cx, &wishes).await?;
        let mut uploads: Vec<BoxFuture<'_, Result<(), Error>>> = Vec::new();
        for wish in &wishes {
            let same = lives.iter().any(|live| live.id == wish.id && live.props.get("md5") == wish.props.get("md5"));
            if !same {
                uploads.push(Box::pin(self.upload(cx, &wish.id)));
            }
        }
        cx.report.say(&format!("storage: {} of {} files to upload", uploads.len(), wishes.len()));
        stream::iter(uploads).buffer_unordered(usize::from(cx.global.parallel)).try_collect::<Vec<()>>().await?;
        let lives = self.list(cx, &wishes).await?;
        Ok(lives.into_iter().filter(|live| wishes.iter().any(|wish| wish.id == live.id)).collect())
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
impl Untyped for File {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let wish = |wanted: &Wanted| {
            let wish = Wish::new(&wanted.key, &wanted.key).prop("bucket", cx.bucket()).fixed(&["bucket"]);
            match wanted.md5() {
                Some(md5) => wish.prop("md5", md5),
                None => wish,
            }
        };
        Ok(self.wanted(cx).iter().map(wish).collect())
    }

    async fn list(&self, cx: &Context, wishes: &[Wish]) -> Result<Vec<Live>, Error> {
        let bucket = bucket(cx);
        // A document is a file, and may name any bucket. In one that is not ours, no file is.
        let found = owner::look(&self.s3, cx, &bucket).await?;
        if found.is_none_or(|found| found.foreign.is_some()) {
            return Ok(Vec::new());
        }
        let lists = PREFIXES.iter().map(|prefix| self.below(&bucket, prefix));
        let lives: Vec<Live> = futures::future::try_join_all(lists).await?.into_iter().flatten().collect();
        // A wished key is ours, whoever wrote it last; of any other key only the object itself can tell.
        let looks = lives.into_iter().map(|live| {
            let bucket = &bucket;
            async move {
                let ours = wishes.iter().any(|wish| wish.id == live.id) || self.is_ours(cx, bucket, &live.id).await?;
                Ok::<_, Error>(ours.then_some(live))
            }
        });
        let looks = stream::iter(looks).buffered(usize::from(cx.global.parallel));
        looks.try_filter_map(|live| async move { Ok(live) }).try_collect().await
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        self.upload(cx, &wish.id).await
    }

    async fn update(&self, cx: &Context, _: &Live, wish: &Wish, _: &[Change]) -> Result<(), Error> {
        self.upload(cx, &wish.id).await
    }

    // `down` empties the bucket, so this is for files that nobody asks for any more.
    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error> {
        let (bucket, key) = (bucket(cx), &live.id);
        let call = self.s3.delete_object().bucket(&bucket).key(key);
        call.send().await.during(|| format!("deleting s3://{bucket}/{key}")).map(drop)
    }

    fn goes_along(&self) -> bool {
        true
    }
}
