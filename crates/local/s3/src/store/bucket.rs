//! One bucket: its index and its journal under one lock, and its files.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::file::{BodyFile, Piece};
use super::index::{Gone, Index, Record};
use super::journal::{self, Journal};
use super::version::Versioning;

/// Lets go of files on a thread of its own.
pub(super) type Reaper = Sender<Vec<Gone>>;

/// A bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    files: Arc<Path>,
    numbers: Mutex<Numbers>,
    state: Mutex<State>,
    reaper: Reaper,
}

/// The numbers of new files.
#[derive(Debug)]
struct Numbers {
    next: u64,
    /// The folder that was made last.
    folder: Option<PathBuf>,
}

#[derive(Debug)]
pub(super) struct State {
    pub index: Index,
    journal: Journal,
}

impl Bucket {
    /// Opens or makes it: reads its journal, and removes files that nothing names.
    pub(super) fn open(folder: &Path, reaper: Reaper) -> io::Result<Self> {
        let files: Arc<Path> = folder.join("files").into();
        std::fs::create_dir_all(&files)?;
        let mut index = Index::new(files.clone());
        let mut journal = Journal::open(journal::path(folder), |record| {
            index.apply(record).into_iter().for_each(Gone::forget);
        })?;
        sweep(&files, &index)?;
        let numbers = Mutex::new(Numbers { next: index.next_file, folder: None });
        if journal.is_long_for(index.size()) {
            journal.rewrite(index.records())?;
        }
        Ok(Self { files, numbers, state: Mutex::new(State { index, journal }), reaper })
    }

    /// A new file, which is removed again unless a record names it.
    pub(crate) fn draft(&self) -> io::Result<Arc<BodyFile>> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let draft = BodyFile::draft(self.files.clone(), numbers.next);
        let folder = draft.folder();
        if numbers.folder.as_ref() != Some(&folder) {
            std::fs::create_dir_all(&folder)?;
            numbers.folder = Some(folder);
        }
        numbers.next += 1;
        Ok(Arc::new(draft))
    }

    /// The same bytes under another name, in this bucket.
    pub(crate) fn link(&self, piece: &Piece) -> io::Result<Piece> {
        let draft = self.draft()?;
        let old = piece.body()?.path();
        // A file may have only so many names.
        if std::fs::hard_link(&old, draft.path()).is_err() {
            std::fs::copy(&old, draft.path())?;
        }
        Ok(Piece::new(draft, piece.offset, piece.size))
    }

    /// What it holds now.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Index) -> T) -> T {
        look(&self.lock().index)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reap(&self, gone: Vec<Gone>) {
        if !gone.is_empty() {
            // Without the thread they are dropped here.
            let _ = self.reaper.send(gone);
        }
    }

    /// Whether it keeps versions.
    pub(crate) fn versioning(&self) -> Versioning {
        self.lock().index.versioning
    }

    pub(crate) fn set_versioning(&self, versioning: Versioning) -> io::Result<()> {
        let mut state = self.lock();
        if state.index.versioning == versioning {
            return Ok(());
        }
        let (next, next_file) = (state.index.next, state.index.next_file);
        state.commit(Record::Bucket { versioning, next, next_file }).map(drop)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().index.keys.is_empty()
    }
}

impl State {
    /// Writes a change down, then makes it.
    pub(super) fn commit(&mut self, record: Record) -> io::Result<Vec<Gone>> {
        self.journal.stage(&record)?;
        self.journal.write()?;
        let gone = self.index.apply(record);
        self.shorten()?;
        Ok(gone)
    }

    /// Makes a change that `flush` will write down with others.
    pub(super) fn stage(&mut self, record: Record) -> io::Result<Vec<Gone>> {
        self.journal.stage(&record)?;
        Ok(self.index.apply(record))
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.journal.write()?;
        self.shorten()
    }

    fn shorten(&mut self) -> io::Result<()> {
        if self.journal.is_long_for(self.index.size()) {
            self.journal.rewrite(self.index.records())?;
        }
        Ok(())
    }
}

/// Removes files that nothing names, and folders without files.
fn sweep(folder: &Path, index: &Index) -> io::Result<()> {
    let versions = index.keys.values().flatten().filter_map(|version| version.object.as_ref());
    let parts = index.uploads.values().flat_map(|upload| upload.parts.values());
    let pieces = versions.flat_map(|object| &object.pieces).chain(parts.flat_map(|part| &part.pieces));
    let named: HashSet<u64> = pieces.map(Piece::id).collect();
    for entry in std::fs::read_dir(folder)? {
        let folder = entry?.path();
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let id = entry.file_name().to_str().and_then(|name| u64::from_str_radix(name, 16).ok());
            if id.is_none_or(|id| !named.contains(&id)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        // One that holds files stays.
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}
