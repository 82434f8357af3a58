//! The list of what `storage` owns, its section, and `storage sync`.

use crate::bucket::Bucket;
use crate::file::File;
use crate::objects::Seen;
use crate::{check, folder, owner, put, ready};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use std::collections::BTreeMap;
use strata_aws::{Error, Session};
use strata_layer::{Context, Layer, Part, Resource, async_trait, part};
use strata_state::Document;
use strata_state::demand::MAIN_BUCKET;
use strata_state::layers::storage::{OtherBucket, Section};

pub(crate) struct Storage;

/// What `storage` can do besides the verbs of every layer.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Upload only the files that changed; prints the document with the new version ids
    Sync,
    /// Upload files to the main bucket, byte for byte; skips those already there. Prints the document
    Put(put::Args),
    /// Fail if there is no object below one of these prefixes of the main bucket; prints the document
    Ready {
        /// Such as data/staging/dim_date/batch_date=2024-09-15/
        #[arg(required = true, value_name = "PREFIX")]
        prefixes: Vec<String>,
    },
}

fn client(session: &Session) -> Client {
    // Another endpoint than AWS's own need not know the host name of each bucket.
    let config = Builder::from(&session.sdk).force_path_style(session.endpoint_url.is_some());
    Client::from_conf(config.build())
}

/// The section of these buckets, by id, with these files in them.
fn section(cx: &Context, names: &BTreeMap<String, String>, files: &[Seen]) -> Option<Section> {
    let arn = |name: &str| format!("arn:{}:s3:::{name}", cx.session.partition);
    let within = |name: &str| -> BTreeMap<String, String> {
        let files = files.iter().filter(|file| file.props.bucket == name).map(|file| file.facts.clone());
        files.map(|facts| (facts.key, facts.version_id)).collect()
    };
    let bucket = names.get(MAIN_BUCKET)?.clone();
    let others = names.iter().filter(|(id, _)| *id != MAIN_BUCKET).map(|(id, name)| {
        let other = OtherBucket { name: name.clone(), arn: arn(name), files: within(name) };
        (id.clone(), other)
    });
    Some(Section { arn: arn(&bucket), files: within(&bucket), bucket, buckets: others.collect() })
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
        folder::check(doc)?;
        check::check(&doc.pipeline)
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let s3 = client(session);
        vec![part(&[], Bucket(s3.clone())), part(&[Bucket::KIND], File::new(s3))]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let buckets = cx.observed::<Bucket>().into_iter().map(|bucket| (bucket.id, bucket.physical)).collect();
        doc.storage = section(cx, &buckets, &cx.observed::<File>());
    }

    async fn own(&self, cx: &Context, verb: Verb) -> Result<String, Error> {
        match verb {
            Verb::Sync => sync(cx).await,
            Verb::Put(args) => put::put(cx, &args).await,
            Verb::Ready { prefixes } => ready::ready(cx, &client(&cx.session), &prefixes).await,
        }
    }
}

/// Files alone, so that a changed SQL file is in the bucket within a second.
async fn sync(cx: &Context) -> Result<String, Error> {
    let doing = "uploading files";
    folder::check(&cx.doc)?;
    check::check(&cx.doc.pipeline)?;
    let Some(storage) = &cx.doc.storage else {
        let error = Error::usage(doing, "the document has no section `storage`");
        return Err(error.advise("run `storage up` first and give its output to `storage sync`"));
    };
    let names: BTreeMap<String, String> =
        storage.names().into_iter().map(|(id, name)| (id.to_owned(), name.to_owned())).collect();
    let s3 = client(&cx.session);
    for (id, bucket) in &names {
        match owner::look(&s3, cx, id, bucket).await?.map(|seen| seen.foreign) {
            Some(None) => {}
            Some(Some(owner)) => {
                return Err(Error::failed(doing, format!("bucket {bucket} belongs to {owner}; nothing was touched")));
            }
            None => return Err(Error::failed(doing, format!("bucket {bucket} is gone")).advise("run `storage up`")),
        }
    }
    let files = File::new(s3).sync(cx).await?;
    let mut doc = cx.doc.clone();
    doc.storage = section(cx, &names, &files);
    doc.print().map_err(|error| Error::failed(doing, error.to_string()))
}
