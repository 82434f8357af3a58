//! A file as a lazy frame of which only those columns are read that a query needs. polars' own lazy files come with its
//! second engine, which takes minutes to compile.

use polars::prelude::*;
use std::any::Any;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the rows are.
pub(crate) enum Rows {
    Parquet(PathBuf),
    Csv(PathBuf, Box<CsvReadOptions>),
}

/// The rows of a file with this schema.
pub(crate) fn frame(rows: Rows, schema: Schema) -> PolarsResult<LazyFrame> {
    LazyFrame::anonymous_scan(
        Arc::new(rows),
        ScanArgsAnonymous { schema: Some(Arc::new(schema)), ..ScanArgsAnonymous::default() },
    )
}

impl AnonymousScan for Rows {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, wanted: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let columns = wanted.with_columns.as_deref();
        // Where no column is wanted, the rows still are.
        let read: Option<Vec<String>> = match columns {
            Some([]) => wanted.schema.iter_names().next().map(|name| vec![name.to_string()]),
            Some(columns) => Some(columns.iter().map(PlSmallStr::to_string).collect()),
            None => None,
        };
        let mut frame = match self {
            Self::Parquet(path) => {
                let rows = wanted.n_rows.map(|rows| (0, rows));
                ParquetReader::new(File::open(path)?).with_columns(read).with_slice(rows).finish()?
            }
            Self::Csv(path, options) => {
                let read = read.map(|names| names.into_iter().map(PlSmallStr::from).collect());
                let options = options.as_ref().clone().with_columns(read).with_n_rows(wanted.n_rows);
                options.try_into_reader_with_file_path(Some(path.clone()))?.finish()?
            }
        };
        if let Some(columns) = columns {
            frame = frame.select(columns.iter().cloned())?;
        }
        Ok(frame)
    }
}
