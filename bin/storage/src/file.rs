//! The files that strata puts into the buckets, uploaded only when they differ. Buckets keep old versions, and the document
//! keeps the version ids: MWAA requires them.

use crate::bucket::Bucket;
use crate::objects::{ENV, Facts, ID, Objects, PIPELINE, Props, SHA256, Seen, id, physical};
use crate::wanted::{Source, Wanted, wanted};
use crate::{key, names};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ServerSideEncryption};
use futures::future::{BoxFuture, try_join_all};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Resource, async_trait};
use strata_state::layers::storage::Encryption;

pub(crate) struct File {
    s3: Client,
    /// Read and hashed once for the whole run.
    wanted: OnceLock<Vec<Wanted>>,
}

impl File {
    pub(crate) fn new(s3: Client) -> Self {
        Self { s3, wanted: OnceLock::new() }
    }

    fn wanted(&self, cx: &Context) -> &[Wanted] {
        self.wanted.get_or_init(|| wanted(cx))
    }

    /// Upload what differs, and nothing else. Returns the desired files as they are then.
    pub(crate) async fn sync(&self, cx: &Context) -> Result<Vec<Seen>, Error> {
        let desired = self.desired(cx)?;
        let seen = self.observed(cx, &desired).await?;
        let mut uploads: Vec<BoxFuture<'_, Result<(), Error>>> = Vec::new();
        for file in &desired {
            // An object with a program's key is the program, whatever its bytes are.
            let is_program = matches!(self.of(cx, &file.id), Some(Wanted { source: Source::Program(_), .. }));
            let is_same = |seen: &Seen| seen.id == file.id && (is_program || file.props.is_same(&seen.props));
            if !seen.iter().any(is_same) {
                uploads.push(Box::pin(self.upload(cx, file)));
            }
        }
        cx.report.say(&format!("storage: {} of {} files to upload", uploads.len(), desired.len()));
        stream::iter(uploads).buffer_unordered(usize::from(cx.global.parallel)).try_collect::<Vec<()>>().await?;
        let seen = self.observed(cx, &desired).await?;
        Ok(seen.into_iter().filter(|seen| desired.iter().any(|file| file.id == seen.id)).collect())
    }

    /// The file of this id.
    fn of(&self, cx: &Context, file: &str) -> Option<&Wanted> {
        self.wanted(cx).iter().find(|wanted| id(&wanted.bucket, &wanted.key) == file)
    }

    async fn upload(&self, cx: &Context, file: &Desired<Props>) -> Result<(), Error> {
        let Some(wanted) = self.of(cx, &file.id) else { return Ok(()) };
        let Wanted { bucket, key, content_type, source } = wanted;
        let bucket = bucket_names(cx).remove(bucket).unwrap_or_else(|| cx.bucket_of(bucket));
        let doing = || format!("uploading s3://{bucket}/{key}");
        let body = wanted.bytes().map_err(|why| Error::failed(doing(), why))?;
        let pipeline = &cx.doc.pipeline;
        let mut call = self
            .s3
            .put_object()
            .bucket(&bucket)
            .key(key)
            .expected_bucket_owner(&cx.session.account)
            .content_type(*content_type)
            .metadata(PIPELINE, &pipeline.name)
            .metadata(ENV, &pipeline.env)
            .metadata(ID, format!("file.{}", file.id))
            .body(ByteStream::from(body));
        if let Source::Program(program) = source {
            // What jobs hold the bytes that they fetch against.
            call = call.metadata(SHA256, &program.sha256);
        }
        if let Some(key) = &file.props.key {
            // The bucket's default is the same, and S3 takes a while to know a new one everywhere.
            call = call
                .checksum_algorithm(ChecksumAlgorithm::Sha256)
                .server_side_encryption(ServerSideEncryption::AwsKms)
                .ssekms_key_id(key.known()?)
                .bucket_key_enabled(true);
        }
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
        let buckets = cx.doc.pipeline.storage().all();
        let desired = |wanted: &Wanted| {
            let bucket = cx.bucket_of(&wanted.bucket);
            let encryption = buckets.get(wanted.bucket.as_str()).map(|bucket| bucket.encryption).unwrap_or_default();
            let (id, name) = (id(&wanted.bucket, &wanted.key), physical(&wanted.bucket, &bucket, &wanted.key));
            let props = match encryption {
                Encryption::SseS3 => Props { bucket, md5: wanted.md5(), sha256: None, key: None },
                Encryption::Key => Props { bucket, md5: None, sha256: wanted.sha256(), key: Some(key::arn(cx)) },
            };
            Desired::new(id, name, props)
        };
        Ok(self.wanted(cx).iter().map(desired).collect())
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let names = bucket_names(cx);
        let buckets = names.iter().map(|(id, name)| Objects { s3: &self.s3, cx, id, name });
        let seen = try_join_all(buckets.map(|bucket| async move { bucket.ours(desired).await })).await?;
        Ok(seen.into_iter().flatten().collect())
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        self.upload(cx, desired).await
    }

    async fn update(&self, cx: &Context, _: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        self.upload(cx, desired).await
    }

    // Objects carry no tags of ours.
    async fn retag(&self, _: &Context, _: &Seen, _: &Tags) -> Result<(), Error> {
        Ok(())
    }

    // `down` empties the buckets, so this is for files that no layer wants any more.
    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        let (bucket, key) = (&observed.props.bucket, &observed.facts.key);
        let call = self.s3.delete_object().bucket(bucket).key(key);
        call.send().await.during(|| format!("deleting s3://{bucket}/{key}")).map(drop)
    }

    fn goes_along(&self) -> bool {
        true
    }
}

/// What each bucket is called now, by its id: those that were found, else those of the document, else as they will be.
fn bucket_names(cx: &Context) -> BTreeMap<String, String> {
    let mut names = names::wished(cx);
    let document = cx.doc.storage.iter().flat_map(|section| section.names());
    let document = document.map(|(id, name)| (id.to_owned(), name.to_owned()));
    let found = cx.observed::<Bucket>().into_iter().map(|bucket| (bucket.id, bucket.physical));
    for (id, name) in document.chain(found) {
        if let Some(known) = names.get_mut(&id) {
            *known = name;
        }
    }
    names
}
