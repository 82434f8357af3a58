//! A store in a folder of this machine.

use crate::{Object, Sink, Source, Store};
use std::fs::File;
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// How unfinished files are called.
const UNFINISHED: &str = ".strata-unfinished-";

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

    /// Remove what killed processes left unfinished; a file that is being written is locked.
    fn clean(&self) -> Result<()> {
        for entry in std::fs::read_dir(&self.0)? {
            let path = entry?.path();
            let unfinished =
                path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(UNFINISHED));
            if unfinished && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                // Another process may have been faster.
                let _ = std::fs::remove_file(&path);
            }
        }
        Ok(())
    }
}

impl Source for File {
    fn size(&self) -> u64 {
        self.metadata().map_or(0, |about| about.len())
    }

    fn read(&self, from: u64, into: &mut [u8]) -> Result<()> {
        self.read_exact_at(into, from)
    }
}

/// A file outside of the tables, so that a listing does not meet it before it is renamed.
struct Unfinished {
    file: NamedTempFile,
    path: PathBuf,
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}

impl Sink for Unfinished {
    fn commit(self: Box<Self>) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        self.file.persist(&self.path).map_err(|error| error.error)?.unlock()
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
        let mut sink = self.create(url)?;
        sink.write_all(&bytes)?;
        sink.commit()
    }

    fn delete(&self, url: &str) -> Result<()> {
        match std::fs::remove_file(self.path(url)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn open(&self, url: &str) -> Result<Box<dyn Source + '_>> {
        Ok(Box::new(File::open(self.path(url)?)?))
    }

    fn create(&self, url: &str) -> Result<Box<dyn Sink + '_>> {
        let path = self.path(url)?;
        self.clean()?;
        let file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.0)?;
        file.as_file().lock()?;
        Ok(Box::new(Unfinished { file, path }))
    }
}
