//! `datagen load`: a person's own CSV files as one day's files. All are checked before the first one is uploaded.

use crate::day;
use crate::upload::{Pieces, upload, with_section};
use chrono::NaiveDate;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use strata_aws::Error;
use strata_layer::{Context, Global, with_document};
use strata_state::Document;
use strata_state::wish::Table;

/// What to load, and for which day.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file: a header with the table's columns in the table's order, UTF-8, quotes as in RFC 4180. Several:
    /// TABLE:FILE,TABLE:FILE, or the option again
    #[arg(long, value_name = "[TABLE:]FILE", required = true)]
    input: Vec<String>,
    /// Day of the batch, YYYY-MM-DD; its file is replaced
    #[arg(long)]
    date: NaiveDate,
    /// Table that the rows belong to; the one of `pipeline.generate` when not given
    #[arg(long)]
    table: Option<String>,
    /// Upload files that have rows that break the schema, too; the transforms set them aside with the reason
    #[arg(long)]
    allow_bad_rows: bool,
}

/// Check, then upload as it is. The document comes in on stdin and out on stdout.
pub(crate) fn run(args: &Args, global: &Global) -> ExitCode {
    with_document("datagen", global, async |cx| load(cx, args).await)
}

async fn load(cx: &Context, args: &Args) -> Result<Document, Error> {
    let mut checked: Vec<(&str, &Table, PathBuf, u64)> = Vec::new();
    for (named, path) in args.input.iter().flat_map(|word| files(word, &|path| path.exists())) {
        let asked = named.or(args.table.as_deref());
        let (name, table) = day::table(&cx.doc, asked)?;
        if let Some((.., first, _)) = checked.iter().find(|(other, ..)| *other == name) {
            let message = format!("{} and {} are both for table {name}", first.display(), path.display());
            return Err(Error::usage("choosing the table", message).advise("say TABLE:FILE for each file"));
        }
        let rows = strata_csv::check(path, &table.columns, args.allow_bad_rows).map_err(|error| {
            let has_bad_rows = matches!(error, strata_csv::Error::Rows(_));
            let error = Error::usage(format!("checking {} against table {name}", path.display()), error.to_string());
            match has_bad_rows {
                true => error.advise(
                    "correct them, or say bad_rows=allow (--allow-bad-rows), and the transforms set them aside with the reason",
                ),
                false => error,
            }
        })?;
        checked.push((name, table, path.to_owned(), rows));
    }
    let mut uploaded = Vec::new();
    for (_, table, path, rows) in checked {
        uploaded.push(one(cx, table, &path, rows, args.date).await?);
    }
    Ok(with_section(cx, uploaded))
}

/// The files of one word, each with its table where it says one. A file of the whole word's name is that file.
fn files<'a>(word: &'a str, is_there: &dyn Fn(&Path) -> bool) -> Vec<(Option<&'a str>, &'a Path)> {
    if is_there(Path::new(word)) {
        return vec![(None, Path::new(word))];
    }
    let is_name =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let one = |text: &'a str| match text.split_once(':') {
        Some((table, path)) if is_name(table) && !is_there(Path::new(text)) => (Some(table), Path::new(path)),
        _ => (None, Path::new(text)),
    };
    let parts: Vec<(Option<&str>, &Path)> = word.split(',').map(one).collect();
    // A comma in a file's name is no list.
    if parts.len() > 1 && parts.iter().any(|(table, _)| table.is_none()) { vec![one(word)] } else { parts }
}

async fn one(cx: &Context, table: &Table, path: &Path, rows: u64, date: NaiveDate) -> Result<Value, Error> {
    let wrong = |error: std::io::Error| Error::usage(format!("reading {}", path.display()), error.to_string());
    let mut file = File::open(path).map_err(wrong)?;
    let pieces = Pieces::start(move |hand_over| {
        loop {
            let mut piece = vec![0; 1 << 20];
            let read = file.read(&mut piece);
            let end = !matches!(read, Ok(1..));
            let piece = read.map(|read| {
                piece.truncate(read);
                piece
            });
            if !hand_over(piece) || end {
                return;
            }
        }
    });
    upload(cx, day::key(table, date), date, rows, pieces).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(word: &str) -> Vec<(Option<&str>, &str)> {
        let there = |path: &Path| ["a,b.csv", "x:y.csv"].iter().any(|name| Path::new(name) == path);
        files(word, &there).into_iter().map(|(table, path)| (table, path.to_str().unwrap_or_default())).collect()
    }

    #[test]
    fn a_word_names_one_file_or_several_with_their_tables() {
        assert_eq!(split("a.csv"), [(None, "a.csv")]);
        assert_eq!(split("orders:o.csv"), [(Some("orders"), "o.csv")]);
        assert_eq!(split("orders:o.csv,items:i.csv"), [(Some("orders"), "o.csv"), (Some("items"), "i.csv")]);
        assert_eq!(split("a,b.csv"), [(None, "a,b.csv")]);
        assert_eq!(split("x:y.csv"), [(None, "x:y.csv")]);
        assert_eq!(split("not,there.csv"), [(None, "not,there.csv")]);
        assert_eq!(split("./a:b.csv"), [(None, "./a:b.csv")]);
    }
}
