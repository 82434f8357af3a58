//! Files of the endpoint's: one that is written whole, and the error of one that cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// What was being done to which file, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("{doing} {path}: {source}; check that the folder is yours and the disk is not full", path = .path.display())]
pub struct FileError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// The error of a file operation: `doing` is what was being done, such as `writing`.
pub fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> FileError {
    let path = path.into();
    move |source| FileError { doing, path, source }
}

/// Writes a file so that a reader sees all of it or what was there before.
///
/// # Errors
/// The file cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    std::fs::write(&new, bytes)?;
    std::fs::rename(&new, path)
}
