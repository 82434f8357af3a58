//! The engine of job runs: a transform over the endpoint's objects, in a worker process.

mod objects;

use crate::objects::Objects;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    future::Future,
    io::{Error, ErrorKind, Result as IoResult, Write},
};
use strata_local_wire::AwsError;
use strata_transform::{Object, Sink, Source, Store};
use tokio::runtime::{Builder, Runtime};

/// The endpoint's buckets, for code that waits instead of awaiting.
struct Remote {
    objects: Objects,
    runtime: Runtime,
}

impl Remote {
    fn new(url: &str) -> IoResult<Self> {
        Ok(Self { objects: Objects::at(url), runtime: Builder::new_current_thread().enable_all().build()? })
    }

    fn wait<T>(&self, url: &str, work: impl Future<Output = Result<T, AwsError>>) -> IoResult<T> {
        self.runtime.block_on(work).map_err(|error| {
            let kind = match error.code.as_str() {
                "NoSuchKey" | "NoSuchBucket" => ErrorKind::NotFound,
                "AccessDenied" => ErrorKind::PermissionDenied,
                _ => ErrorKind::Other,
            };
            Error::new(kind, format!("{url}: {} ({})", error.message, error.code))
        })
    }
}

/// Bucket and key of an `s3://` URL.
fn split(url: &str) -> IoResult<(&str, &str)> {
    let parts = url.strip_prefix("s3://").and_then(|path| path.split_once('/'));
    parts.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("{url} is not an s3:// URL")))
}

impl Store for Remote {
    fn list(&self, url: &str) -> IoResult<Vec<Object>> {
        let (bucket, prefix) = split(url)?;
        let objects = self.wait(url, self.objects.list(bucket, prefix))?;
        let object = |found: objects::Object| Object { url: format!("s3://{bucket}/{}", found.key), size: found.size };
        Ok(objects.into_iter().map(object).collect())
    }

    fn get(&self, url: &str) -> IoResult<Vec<u8>> {
        let (bucket, key) = split(url)?;
        Ok(self.wait(url, self.objects.get(bucket, key))?.into())
    }

    fn put(&self, url: &str, bytes: Vec<u8>) -> IoResult<()> {
        let (bucket, key) = split(url)?;
        self.wait(url, self.objects.put(bucket, key, bytes.into()))
    }

    fn delete(&self, url: &str) -> IoResult<()> {
        let (bucket, key) = split(url)?;
        self.wait(url, self.objects.delete(bucket, key))
    }

    fn open(&self, url: &str) -> IoResult<Box<dyn Source + '_>> {
        let (bucket, key) = split(url)?;
        let (size, etag) = self.wait(url, self.objects.about(bucket, key))?;
        Ok(Box::new(Opened { remote: self, url: url.to_owned(), size, etag }))
    }

    fn create(&self, url: &str) -> IoResult<Box<dyn Sink + '_>> {
        Ok(Box::new(Spool { remote: self, url: url.to_owned(), file: tempfile::tempfile()? }))
    }
}

/// An object that is read in pieces.
struct Opened<'a> {
    remote: &'a Remote,
    url: String,
    size: u64,
    etag: String,
}

impl Source for Opened<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, from: u64, into: &mut [u8]) -> IoResult<()> {
        if into.is_empty() {
            return Ok(());
        }
        let (bucket, key) = split(&self.url)?;
        let range = from..from + into.len() as u64;
        let (bytes, etag) = self.remote.wait(&self.url, self.remote.objects.range(bucket, key, range))?;
        // Pieces of two versions must not be taken for one.
        if etag != self.etag || bytes.len() != into.len() {
            return Err(Error::other(format!("{} was replaced while it was read; run again", self.url)));
        }
        into.copy_from_slice(&bytes);
        Ok(())
    }
}

/// What is written waits in a file without a name, which goes with the process, and is put in one call.
struct Spool<'a> {
    remote: &'a Remote,
    url: String,
    file: std::fs::File,
}

impl Write for Spool<'_> {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> IoResult<()> {
        self.file.flush()
    }
}

impl Sink for Spool<'_> {
    fn commit(self: Box<Self>) -> IoResult<()> {
        let Self { remote, url, file } = *self;
        let (bucket, key) = split(&url)?;
        remote.wait(&url, remote.objects.put_file(bucket, key, file))
    }
}

/// The engine's name, by which a worker is told to use it.
pub const NAME: &str = "transform";

/// What the engine is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job {
    /// Where the objects are: `http://127.0.0.1:port/secret`.
    pub objects: String,
    /// The spec's `s3://` place.
    pub spec: String,
    /// The day, as YYYY-MM-DD.
    pub date: Option<String>,
}

/// Runs a [`Job`], and tells how many rows were read, written and rejected.
///
/// # Errors
/// What went wrong, in plain words.
pub fn run(job: Value) -> Result<Value, String> {
    let Job { objects, spec, date } = serde_json::from_value(job).map_err(|error| error.to_string())?;
    let (spec, date) = (spec.as_str(), date.as_deref());
    let store = Remote::new(&objects).map_err(|error| error.to_string())?;
    let date = date
        .map(|text| text.parse().map_err(|_| format!("the argument --date must be YYYY-MM-DD, and is {text}")))
        .transpose()?;
    let text = store.get(spec).map_err(|error| format!("the spec could not be read: {error}"))?;
    let parsed = serde_json::from_slice(&text).map_err(|error| format!("the spec {spec} is not valid: {error}"))?;
    let mut log = |line: &str| eprintln!("{line}");
    let report = strata_transform::run(&parsed, &store, date, &mut log).map_err(|error| error.to_string())?;
    eprintln!("{} rows read, {} written, {} rejected", report.rows_in(), report.rows_out(), report.rejected());
    Ok(json!({ "rows_in": report.rows_in(), "rows_out": report.rows_out(), "rejected": report.rejected() }))
}
