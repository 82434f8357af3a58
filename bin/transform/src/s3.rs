//! Objects in S3, or in what answers as S3 does, for code that waits instead of awaiting.

use crate::cli::Cli;
use crate::upload::Upload;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{AppName, Builder};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::EncodingType;
use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use strata_aws::{During, Options, keys};
use strata_engine::{Object, Sink, Source, Store};
use tokio::runtime::{Builder as Runtime, Handle};

/// Every call is one that may be made again: it reads, or it puts or deletes the same thing once more.
const ATTEMPTS: u32 = 6;

/// The buckets that the credentials of this process give access to.
#[derive(Clone)]
pub(crate) struct S3 {
    pub(crate) client: Client,
    /// A thread of its own drives it, so that any thread may wait for a call.
    pub(crate) runtime: Handle,
}

impl S3 {
    /// Find credentials and region as every AWS tool does; no call is made yet.
    pub(crate) fn connect(cli: &Cli) -> std::result::Result<Self, String> {
        let runtime = Runtime::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("starting a thread for S3: {error}"))?;
        let endpoint_url = cli.endpoint_url.clone();
        let path_style = endpoint_url.is_some();
        let options = Options {
            program: "transform",
            verb: "run",
            region: cli.region.clone(),
            endpoint_url,
            ..Options::default()
        };
        let sdk = runtime.block_on(strata_aws::config(&options, None));
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        let config = Builder::from(&sdk).force_path_style(path_style).retry_config(retries);
        // A job's calls are those of its role, and no layer's.
        let config = config.app_name(AppName::new("transform").map_err(|error| error.to_string())?).build();
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        Ok(Self { client: Client::from_conf(config), runtime: handle })
    }

    /// Wait for a call.
    pub(crate) fn wait<T>(&self, call: impl Future<Output = std::result::Result<T, strata_aws::Error>>) -> Result<T> {
        self.runtime.block_on(call).map_err(failed)
    }

    async fn range(
        &self,
        (bucket, key): (&str, &str),
        etag: Option<&str>,
        range: Option<String>,
    ) -> std::result::Result<Vec<u8>, strata_aws::Error> {
        let doing = || format!("reading s3://{bucket}/{key}");
        let call = self.client.get_object().bucket(bucket).key(key).set_range(range);
        let answer = call.set_if_match(etag.map(str::to_owned)).send().await.during(doing)?;
        let body = answer.body.collect().await;
        let body = body.map_err(|error| strata_aws::Error::again(doing(), format!("the answer broke off: {error}")))?;
        Ok(body.to_vec())
    }
}

/// AWS's words, and what kind of error that is.
pub(crate) fn failed(error: strata_aws::Error) -> Error {
    let kind = match error.code.as_deref() {
        Some("NoSuchKey" | "NotFound" | "NoSuchBucket") => ErrorKind::NotFound,
        Some("AccessDenied" | "Forbidden") => ErrorKind::PermissionDenied,
        Some("PreconditionFailed") => ErrorKind::InvalidData,
        _ => ErrorKind::Other,
    };
    let code = error.code.map(|code| format!(" ({code})")).unwrap_or_default();
    Error::new(kind, format!("{}{code}", error.message))
}

/// Bucket and key of an `s3://` URL.
pub(crate) fn split(url: &str) -> Result<(&str, &str)> {
    let parts = url.strip_prefix("s3://").and_then(|path| path.split_once('/'));
    parts.ok_or_else(|| Error::new(ErrorKind::InvalidInput, format!("{url} is not an s3:// URL")))
}

impl Store for S3 {
    fn list(&self, url: &str) -> Result<Vec<Object>> {
        let (bucket, prefix) = split(url)?;
        self.wait(async {
            let (mut found, mut token) = (Vec::new(), None);
            loop {
                let call = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
                let call = call.encoding_type(EncodingType::Url).set_continuation_token(token);
                let page = call.send().await.during(|| format!("listing {url}"))?;
                let encoded = page.encoding_type() == Some(&EncodingType::Url);
                for object in page.contents() {
                    let key = object.key().unwrap_or_default();
                    let key = if encoded { keys::decoded(key) } else { key.to_owned() };
                    let size = u64::try_from(object.size().unwrap_or_default()).unwrap_or_default();
                    found.push(Object { url: format!("s3://{bucket}/{key}"), size });
                }
                token = page.next_continuation_token;
                if token.is_none() {
                    return Ok(found);
                }
            }
        })
    }

    fn get(&self, url: &str) -> Result<Vec<u8>> {
        self.wait(self.range(split(url)?, None, None))
    }

    fn put(&self, url: &str, bytes: Vec<u8>) -> Result<()> {
        let (bucket, key) = split(url)?;
        self.wait(async {
            let call = self.client.put_object().bucket(bucket).key(key);
            let body = ByteStream::new(SdkBody::from(bytes));
            call.body(body).send().await.during(|| format!("writing {url}")).map(drop)
        })
    }

    fn delete(&self, url: &str) -> Result<()> {
        let (bucket, key) = split(url)?;
        let call = self.client.delete_object().bucket(bucket).key(key);
        self.wait(async { call.send().await.during(|| format!("deleting {url}")).map(drop) })
    }

    fn open(&self, url: &str) -> Result<Box<dyn Source + '_>> {
        let (bucket, key) = split(url)?;
        let call = self.client.head_object().bucket(bucket).key(key);
        let about = self.wait(async { call.send().await.during(|| format!("looking at {url}")) })?;
        let size = u64::try_from(about.content_length().unwrap_or_default()).unwrap_or_default();
        Ok(Box::new(Opened { s3: self, url: url.to_owned(), size, etag: about.e_tag }))
    }

    fn create(&self, url: &str) -> Result<Box<dyn Sink + '_>> {
        let (bucket, key) = split(url)?;
        Ok(Box::new(Upload::new(self, Arc::from(bucket), Arc::from(key))))
    }
}

/// An object that is read in pieces.
struct Opened<'a> {
    s3: &'a S3,
    url: String,
    size: u64,
    etag: Option<String>,
}

impl Source for Opened<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, from: u64, into: &mut [u8]) -> Result<()> {
        if into.is_empty() {
            return Ok(());
        }
        let range = format!("bytes={from}-{}", from + into.len() as u64 - 1);
        let read = self.s3.wait(self.s3.range(split(&self.url)?, self.etag.as_deref(), Some(range)));
        // Pieces of two versions must not be taken for one.
        let replaced = || Error::other(format!("{} was replaced while it was read; run again", self.url));
        match read {
            Ok(bytes) if bytes.len() == into.len() => into.copy_from_slice(&bytes),
            Ok(_) => return Err(replaced()),
            Err(error) if error.kind() == ErrorKind::InvalidData => return Err(replaced()),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
