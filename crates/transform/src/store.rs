//! All that a transform knows of S3: four calls on `s3://bucket/key`.

use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

/// One stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// `s3://bucket/key`.
    pub url: String,
    /// Bytes.
    pub size: u64,
}

/// Where tables are kept. URLs are `s3://bucket/key`.
pub trait Store: Send + Sync {
    /// The objects whose URL starts with `url`, in order.
    ///
    /// # Errors
    /// What the store says.
    fn list(&self, url: &str) -> Result<Vec<Object>>;
    /// The content of one object.
    ///
    /// # Errors
    /// What the store says; `NotFound` when there is no such object.
    fn get(&self, url: &str) -> Result<Vec<u8>>;
    /// Put one object, replacing it whole or not at all.
    ///
    /// # Errors
    /// What the store says.
    fn put(&self, url: &str, bytes: Vec<u8>) -> Result<()>;
    /// Delete one object; one that is not there is fine.
    ///
    /// # Errors
    /// What the store says.
    fn delete(&self, url: &str) -> Result<()>;
}

/// A store in a folder: `s3://bucket/key` is the file `<folder>/bucket/key`.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl Folder {
    fn path(&self, url: &str) -> Result<PathBuf> {
        let key = url.strip_prefix("s3://").filter(|key| !key.split('/').any(|part| part == ".."));
        key.map(|key| self.0.join(key)).ok_or_else(|| Error::new(ErrorKind::InvalidInput, "not an s3:// URL"))
    }

    fn walk(&self, folder: &Path, found: &mut Vec<Object>) -> Result<()> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_dir() {
                self.walk(&entry.path(), found)?;
            } else if let Ok(key) = entry.path().strip_prefix(&self.0) {
                found.push(Object { url: format!("s3://{}", key.display()), size: about.len() });
            }
        }
        Ok(())
    }
}

impl Store for Folder {
    fn list(&self, url: &str) -> Result<Vec<Object>> {
        let path = self.path(url)?;
        // A prefix may end within a name; its folder is the last whole part.
        let folder = if url.ends_with('/') { path.as_path() } else { path.parent().unwrap_or(&path) };
        let mut found = Vec::new();
        self.walk(folder, &mut found)?;
        found.retain(|object| object.url.starts_with(url));
        found.sort_by(|a, b| a.url.cmp(&b.url));
        Ok(found)
    }

    fn get(&self, url: &str) -> Result<Vec<u8>> {
        std::fs::read(self.path(url)?)
    }

    fn put(&self, url: &str, bytes: Vec<u8>) -> Result<()> {
        let path = self.path(url)?;
        let folder = path.parent().unwrap_or(&self.0);
        std::fs::create_dir_all(folder)?;
        // Written beside and renamed, so that a reader never sees half of it. Beside means outside of the table's
        // folder: a listing must not meet the unfinished file.
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        file.write_all(&bytes)?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    }

    fn delete(&self, url: &str) -> Result<()> {
        match std::fs::remove_file(self.path(url)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}
