//! A file of the endpoint's that cannot be read or written.

use std::path::PathBuf;

/// What was being done to which file, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("{doing} {path}: {source}; check that the folder is yours and the disk is not full", path = .path.display())]
pub struct FileError {
    doing: &'static str,
    path: PathBuf,
    source: std::io::Error,
}

/// The error of a file operation: `doing` is what was being done, such as `writing`.
pub fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> FileError {
    let path = path.into();
    move |source| FileError { doing, path, source }
}
