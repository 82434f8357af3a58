//! The list of what `storage` owns, its section, and `storage sync`.

use crate::bucket::Bucket;
use crate::file::{File, Seen};
use crate::{folder, owner};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use strata_aws::{Error, Session};
use strata_layer::{Context, Layer, Part, Resource, async_trait, part};
use strata_state::{Document, layers};

pub(crate) struct Storage;

/// What `storage` can do beside the verbs of every layer.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Upload the files that changed, and nothing else; the document comes out with the new version ids
    Sync,
}

fn client(session: &Session) -> Client {
    // Another endpoint than AWS's own need not know the host name of each bucket.
    let config = Builder::from(&session.sdk).force_path_style(session.endpoint_url.is_some());
    Client::from_conf(config.build())
}

fn write(cx: &Context, bucket: &str, files: Vec<Seen>, doc: &mut Document) {
    let files = files.into_iter().map(|file| (file.facts.key, file.facts.version_id));
    let arn = format!("arn:{}:s3:::{bucket}", cx.session.partition);
    doc.storage = Some(layers::storage::Section { bucket: bucket.to_owned(), arn, files: files.collect() });
}

#[async_trait]
impl Layer for Storage {
    type Verbs = Verb;

    fn table(&self) -> &'static strata_state::layers::Layer {
        &strata_state::layers::storage::LAYER
    }

    fn policy(&self) -> &'static str {
        include_str!("../../../policies/deployer/storage.json")
    }

    fn check(&self, doc: &Document) -> Result<(), Error> {
        folder::check(doc)
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let s3 = client(session);
        vec![part(&[], Bucket(s3.clone())), part(&[Bucket::KIND], File::new(s3))]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        match cx.one::<Bucket>("main") {
            Some(bucket) => write(cx, &bucket.physical, cx.observed::<File>(), doc),
            None => doc.clear("storage"),
        }
    }

    async fn own(&self, cx: &Context, verb: Verb) -> Result<String, Error> {
        match verb {
            Verb::Sync => sync(cx).await,
        }
    }
}

/// Files alone, so that a changed SQL file is in the bucket within a second.
async fn sync(cx: &Context) -> Result<String, Error> {
    let doing = "uploading files";
    folder::check(&cx.doc)?;
    let Some(storage) = &cx.doc.storage else {
        let error = Error::usage(doing, "the document has no section `storage`");
        return Err(error.advise("run `storage up` first and give its output to `storage sync`"));
    };
    let bucket = &storage.bucket;
    let s3 = client(&cx.session);
    match owner::look(&s3, cx, bucket).await?.map(|seen| seen.foreign) {
        Some(None) => {}
        Some(Some(owner)) => {
            return Err(Error::failed(doing, format!("bucket {bucket} belongs to {owner}; nothing was touched")));
        }
        None => return Err(Error::failed(doing, format!("bucket {bucket} is gone")).advise("run `storage up`")),
    }
    let files = File::new(s3).sync(cx).await?;
    let mut doc = cx.doc.clone();
    write(cx, bucket, files, &mut doc);
    doc.print().map_err(|error| Error::failed(doing, error.to_string()))
}
