//! `datagen load`: a person's own CSV as one day's file.

use crate::day;
use crate::upload::{Pieces, upload};
use chrono::NaiveDate;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use strata_aws::Error;
use strata_layer::{Context, Global, with_document};
use strata_state::Document;

/// What to load, and for which day.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file: a header with the table's columns in the table's order, UTF-8, quotes as in RFC 4180
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Day of the batch, YYYY-MM-DD; its file is replaced
    #[arg(long)]
    date: NaiveDate,
    /// Table that the rows belong to; the one of `pipeline.generate` when not given
    #[arg(long)]
    table: Option<String>,
    /// Upload a file that has rows that break the schema, too; the transforms set them aside with the reason
    #[arg(long)]
    allow_bad_rows: bool,
}

/// Check it, then upload it as it is. The document comes in on stdin and out on stdout.
pub(crate) fn run(args: &Args, global: &Global) -> ExitCode {
    with_document("datagen", global, async |cx| load(cx, args).await)
}

async fn load(cx: &Context, args: &Args) -> Result<Document, Error> {
    let (name, table) = day::table(&cx.doc, args.table.as_deref())?;
    let doing = format!("reading {}", args.input.display());
    let wrong = |error: std::io::Error| Error::usage(&doing, error.to_string());
    let rows = strata_csv::check(&args.input, &table.columns, args.allow_bad_rows).map_err(|error| {
        let has_bad_rows = matches!(error, strata_csv::Error::Rows(_));
        let error = Error::usage(format!("checking {} against table {name}", args.input.display()), error.to_string());
        match has_bad_rows {
            true => {
                error.advise("correct them, or say --allow-bad-rows, and the transforms set them aside with the reason")
            }
            false => error,
        }
    })?;
    let mut file = File::open(&args.input).map_err(wrong)?;
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
    upload(cx, day::key(table, args.date), args.date, rows, pieces).await
}
