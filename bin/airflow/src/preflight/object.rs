//! The files that the environment names: its DAGs, and the requirements in the very version that the document says.

use super::Found;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::EncodingType;
use std::collections::BTreeSet;
use strata_aws::{During, Error, keys};
use strata_layer::Context;
use strata_state::{dag, workflow};

const REQUIREMENTS: &str = "requirements.txt";

pub(crate) async fn look(s3: &Client, cx: &Context) -> Result<Found, Error> {
    let mut found = Found::default();
    let Some(storage) = &cx.doc.storage else { return Ok(found) };
    let bucket = &storage.bucket;
    let asked = futures::try_join!(
        list(s3, bucket, ""),
        list(s3, bucket, "dags/"),
        lacking(s3, bucket, storage.files.get(REQUIREMENTS)),
    );
    let (top, dags, requirements) = match asked {
        // The bucket itself is spoken of elsewhere.
        Err(error) if error.is(&["NoSuchBucket"]) => return Ok(Found { unseen: true, ..found }),
        asked => asked?,
    };
    let wanted = [dag::MODULE_KEY.to_owned(), dag::key(&cx.doc.pipeline)];
    let missing: Vec<&String> = wanted.iter().filter(|key| !dags.contains(*key)).collect();
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|key| key.as_str()).collect();
        found.say(
            format!("bucket {bucket} has no {}: the environment would come up without a DAG", names.join(" and no ")),
            "run `storage up`",
        );
    }
    if let Some(version) = requirements {
        let what = format!("bucket {bucket} has no {REQUIREMENTS} in version {version}, which the document names");
        found.say(what, "run `storage up`");
    }
    // An input file outside of the folders is in no table: that is how a first load was lost.
    for (table, wish) in dag::input(&cx.doc.pipeline) {
        let Some(extension) = wish.file.as_deref().and_then(|file| file.rsplit_once('.')).map(|(_, end)| end) else {
            continue;
        };
        let lost = |key: &&str| key.rsplit_once('.').is_some_and(|(_, end)| end == extension);
        for key in top.iter().map(String::as_str).filter(lost) {
            found.say(
                format!("no table reads s3://{bucket}/{key}: table {table} is read from {}", wish.path),
                format!("upload it with `datagen load`, or move it to s3://{bucket}/{}", wish.path),
            );
        }
    }
    Ok(found)
}

/// The definition of the workflow, in the very version that the document says.
pub(crate) async fn definition(s3: &Client, cx: &Context) -> Result<Found, Error> {
    let mut found = Found::default();
    let Some(storage) = &cx.doc.storage else { return Ok(found) };
    let (bucket, key) = (&storage.bucket, workflow::key(&cx.doc.pipeline));
    let Some(version) = storage.files.get(&key) else {
        found.say(format!("the document names no {key} in bucket {bucket}"), "run `storage up`");
        return Ok(found);
    };
    if !is_there(s3, bucket, &key, version).await? {
        let what = format!("bucket {bucket} has no {key} in version {version}, which the document names");
        found.unseen(what, "run `storage up`");
    }
    Ok(found)
}

/// The keys right below `prefix`.
async fn list(s3: &Client, bucket: &str, prefix: &str) -> Result<BTreeSet<String>, Error> {
    let call = s3.list_objects_v2().bucket(bucket).prefix(prefix).delimiter("/").encoding_type(EncodingType::Url);
    let answer = call.send().await.during(|| format!("looking at the files in bucket {bucket}"))?;
    let encoded = answer.encoding_type() == Some(&EncodingType::Url);
    let read = |key: &str| if encoded { keys::decoded(key) } else { key.to_owned() };
    Ok(answer.contents().iter().filter_map(|object| object.key().map(read)).collect())
}

/// The version of the requirements, if there is one that the bucket does not have.
async fn lacking(s3: &Client, bucket: &str, version: Option<&String>) -> Result<Option<String>, Error> {
    let Some(version) = version else { return Ok(None) };
    Ok((!is_there(s3, bucket, REQUIREMENTS, version).await?).then(|| version.clone()))
}

/// Whether the bucket has the file in this version.
async fn is_there(s3: &Client, bucket: &str, key: &str, version: &str) -> Result<bool, Error> {
    let call = s3.head_object().bucket(bucket).key(key).version_id(version);
    match call.send().await.during(|| format!("looking for {key} in version {version}")) {
        Ok(_) => Ok(true),
        // AWS calls a version that it never gave a bad request, and a deleted one by its marker.
        Err(error) if error.is_gone() || error.is(&["400", "405", "MethodNotAllowed", "NoSuchVersion"]) => Ok(false),
        Err(error) => Err(error),
    }
}
