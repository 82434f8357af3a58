//! What a worker is told of a query.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A query for the child process.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job {
    /// The query in polars's SQL.
    pub sql: String,
    /// The tables that it reads.
    pub sources: Vec<Source>,
    /// Where the result goes, as Athena's CSV.
    pub csv: PathBuf,
    /// Where it goes once more, one JSON array per row, for GetQueryResults.
    pub rows: PathBuf,
}

/// One table.
#[derive(Debug, Serialize, Deserialize)]
pub struct Source {
    /// The name under which the query knows it.
    pub name: String,
    /// Name and Glue type.
    pub columns: Vec<(String, String)>,
    /// Partition keys likewise.
    pub keys: Vec<(String, String)>,
    /// How its files are read.
    pub format: Format,
    /// Its files.
    pub files: Vec<File>,
}

/// One file and its partition's values.
#[derive(Debug, Serialize, Deserialize)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// The values of the partition keys, in their order.
    pub values: Vec<String>,
}

/// How the files are read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Format {
    /// Parquet.
    Parquet,
    /// OpenCSVSerDe has a quote, LazySimpleSerDe has none.
    Csv {
        /// Between fields.
        delimiter: char,
        /// Around fields.
        quote: Option<char>,
        /// Lines before the first row.
        skip: usize,
    },
}
