//! What can be wrong with a SQL file. Each of these is found before anything is touched.

use std::path::PathBuf;

/// A SQL file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file.
    #[error("reading the SQL file {}: there is no such file; create it, or correct `sql` of the transform", .0.display())]
    Missing(PathBuf),
    /// It is there and cannot be read.
    #[error("reading the SQL file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: std::io::Error,
    },
    /// Something in it is wrong, and this is where.
    #[error("{path}:{line}:{column}: {reason}")]
    At {
        /// The file, as the caller calls it.
        path: String,
        /// 1-based line.
        line: u64,
        /// 1-based column.
        column: u64,
        /// What is wrong, and what to do.
        reason: String,
    },
}
