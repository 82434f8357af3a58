//! The files that hold bytes. One is removed when the last who holds it lets go of it and nothing keeps it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

/// The files of so many bits of their numbers are in one folder: a folder that was large once stays slow for ever.
const IN_A_FOLDER: u32 = 12;

/// A file of a bucket. A new one is a draft: dropped without `keep`, it takes the file with it. So does a version that
/// was deleted, but only after the last reader has finished.
#[derive(Debug)]
pub(crate) struct BodyFile {
    folder: Arc<Path>,
    id: u64,
    doomed: AtomicBool,
}

impl BodyFile {
    /// A draft.
    pub(crate) fn draft(folder: Arc<Path>, id: u64) -> Self {
        Self { folder, id, doomed: AtomicBool::new(true) }
    }

    pub(super) fn kept(folder: Arc<Path>, id: u64) -> Self {
        Self { folder, id, doomed: AtomicBool::new(false) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder().join(format!("{:012x}", self.id))
    }

    /// The folder that it is in.
    pub(super) fn folder(&self) -> PathBuf {
        self.folder.join(format!("{:09x}", self.id >> IN_A_FOLDER))
    }

    pub(crate) fn open(&self) -> io::Result<File> {
        File::open(self.path())
    }

    pub(super) fn keep(&self) {
        self.doomed.store(false, Ordering::Release);
    }

    pub(super) fn doom(&self) {
        self.doomed.store(true, Ordering::Release);
    }
}

impl Drop for BodyFile {
    fn drop(&mut self) {
        if self.doomed.load(Ordering::Acquire) {
            // One that is left is swept at the next start.
            let _ = std::fs::remove_file(self.path());
        }
    }
}

/// Bytes of one file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Piece {
    file: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset: u64,
    pub size: u64,
    #[serde(skip)]
    body: Option<Arc<BodyFile>>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        (self.file, self.offset, self.size) == (other.file, other.offset, other.size)
    }
}

impl Piece {
    pub(crate) fn new(body: Arc<BodyFile>, offset: u64, size: u64) -> Self {
        Self { file: body.id, offset, size, body: Some(body) }
    }

    pub(crate) fn id(&self) -> u64 {
        self.file
    }

    /// Gives a piece that was read from the journal its file.
    pub(super) fn attach(&mut self, folder: &Arc<Path>) {
        let body = self.body.get_or_insert_with(|| Arc::new(BodyFile::kept(folder.clone(), self.file)));
        body.keep();
    }

    pub(super) fn keep(&self) {
        if let Some(body) = &self.body {
            body.keep();
        }
    }

    pub(super) fn doom(&self) {
        if let Some(body) = &self.body {
            body.doom();
        }
    }

    /// Its file.
    pub(crate) fn body(&self) -> io::Result<&Arc<BodyFile>> {
        self.body.as_ref().ok_or_else(|| io::Error::other("a piece without its file"))
    }
}
