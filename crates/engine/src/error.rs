//! Why a transform stops. Whatever stops it, the slice that it was about to replace is as it was.

use strata_slices::Slice;

/// A transform that could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error("{doing} {url}: {source}")]
    Store {
        /// What was being done.
        doing: &'static str,
        /// To which object or prefix.
        url: String,
        /// The store's own words.
        source: std::io::Error,
    },
    /// The SQL file is wrong.
    #[error(transparent)]
    Sql(#[from] strata_sql::Error),
    /// A table has nothing for the slice.
    #[error("running {transform} for {slice}: table `{table}` has no data at {url}; run datagen or load first")]
    NoSlice {
        /// The transform.
        transform: String,
        /// The slice.
        slice: Slice,
        /// The table without input.
        table: String,
        /// Where its data would be.
        url: String,
    },
    /// No table has anything.
    #[error("running {transform}: none of its tables has any data ({urls}); run datagen or load first")]
    NoInput {
        /// The transform.
        transform: String,
        /// Where data would be.
        urls: String,
    },
    /// Files of which the slice is unknown, or which of them counts.
    #[error("listing table `{table}`: {source}")]
    Files {
        /// The table.
        table: String,
        /// What is wrong with them.
        source: strata_slices::Error,
    },
    /// A file that cannot be used as a whole.
    #[error("reading {url}: {reason}")]
    Input {
        /// The file.
        url: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The engine refused the query.
    #[error("running {sql}: {reason}")]
    Query {
        /// The SQL file.
        sql: String,
        /// The engine's own words.
        reason: String,
    },
    /// The query's answer is not the declared table.
    #[error("checking the answer of {sql} against the columns of `{table}`: {reason}")]
    Answer {
        /// The SQL file.
        sql: String,
        /// The table that the transform makes.
        table: String,
        /// What differs.
        reason: String,
    },
}

/// Why work on pieces ended before the end.
pub(crate) enum Halt {
    /// It has to be done in another way.
    Again,
    Failed(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
