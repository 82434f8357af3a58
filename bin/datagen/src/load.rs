//! `datagen load`: a person's own CSV files as the files of a run. All are checked before the first one is uploaded, and none
//! that is there already is sent again.

use crate::bucket::CSV;
use crate::choose::{self, Chosen};
use crate::section::{uploaded, with_section};
use crate::table;
use chrono::NaiveDate;
use std::path::Path;
use std::process::ExitCode;
use strata_aws::Error;
use strata_layer::{Context, Global, with_document};
use strata_state::Document;
use strata_upload::Bucket;

/// What to load, and for which day.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file: a header with the table's columns in the table's order, UTF-8, quotes as in RFC 4180. Several:
    /// TABLE:FILE,TABLE:FILE, or repeat the option. A folder means the files in it that match the table's rule
    #[arg(long, value_name = "[TABLE:]FILE", required = true)]
    input: Vec<String>,
    /// Day of the batch, YYYY-MM-DD; the file of its slice is replaced
    #[arg(long)]
    date: NaiveDate,
    /// Table of the rows; by default the one of `pipeline.generate`
    #[arg(long)]
    table: Option<String>,
    /// Upload files even if rows break the schema; the transforms reject those rows with the reason
    #[arg(long)]
    allow_bad_rows: bool,
}

/// Check, then upload as it is. The document comes in on stdin and out on stdout.
pub(crate) fn run(args: &Args, global: &Global) -> ExitCode {
    with_document("datagen", global, async |cx| load(cx, args).await)
}

async fn load(cx: &Context, args: &Args) -> Result<Document, Error> {
    let mut checked: Vec<(Chosen<'_>, u64)> = Vec::new();
    for (named, path) in args.input.iter().flat_map(|word| files(word, &|path| path.exists())) {
        let asked = named.or(args.table.as_deref());
        let (name, wish) = table::table(&cx.doc, asked)?;
        for chosen in choose::files(name, wish, path, args.date)? {
            if let Some((other, _)) = checked.iter().find(|(other, _)| other.key() == chosen.key()) {
                let message =
                    format!("{} and {} are both for table {name}", other.path.display(), chosen.path.display());
                return Err(Error::usage("choosing the table", message).advise("use TABLE:FILE for each file"));
            }
            let rows = rows(&chosen, args.allow_bad_rows)?;
            checked.push((chosen, rows));
        }
    }
    let bucket = Bucket::ours(cx).await?;
    let chosen: Vec<&Chosen<'_>> = checked.iter().map(|(chosen, _)| chosen).collect();
    choose::against(cx, &bucket, &chosen, args.date).await?;
    let mut all = Vec::new();
    for (chosen, rows) in checked {
        let key = chosen.key();
        let step = cx.report.step(format!("s3://{}/{key}", bucket.name()), "uploading");
        let sent = bucket.file(&key, CSV, &chosen.path, &step).await?;
        let there = if sent.was_there { ", there already" } else { "" };
        step.done(&format!("{rows} rows, {} bytes{there}", sent.bytes));
        all.push(uploaded(&key, args.date, rows, &sent));
    }
    Ok(with_section(cx, all))
}

/// The rows of a file, if it can be used.
fn rows(chosen: &Chosen<'_>, allow_bad_rows: bool) -> Result<u64, Error> {
    let Chosen { name, table, path, .. } = chosen;
    strata_csv::check(path, &table.columns, allow_bad_rows).map_err(|error| {
        let has_bad_rows = matches!(error, strata_csv::Error::Rows(_));
        let error = Error::usage(format!("checking {} against table {name}", path.display()), error.to_string());
        match has_bad_rows {
            true => error.advise(
                "correct them, or use bad_rows=allow (--allow-bad-rows), and the transforms reject them with the reason",
            ),
            false => error,
        }
    })
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
