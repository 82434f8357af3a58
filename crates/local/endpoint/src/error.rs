//! What can go wrong with the endpoint's files.

use std::path::PathBuf;

/// A file of the state folder.
#[derive(Debug, thiserror::Error)]
#[error("{doing} {path}: {source}; check that the folder is yours and the disk is not full", path = .path.display())]
pub struct Error {
    /// What was being done.
    doing: &'static str,
    /// To which file.
    path: PathBuf,
    /// Why it failed.
    source: std::io::Error,
}

/// The error of a file operation.
pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.into();
    move |source| Error { doing, path, source }
}
