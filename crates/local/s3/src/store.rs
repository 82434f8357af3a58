//! Objects on disk: a folder for each bucket with a journal of what it holds and a file for each body.
//!
//! Everything that answers ask is in memory. A body is a file that is unknown until a line of the journal names it, so
//! a process may die at any moment: an object is the old one or the new one, and files that no line names are swept at
//! the next start.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

mod bucket;
mod error;
mod file;
mod index;
mod journal;
mod listing;
mod read;
mod uploads;
mod version;
mod write;

pub(crate) use bucket::Bucket;
use bucket::Reaper;
pub(crate) use error::Error;
pub(crate) use file::{BodyFile, Piece};
pub(crate) use index::is_version_id;
pub(crate) use listing::{Item, Page, Query};
pub(crate) use read::Found;
pub(crate) use uploads::{UploadItem, UploadQuery};
pub(crate) use version::{Checksum, Pairs, Part, PartOf, Upload};
pub use version::{Object, Version, Versioning};
pub(crate) use write::Deleted;

/// Folders of deleted buckets, until they are gone.
const DELETED: &str = ".deleted-";

/// How long a process may take to end after it said that it has.
const PATIENCE: Duration = Duration::from_secs(5);

/// All buckets.
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
    buckets: RwLock<HashMap<String, Arc<Bucket>>>,
    reaper: Reaper,
    reaping: Option<JoinHandle<()>>,
    _lock: File,
}

impl Drop for Store {
    /// Another store may open the folder next and give a new file the number of one that is still to be removed.
    fn drop(&mut self) {
        let _ = self.reaper.send(Vec::new());
        if let Some(thread) = self.reaping.take() {
            let _ = thread.join();
        }
    }
}

impl Store {
    /// Opens or makes the folder, and reads all journals.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(root)?;
        let lock = lock(root)?;
        let (reaper, gone) = channel::<Vec<_>>();
        let reaping = std::thread::Builder::new().name("s3-reaper".to_string()).spawn(move || {
            // Nothing means the end.
            gone.into_iter().take_while(|gone| !gone.is_empty()).for_each(drop);
        })?;
        let mut buckets = HashMap::new();
        for entry in std::fs::read_dir(root)? {
            let entry = entry?;
            match entry.file_name().into_string() {
                Ok(name) if name.starts_with(DELETED) => bury(entry.path()),
                Ok(name) if is_name(&name) => {
                    buckets.insert(name, Arc::new(Bucket::open(&entry.path(), reaper.clone())?));
                }
                _ => {}
            }
        }
        Ok(Self {
            root: root.to_path_buf(),
            buckets: RwLock::new(buckets),
            reaper,
            reaping: Some(reaping),
            _lock: lock,
        })
    }

    /// The bucket of that name.
    pub(crate) fn bucket(&self, name: &str) -> Option<Arc<Bucket>> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// All names, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.buckets.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        names.sort();
        names
    }

    /// Makes a bucket; one that is there stays as it is.
    pub(crate) fn create(&self, name: &str) -> io::Result<()> {
        if !is_name(name) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no name for a bucket: {name}")));
        }
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        if !buckets.contains_key(name) {
            let bucket = Bucket::open(&self.root.join(name), self.reaper.clone())?;
            buckets.insert(name.to_string(), Arc::new(bucket));
        }
        Ok(())
    }

    /// Removes a bucket with everything in it.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        let Some(bucket) = buckets.remove(name) else { return Ok(()) };
        let grave = self.root.join(format!("{DELETED}{}", uuid::Uuid::new_v4().simple()));
        std::fs::rename(self.root.join(name), &grave)?;
        drop(buckets);
        drop(bucket);
        bury(grave);
        Ok(())
    }
}

/// Two processes that write one journal would destroy it.
fn lock(root: &Path) -> io::Result<File> {
    let lock = File::create(root.join(".lock"))?;
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => std::thread::sleep(PATIENCE / 500),
            Err(TryLockError::WouldBlock) => return Err(io::Error::other("another process has it open")),
            Err(TryLockError::Error(why)) => return Err(why),
        }
    }
}

/// Removes a folder in the background; what is left is removed at the next start.
fn bury(folder: PathBuf) {
    std::thread::spawn(move || std::fs::remove_dir_all(folder));
}

/// Whether a folder may have this name. Which names S3 takes is decided where buckets are made.
fn is_name(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !name.is_empty() && name.len() <= 255 && name.bytes().all(good) && !name.starts_with('.')
}
