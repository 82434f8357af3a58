//! A file of this machine as an object, byte for byte.

use crate::parts::{AT_ONCE, Object};
use crate::sums::Sums;
use crate::there::Begun;
use crate::{Bucket, Sent};
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedPart};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use strata_aws::{Error, Exit};
use strata_layer::Step;
use tokio::task::spawn_blocking;

impl Bucket<'_> {
    /// Upload a file as the object `key`, in place of the one that was there; nothing where that is the file already. `step` is
    /// told how far it is.
    ///
    /// # Errors
    /// When the file cannot be read, and when AWS refuses. The object is as it was then. Parts that were sent stay, for the next
    /// run to go on with, except where AWS has refused one.
    pub async fn file(&self, key: &str, content_type: &str, path: &Path, step: &Step) -> Result<Sent, Error> {
        let object = Object { bucket: self, key, content_type };
        let read = path.to_owned();
        let sums = blocking(path, move || Sums::of(&read)).await?;
        let mut sent = Sent { bytes: sums.bytes, sha256: sums.sha256.clone(), was_there: false };
        if object.is(&sums).await? {
            sent.was_there = true;
        } else if let [only] = sums.parts.as_slice() {
            let body = part(path, &sums, 0).await?;
            object.whole(body, Some(only.clone())).await.map_err(changed)?;
        } else {
            in_parts(&object, path, &sums, step).await?;
        }
        Ok(sent)
    }
}

/// What works with the file, on a thread that may wait for it.
async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = spawn_blocking(work).await.map_err(io::Error::other);
    done.flatten().map_err(|error| Error::usage(format!("reading {}", path.display()), error.to_string()))
}

/// The bytes of a part, counted from 0.
async fn part(path: &Path, sums: &Sums, index: usize) -> Result<Bytes, Error> {
    let (start, length) = sums.range(index);
    let read: PathBuf = path.to_owned();
    blocking(path, move || {
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        let mut file = File::open(read)?;
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut bytes)?;
        Ok(Bytes::from(bytes))
    })
    .await
}

/// S3 computes the checksums of what it gets.
fn changed(error: Error) -> Error {
    if error.is(&["BadDigest", "InvalidDigest"]) {
        error.advise("the file has changed meanwhile: run it again")
    } else {
        error
    }
}

/// Send the part of this number, counted from 1.
async fn send(
    object: &Object<'_>,
    upload: &str,
    path: &Path,
    sums: &Sums,
    number: i32,
    sum: &str,
) -> Result<CompletedPart, Error> {
    let bytes = part(path, sums, usize::try_from(number - 1).unwrap_or_default()).await?;
    object.part(upload, number, bytes, Some(sum.to_owned())).await.map_err(changed)
}

async fn in_parts(object: &Object<'_>, path: &Path, sums: &Sums, step: &Step) -> Result<(), Error> {
    let many = sums.parts.len();
    let Begun { upload, parts } = match object.begun(sums).await? {
        Some(begun) => begun,
        None => Begun { upload: object.create(Some(ChecksumAlgorithm::Sha256)).await?, ..Begun::default() },
    };
    if !parts.is_empty() {
        step.status(&format!("continuing an upload: {} of {many} parts are there", parts.len()));
    }
    let mut sends: Vec<BoxFuture<'_, Result<CompletedPart, Error>>> = Vec::new();
    for (number, sum) in (1..).zip(&sums.parts).filter(|(number, _)| !parts.contains_key(number)) {
        sends.push(Box::pin(send(object, &upload, path, sums, number, sum)));
    }
    let sent: Result<Vec<CompletedPart>, Error> = stream::iter(sends).buffer_unordered(AT_ONCE).try_collect().await;
    let done = match sent {
        Ok(sent) => {
            let mut all: Vec<CompletedPart> = parts.into_values().chain(sent).collect();
            all.sort_by_key(CompletedPart::part_number);
            object.complete(&upload, all).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(()),
        // Another run may have gone on with the same upload, and ended it.
        Err(error) if error.is(&["NoSuchUpload"]) && object.is(sums).await? => Ok(()),
        // What AWS refuses, it refuses again: nothing is to stay and cost money.
        Err(error) if error.exit == Exit::Failed && error.code.is_some() => {
            object.abort(&upload).await;
            Err(error)
        }
        Err(error) => Err(error.advise("run it again: parts that are there are not sent again")),
    }
}
