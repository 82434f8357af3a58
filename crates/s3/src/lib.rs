//! S3's objects: a store on disk, and the operations over it as AWS answers them.
//!
//! Buckets, their settings and their policies are somebody else's: who has them says which buckets there are
//! ([`S3::bucket_created`]), whether they keep versions ([`S3::set_versioning`]), how they encrypt
//! ([`S3::set_encryption`]) and in which region they are ([`S3::set_region`]). KMS keys are looked up with [`Keys`].
//! Signatures are not checked.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http_body_util::BodyExt;

mod body;
mod checksum;
mod condition;
mod customer;
mod direct;
mod encryption;
mod error;
mod md5;
mod meta;
mod operation;
mod ops;
mod range;
mod reply;
mod request;
mod store;
mod time;
mod xml;

pub use direct::Listed;
pub use encryption::{Encryption, Keys, Usable};
pub use error::{Error, Result};
pub use operation::Operation;
pub use store::{Object, Version, Versioning};

use request::Ask;
use store::{Bucket, Store};

/// An answer, and AWS's error code when it is one.
#[derive(Debug)]
pub struct Answer {
    /// What is sent. Its body may still be read from disk while it is sent.
    pub response: Response,
    /// `NoSuchKey`; `None` when the call succeeded.
    pub code: Option<&'static str>,
}

/// Objects of all buckets.
#[derive(Debug)]
pub struct S3 {
    store: Store,
    settings: RwLock<HashMap<String, Settings>>,
    keys: Option<Arc<dyn Keys>>,
}

/// Settings of a bucket that the store does not keep.
#[derive(Debug, Default)]
struct Settings {
    /// `None`: never set, or deleted.
    encryption: Option<Encryption>,
    region: Option<String>,
}

/// The region of a bucket whose region was never set.
const FIRST_REGION: &str = "us-east-1";

impl S3 {
    /// Opens the folder, or makes it: everything that was answered before the last process ended is there again.
    ///
    /// # Errors
    /// When files cannot be read or written, or a journal holds a line that is none.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self { store: Store::open(folder)?, settings: RwLock::default(), keys: None })
    }

    /// The same with KMS. Without it, requests for SSE-KMS are refused.
    #[must_use]
    pub fn with_keys(self, keys: Arc<dyn Keys>) -> Self {
        Self { keys: Some(keys), ..self }
    }

    /// All buckets, sorted.
    #[must_use]
    pub fn buckets(&self) -> Vec<String> {
        self.store.names()
    }

    /// Says that a bucket exists. One that is known keeps its objects.
    ///
    /// # Errors
    /// When its folder cannot be made, or the name is none that a bucket can have: it becomes the name of a folder.
    pub fn bucket_created(&self, name: &str) -> io::Result<()> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{name}` is no name for a bucket")));
        }
        self.store.create(name)
    }

    /// Says that a bucket is gone; what is in it goes, too.
    ///
    /// # Errors
    /// When its folder cannot be moved away.
    pub fn bucket_deleted(&self, name: &str) -> io::Result<()> {
        self.settings.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        self.store.remove(name)
    }

    /// Removes all buckets.
    ///
    /// # Errors
    /// When a folder cannot be moved away.
    pub fn reset(&self) -> io::Result<()> {
        self.buckets().iter().try_for_each(|name| self.bucket_deleted(name))
    }

    /// Whether a bucket has neither objects nor versions nor delete markers; uploads under way do not count, as in AWS.
    /// `None`: there is no such bucket.
    #[must_use]
    pub fn is_empty(&self, name: &str) -> Option<bool> {
        self.store.bucket(name).map(|bucket| bucket.is_empty())
    }

    /// Says whether a bucket keeps versions from now on. It is remembered; a bucket that is not known is left alone.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn set_versioning(&self, name: &str, versioning: Versioning) -> io::Result<()> {
        self.store.bucket(name).map_or(Ok(()), |bucket| bucket.set_versioning(versioning))
    }

    /// Sets the default encryption of a bucket; `None` is that of new buckets. It is not remembered after a restart.
    pub fn set_encryption(&self, name: &str, encryption: Option<Encryption>) {
        self.setting(name, |settings| settings.encryption = encryption);
    }

    /// Sets the region of a bucket, in which its KMS keys are looked up. It is not remembered after a restart.
    pub fn set_region(&self, name: &str, region: &str) {
        self.setting(name, |settings| settings.region = Some(region.to_string()));
    }

    fn setting(&self, name: &str, change: impl FnOnce(&mut Settings)) {
        change(self.settings.write().unwrap_or_else(PoisonError::into_inner).entry(name.to_string()).or_default());
    }

    /// Answers a request in path style. A body that nobody needs is read to its end, so that the client sees the answer.
    pub async fn answer(&self, operation: Operation, parts: Parts, body: Body) -> Answer {
        let path = parts.uri.path().to_string();
        let head = parts.method == http::Method::HEAD;
        let expects = parts.headers.contains_key("expect");
        let mut rest = Rest(Some(body));
        match self.perform(operation, parts, &mut rest).await {
            Ok(response) => Answer { response, code: None },
            Err(why) => {
                // A client that waits for `100 Continue` has sent nothing.
                if let (Some(mut body), false) = (rest.0, expects) {
                    while let Some(Ok(_)) = body.frame().await {}
                }
                Answer { response: reply::error(&why, &path, head), code: Some(why.code) }
            }
        }
    }

    async fn perform(&self, operation: Operation, parts: Parts, body: &mut Rest) -> error::Result<Response> {
        let ask = Ask::read(parts)?;
        let bucket = self.bucket(&ask.bucket)?;
        ops::perform(self, operation, &ask, &bucket, body).await
    }

    fn bucket(&self, name: &str) -> error::Result<Arc<Bucket>> {
        self.store.bucket(name).ok_or_else(|| Error::no_such_bucket(name))
    }

    fn encryption(&self, name: &str) -> Encryption {
        self.chosen_encryption(name).unwrap_or_default()
    }

    /// The default encryption of a bucket, where it was set explicitly.
    fn chosen_encryption(&self, name: &str) -> Option<Encryption> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).get(name)?.encryption.clone()
    }

    /// The ARN of a KMS key that this bucket can use now.
    async fn usable(&self, key: &str, bucket: &str) -> error::Result<String> {
        let Some(keys) = &self.keys else {
            let why = "This store has no KMS: objects can be encrypted with AES256 only.";
            return Err(Error::new(501, "NotImplemented", why));
        };
        let region = {
            let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
            settings.get(bucket).and_then(|known| known.region.clone())
        };
        keys.usable(key, region.as_deref().unwrap_or(FIRST_REGION)).await
    }
}

/// A body that nobody has taken yet.
pub(crate) struct Rest(Option<Body>);

impl Rest {
    pub(crate) fn take(&mut self) -> Body {
        self.0.take().unwrap_or_default()
    }
}
