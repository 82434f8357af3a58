//! Checks a person's CSV against the declared columns. Column order counts, too: the catalog's CSV reader goes by position.

use crate::{Strict, fits};
use csv::{ByteRecord, ReaderBuilder};
use std::fs::File;
use std::path::Path;
use strata_state::wish::Column;

/// A person wants to see the first few, and how many more there are.
const SHOWN: usize = 5;

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file as a whole.
    #[error("{0}")]
    File(String),
    /// Some of its rows.
    #[error("{0}")]
    Rows(String),
}

/// The number of rows, if the file can be used; with `allow_bad_rows` also where rows break the schema.
///
/// # Errors
/// [`Error`], with the lines of the first few rows that do not fit.
pub fn check(path: &Path, columns: &[Column], allow_bad_rows: bool) -> Result<u64, Error> {
    let wrong = Error::File;
    let file = Strict::new(File::open(path).map_err(|error| wrong(error.to_string()))?);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
    let names = reader.byte_headers().map_err(|error| wrong(error.to_string()))?;
    header(names, columns).map_err(wrong)?;
    let (mut rows, mut bad, mut shown) = (0, 0, Vec::new());
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| wrong(error.to_string()))? {
        rows += 1;
        let line = record.position().map_or(0, csv::Position::line);
        if let Some(problem) = row(&record, columns) {
            bad += 1;
            if shown.len() < SHOWN {
                shown.push(format!("line {line}, {problem}"));
            }
        }
    }
    if rows == 0 {
        return Err(wrong("it has no rows".into()));
    }
    if let Some((line, problem)) = reader.get_ref().found().filter(|_| bad == 0 && !allow_bad_rows) {
        return Err(wrong(format!("line {line}: {problem}")));
    }
    if bad == 0 || allow_bad_rows {
        return Ok(rows);
    }
    Err(Error::Rows(first_few(bad, rows, &shown)))
}

/// The sentence for `bad` of `rows` rows, of which the first are `shown`.
#[must_use]
pub fn first_few(bad: u64, rows: u64, shown: &[String]) -> String {
    let shown = &shown[..shown.len().min(SHOWN)];
    let more = bad - shown.len() as u64;
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{bad} of {rows} rows do not fit: {}{more}", shown.join("; "))
}

fn header(names: &ByteRecord, columns: &[Column]) -> Result<(), String> {
    let names: Vec<String> = names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    if names.iter().all(String::is_empty) {
        return Err("it is empty; its first line has to name the columns".into());
    }
    let list = |names: Vec<&str>| names.join(", ");
    let missing: Vec<&str> =
        columns.iter().map(|c| c.name.as_str()).filter(|name| !names.iter().any(|n| n == name)).collect();
    let extra: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| !columns.iter().any(|c| c.name == *name)).collect();
    match (missing.is_empty(), extra.is_empty()) {
        (false, true) => Err(format!("missing columns: {}", list(missing))),
        (true, false) => Err(format!("columns that the table does not have: {}", list(extra))),
        (false, false) => {
            Err(format!("missing columns: {}; columns that the table does not have: {}", list(missing), list(extra)))
        }
        (true, true) if names.len() != columns.len() => Err("a column is there twice".into()),
        (true, true) => match names.iter().zip(columns).position(|(name, column)| *name != column.name) {
            None => Ok(()),
            Some(at) => {
                let order = list(columns.iter().map(|column| column.name.as_str()).collect());
                Err(format!(
                    "column {} is `{}` and has to be `{}`: the order is {order}",
                    at + 1,
                    names[at],
                    columns[at].name
                ))
            }
        },
    }
}

/// The words for a row that has `found` fields and should have `wanted`.
#[must_use]
pub fn fields(found: usize, wanted: usize) -> String {
    format!("{found} field{} instead of {wanted}", if found == 1 { "" } else { "s" })
}

/// The first thing that is wrong with a row.
fn row(record: &ByteRecord, columns: &[Column]) -> Option<String> {
    if record.len() != columns.len() {
        return Some(fields(record.len(), columns.len()));
    }
    record.iter().zip(columns).find_map(|(field, column)| {
        let name = &column.name;
        let Ok(text) = std::str::from_utf8(field) else {
            return Some(format!("column {name}: `{}` is not UTF-8", String::from_utf8_lossy(field)));
        };
        match text.is_empty() {
            true => (!column.nullable).then(|| format!("column {name}: it is missing")),
            false => (!fits(column.kind, text))
                .then(|| format!("column {name}: `{}` is not of type {}", short(text), column.kind)),
        }
    })
}

fn short(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(39).collect::<String>())
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
