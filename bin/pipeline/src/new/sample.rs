//! The CSV file that a pipeline is made for: its header, and what its rows say about the columns.

use super::guess::Seen;
use super::key;
use crate::Failure;
use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use std::fs::File;
use std::path::{Path, PathBuf};
use strata_csv::{Strict, fields, first_few};
use strata_state::wish::Column;

/// Bytes that are read of a file; what follows is not looked at.
const MOST_BYTES: u64 = 64 << 20;

/// What was seen of a file.
#[derive(Debug)]
pub(super) struct Sample {
    /// The file.
    pub(super) path: PathBuf,
    /// Its columns, with the reason where one is text and might be something else.
    pub(super) columns: Vec<(Column, Option<&'static str>)>,
    /// Columns that together differ between any two rows; none where no such columns were found.
    pub(super) key: Vec<String>,
    /// Rows that were read.
    pub(super) rows: u64,
    /// Whether these are all rows.
    pub(super) is_whole: bool,
    /// Size of the whole file.
    pub(super) bytes: u64,
}

impl Sample {
    /// Read `path`.
    ///
    /// # Errors
    /// When it is no CSV file whose rows all fit its header, or the header has names that no column can have.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let wrong = |message: String| Failure::usage(format!("reading {}: {message}", path.display()));
        let about = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
        if !about.is_file() {
            return Err(wrong("it is not a file".into()));
        }
        let mut rows = Rows::open(path).map_err(wrong)?;
        let names = super::header::names(&rows.header).map_err(wrong)?;
        let mut seen = vec![Seen::default(); names.len()];
        let (mut bad, mut shown) = (0, Vec::new());
        let mut problem = |line: u64, what: String| {
            bad += 1;
            shown.push(format!("line {line}, {what}"));
            shown.truncate(8);
        };
        while let Some(record) = rows.next().map_err(wrong)? {
            let line = record.position().map_or(0, Position::line);
            if record.len() != names.len() {
                problem(line, fields(record.len(), names.len()));
                continue;
            }
            for ((field, seen), name) in record.iter().zip(&mut seen).zip(&names) {
                match std::str::from_utf8(field) {
                    Ok(text) => seen.add(text),
                    Err(_) => {
                        problem(line, format!("column {name}: `{}` is not UTF-8", String::from_utf8_lossy(field)));
                        break;
                    }
                }
            }
        }
        if let Some((line, what)) = rows.found().filter(|_| bad == 0) {
            return Err(wrong(format!("line {line}: {what}")));
        }
        if bad > 0 {
            return Err(wrong(format!("{}; correct them first", first_few(bad, rows.count, &shown))));
        }
        if rows.count == 0 {
            return Err(wrong("it has no rows, so nothing can be said about its columns".into()));
        }
        let columns: Vec<_> = names
            .into_iter()
            .zip(&seen)
            .map(|(name, seen)| (Column { name, kind: seen.kind(), nullable: seen.is_nullable() }, seen.why_text()))
            .collect();
        let key = key::guess(path, &columns.iter().map(|(column, _)| column).collect::<Vec<_>>()).map_err(wrong)?;
        let (rows, is_whole) = (rows.count, rows.is_whole);
        Ok(Self { path: path.to_owned(), columns, key, rows, is_whole, bytes: about.len() })
    }
}

/// The rows of a file, up to [`MOST_BYTES`].
pub(super) struct Rows {
    reader: Reader<Strict<File>>,
    record: ByteRecord,
    pub(super) header: ByteRecord,
    /// Rows so far.
    pub(super) count: u64,
    /// Whether the end of the file was reached.
    pub(super) is_whole: bool,
}

impl Rows {
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let file = Strict::new(File::open(path).map_err(|error| error.to_string())?);
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
        let header = reader.byte_headers().map_err(|error| error.to_string())?.clone();
        Ok(Self { reader, record: ByteRecord::new(), header, count: 0, is_whole: false })
    }

    /// The next row, if there is one.
    pub(super) fn next(&mut self) -> Result<Option<&ByteRecord>, String> {
        if self.reader.position().byte() >= MOST_BYTES {
            return Ok(None);
        }
        if !self.reader.read_byte_record(&mut self.record).map_err(|error| error.to_string())? {
            self.is_whole = true;
            return Ok(None);
        }
        self.count += 1;
        Ok(Some(&self.record))
    }

    /// What the transforms would reject, and where. Where the end was not reached, the last quote may well be closed.
    fn found(&self) -> Option<(u64, &'static str)> {
        self.reader.get_ref().found().filter(|(_, what)| self.is_whole || !what.ends_with("never closed"))
    }
}
