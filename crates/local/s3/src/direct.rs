//! The same objects without HTTP, for the parts of the endpoint that read and write data themselves.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;

use crate::checksum::{self, Algorithm};
use crate::encryption;
use crate::error::{Error, Result};
use crate::protocol::send;
use crate::s3::S3;
use crate::store::{Bucket, Checksum, Item, Object, Pairs, Piece, Query};

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    /// Milliseconds since 1970.
    pub modified: i64,
}

impl S3 {
    /// All objects below a prefix, in the order of their keys.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>> {
        let query = Query { prefix: prefix.to_string(), max: usize::MAX, ..Query::default() };
        let page = self.bucket(bucket)?.list(&query);
        let listed = page.items.into_iter().filter_map(|item| {
            let Item::Version { key, version, .. } = item else { return None };
            let object = version.object.as_ref()?;
            Some(Listed { key, size: object.size, etag: object.etag.clone(), modified: version.modified })
        });
        Ok(listed.collect())
    }

    /// The bytes of an object, or of one of its versions.
    ///
    /// # Errors
    /// As S3 answers them.
    pub async fn get(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Bytes> {
        let found = self.bucket(bucket)?.find(key, version)?;
        encryption::check_open(&self.settings, bucket, found.object()).await?;
        let size = found.object().size;
        let body = send(found.version, 0, size)?;
        Ok(body.collect().await.map_err(|why| Error::internal("reading an object", why))?.to_bytes())
    }

    /// Checks that an object can be read now: its KMS key is usable, and it needs no customer-provided key.
    ///
    /// # Errors
    /// As S3 answers them.
    pub async fn check_open(&self, bucket: &str, key: &str) -> Result<()> {
        let found = self.bucket(bucket)?.find(key, None)?;
        encryption::check_open(&self.settings, bucket, found.object()).await
    }

    /// Gives an object's bytes a name of the caller's: one more of their own file where they are one, else a copy. It
    /// must not be written to. Encryption is not checked here: see [`S3::check_open`].
    ///
    /// # Errors
    /// As S3 answers them; where there is a file of that name; when it cannot be written.
    pub fn export(&self, bucket: &str, key: &str, to: &Path) -> Result<()> {
        let found = self.bucket(bucket)?.find(key, None)?;
        let pieces = &found.object().pieces;
        if let [piece] = pieces.as_slice() {
            let path = piece.body()?.path();
            // Of a copied range the file holds more. And a file may have only so many names.
            if std::fs::metadata(&path)?.len() == piece.size && std::fs::hard_link(&path, to).is_ok() {
                return Ok(());
            }
        }
        let mut file = File::create_new(to)?;
        for piece in pieces {
            let mut from = piece.body()?.open()?;
            from.seek(SeekFrom::Start(piece.offset))?;
            io::copy(&mut from.take(piece.size), &mut file)?;
        }
        Ok(())
    }

    /// Whether there is such an object or version of it.
    #[must_use]
    pub fn has(&self, bucket: &str, key: &str, version: Option<&str>) -> bool {
        self.bucket(bucket).is_ok_and(|bucket| bucket.find(key, version).is_ok())
    }

    /// Writes an object with SSE-S3.
    ///
    /// # Errors
    /// As S3 answers them.
    pub fn put(&self, bucket: &str, key: &str, data: &[u8]) -> Result<()> {
        let sealed = vec![("x-amz-server-side-encryption".to_string(), "AES256".to_string())];
        put(&self.bucket(bucket)?, key, data, sealed)
    }

    /// Writes an object with the bucket's default encryption, on a thread of its own.
    ///
    /// # Errors
    /// As S3 answers them.
    pub async fn store(&self, bucket: &str, key: &str, data: Vec<u8>) -> Result<()> {
        let sealed = encryption::by_default(&self.settings, bucket).await?;
        let (bucket, key) = (self.bucket(bucket)?, key.to_string());
        let work = tokio::task::spawn_blocking(move || put(&bucket, &key, &data, sealed));
        work.await.map_err(|why| Error::internal("writing an object", why))?
    }

    /// Deletes an object; one that does not exist is no error.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        self.bucket(bucket)?.delete(key, None, |_| Ok(())).map(drop)
    }
}

fn put(bucket: &Arc<Bucket>, key: &str, data: &[u8], sealed: Pairs) -> Result<()> {
    let algorithm = Algorithm::Crc64nvme;
    let value = checksum::encode(&checksum::of(algorithm, data));
    let mut headers = vec![("content-type".to_string(), "binary/octet-stream".to_string())];
    headers.extend(sealed);
    let object = Object {
        size: data.len() as u64,
        etag: encryption::etag(&headers, &crate::md5::of(data)),
        pieces: written(bucket, data)?,
        headers,
        checksum: Some(Checksum { algorithm, value, composite: false }),
        ..Object::default()
    };
    bucket.put(key, object, None, |_| Ok(())).map(drop)
}

fn written(bucket: &Arc<Bucket>, data: &[u8]) -> io::Result<Vec<Piece>> {
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let draft = bucket.draft()?;
    std::fs::write(draft.path(), data)?;
    Ok(vec![Piece::new(draft, 0, data.len() as u64)])
}
