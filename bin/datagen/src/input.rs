//! `datagen input`: whether the bucket has the files of a run. Nothing is made.

use crate::table;
use chrono::NaiveDate;
use std::process::ExitCode;
use strata_aws::Error;
use strata_layer::{Context, Global, with_document};
use strata_state::Document;
use strata_state::wish::Table;
use strata_upload::Bucket;

/// Which day.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Day of the batch, YYYY-MM-DD
    #[arg(long)]
    date: NaiveDate,
    /// Only this table; by default every table that a transform reads
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
}

/// Look. The document comes in on stdin and out on stdout.
pub(crate) fn run(args: &Args, global: &Global) -> ExitCode {
    with_document("datagen", global, async |cx| input(cx, args).await)
}

async fn input(cx: &Context, args: &Args) -> Result<Document, Error> {
    let read =
        |name: &str| cx.doc.pipeline.transforms.iter().any(|transform| transform.reads.iter().any(|r| r == name));
    let mut missing = Vec::new();
    let tables = match &args.table {
        Some(name) => vec![named(cx, name)?],
        // What no transform reads is no input.
        None => table::all(&cx.doc).into_iter().filter(|(name, _)| read(name)).collect(),
    };
    let bucket = Bucket::ours(cx).await?;
    for (name, table) in tables {
        missing.extend(table::lacks(cx, &bucket, name, table, args.date).await?);
    }
    if missing.is_empty() {
        return Ok(cx.doc.clone());
    }
    let error = Error::usage(format!("looking for the input of {}", args.date), missing.join(", "));
    Err(error.advise("upload it with input=FILE (datagen load), or use `generate` for made-up rows"))
}

/// A table that has files, whatever their format.
fn named<'a>(cx: &'a Context, name: &'a str) -> Result<(&'a str, &'a Table), Error> {
    let table = cx.doc.pipeline.tables.get(name).filter(|table| table.file.is_some());
    let table = table
        .ok_or_else(|| Error::usage(format!("looking for table {name}"), "no table of this name has files of its own"));
    Ok((name, table?))
}
