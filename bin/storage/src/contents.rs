//! Everything in a bucket: versions, delete markers and unfinished uploads. Counting them, and removing them.

use crate::listing::{uploads, versions};
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::stream::FuturesUnordered;
use futures::{StreamExt, TryStreamExt, stream};
use indicatif::{DecimalBytes, HumanCount};
use std::collections::BTreeSet;
use std::fmt;
use strata_aws::{During, Error, Exit, keys};
use strata_layer::Context;

/// How much there is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    objects: usize,
    versions: usize,
    uploads: usize,
    bytes: i64,
}

impl Held {
    pub(crate) fn is_empty(&self) -> bool {
        self.versions == 0 && self.uploads == 0
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = |count: usize, noun: &str| {
            format!("{} {noun}{}", HumanCount(count as u64), if count == 1 { "" } else { "s" })
        };
        write!(f, "{} in {}, ", noun(self.objects, "object"), noun(self.versions, "version"))?;
        if self.uploads > 0 {
            write!(f, "{}, ", noun(self.uploads, "multipart upload"))?;
        }
        write!(f, "and {}", DecimalBytes(self.bytes.unsigned_abs()))
    }
}

/// Adds pages up. A key's versions follow each other, also over the end of a page.
#[derive(Default)]
struct Count {
    held: Held,
    last: Option<String>,
}

impl Count {
    fn add(&mut self, page: &ListObjectVersionsOutput, own: &BTreeSet<String>) {
        let versions = page.versions().iter().map(|version| (version.key(), version.size()));
        let markers = page.delete_markers().iter().map(|marker| (marker.key(), None));
        let mut keys = BTreeSet::new();
        for (key, size) in versions.chain(markers) {
            let key = key.unwrap_or_default();
            if !own.contains(key) {
                keys.insert(key);
                self.held.versions += 1;
                self.held.bytes += size.unwrap_or_default();
            }
        }
        self.held.objects += keys.iter().filter(|key| self.last.as_deref() != Some(**key)).count();
        if let Some(last) = keys.last() {
            self.last = Some((*last).to_owned());
        }
    }
}

/// What is in the bucket besides the objects called `own`.
pub(crate) async fn count(s3: &Client, bucket: &str, own: &BTreeSet<String>) -> Result<Held, Error> {
    let mut count = Count::default();
    let mut pages = std::pin::pin!(versions(s3, bucket, ""));
    while let Some(page) = pages.try_next().await? {
        count.add(&page, own);
    }
    let mut pages = std::pin::pin!(uploads(s3, bucket));
    while let Some(page) = pages.try_next().await? {
        count.held.uploads += page.uploads().len();
    }
    Ok(count.held)
}

/// Remove all of it, several pages at once. Returns what was removed.
pub(crate) async fn empty(s3: &Client, cx: &Context, bucket: &str) -> Result<Held, Error> {
    let parallel = usize::from(cx.global.parallel);
    let go_on = || match cx.cancel.is_cancelled() {
        true => Err(Error::interrupted(format!("emptying bucket {bucket}"))),
        false => Ok(()),
    };
    let (mut count, own) = (Count::default(), BTreeSet::new());
    let mut pages = std::pin::pin!(versions(s3, bucket, ""));
    let mut deleting = FuturesUnordered::new();
    // The next page is asked for by the last key of this one, and not every S3 finds it once that key has gone: so a page
    // goes when the one after it is there.
    let (mut kept, mut listed) = (None::<ListObjectVersionsOutput>, false);
    while !listed || !deleting.is_empty() {
        tokio::select! {
            biased;
            Some(deleted) = deleting.next() => deleted?,
            page = pages.try_next(), if !listed && deleting.len() < parallel => {
                go_on()?;
                let page = page?;
                listed = page.is_none();
                if let Some(page) = std::mem::replace(&mut kept, page) {
                    count.add(&page, &own);
                    deleting.push(delete(s3, bucket, page, parallel));
                }
            }
        }
    }
    let mut held = count.held;
    let mut pages = std::pin::pin!(uploads(s3, bucket));
    while let Some(page) = pages.try_next().await? {
        held.uploads += page.uploads().len();
        let work = stream::iter(page.uploads().iter().map(Ok)).try_for_each_concurrent(parallel, |upload| async move {
            go_on()?;
            let key = upload.key().unwrap_or_default();
            let call = s3.abort_multipart_upload().bucket(bucket).key(key).set_upload_id(upload.upload_id.clone());
            match call.send().await.during(|| format!("aborting the upload of s3://{bucket}/{key}")) {
                Err(error) if !error.is(&["NoSuchUpload"]) => Err(error),
                _ => Ok(()),
            }
        });
        work.await?;
    }
    Ok(held)
}

async fn delete(s3: &Client, bucket: &str, page: ListObjectVersionsOutput, parallel: usize) -> Result<(), Error> {
    let doing = || format!("emptying bucket {bucket}");
    let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
    let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
    let all = versions.chain(markers).filter_map(|(key, version)| Some((key?, version)));
    let (together, alone): (Vec<_>, Vec<_>) = all.partition(|(key, _)| keys::fits_xml(key));
    let work = stream::iter(alone.into_iter().map(Ok)).try_for_each_concurrent(parallel, |(key, version)| async move {
        let call = s3.delete_object().bucket(bucket).key(key).set_version_id(version.map(str::to_owned));
        call.send().await.during(|| format!("deleting s3://{bucket}/{key:?}")).map(drop)
    });
    work.await?;
    let identify = |(key, version): (&str, Option<&str>)| {
        ObjectIdentifier::builder().key(key).set_version_id(version.map(str::to_owned)).build().ok()
    };
    let doomed: Vec<ObjectIdentifier> = together.into_iter().filter_map(identify).collect();
    if doomed.is_empty() {
        return Ok(());
    }
    let doomed = Delete::builder().set_objects(Some(doomed)).quiet(true).build();
    let doomed = doomed.map_err(|error| Error::failed(doing(), error.to_string()))?;
    let answer = s3.delete_objects().bucket(bucket).delete(doomed).send().await.during(doing)?;
    // The call answers 200 even where it could not delete.
    let Some(error) = answer.errors().first() else { return Ok(()) };
    let key = error.key().unwrap_or_default();
    let code = error.code().unwrap_or_default().to_owned();
    let exit = if matches!(code.as_str(), "InternalError" | "SlowDown") { Exit::Again } else { Exit::Failed };
    let message = format!("{} ({key}, and {} more)", error.message().unwrap_or_default(), answer.errors().len() - 1);
    let advice = "an object lock or a policy may hold it".to_owned();
    Err(Error { doing: doing(), code: Some(code), message, advice: Some(advice), exit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_people_write_them() {
        let held = Held { objects: 1234, versions: 5678, uploads: 12, bytes: 26_100_000 };
        assert_eq!(held.to_string(), "1,234 objects in 5,678 versions, 12 multipart uploads, and 26.10 MB");
        let held = Held { objects: 1, versions: 1, uploads: 0, bytes: 5 };
        assert_eq!(held.to_string(), "1 object in 1 version, and 5 B");
    }
}
