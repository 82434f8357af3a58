//! `datagen generate --to bucket`: the file of a day, made and uploaded at the same time.

use crate::generate::{Args, Format};
use crate::section::{uploaded, with_section};
use crate::table;
use std::io;
use std::mem::take;
use std::process::ExitCode;
use strata_aws::Error;
use strata_layer::{Context, Global, with_document};
use strata_records::{COLUMNS, Generator};
use strata_state::Document;
use strata_upload::{Bucket, Pieces};

/// The content type of the files.
pub(crate) const CSV: &str = "text/csv; charset=utf-8";

/// The document comes in on stdin and out on stdout.
pub(crate) fn run(args: &Args, global: &Global) -> ExitCode {
    with_document("datagen", global, async |cx| generate(cx, args).await)
}

async fn generate(cx: &Context, args: &Args) -> Result<Document, Error> {
    let (name, wish) = table::table(&cx.doc, None)?;
    if args.format() != Format::Csv {
        let error =
            Error::usage("generating records", format!("table {name} has CSV files, so the bucket takes no Parquet"));
        return Err(error.advise("leave --format out, or write a file: --to FILE"));
    }
    let options = args.options(cx.doc.pipeline.generate.as_ref());
    let (rows, date) = (options.rows, options.date);
    if args.if_missing && table::lacks(cx, &Bucket::ours(cx).await?, name, wish, date).await?.is_none() {
        cx.report.say(&format!("datagen: table {name} has its file of {date}, which is kept; `generate` replaces it"));
        return Ok(cx.doc.clone());
    }
    if wish.columns.iter().map(|column| column.name.as_str()).ne(COLUMNS) {
        let message = format!("table {name} has other columns than the records have: {}", COLUMNS.join(", "));
        return Err(Error::usage("generating records", message)
            .advise("load a file of your own: input=FILE (datagen load --input FILE)"));
    }
    let generator = Generator::new(options).map_err(|error| Error::usage("generating records", error.to_string()))?;
    let pieces = Pieces::start(move |hand_over| {
        let stopped = || io::ErrorKind::BrokenPipe.into();
        // The only error is a receiver that is gone.
        let _ = generator.blocks(|block| hand_over(Ok(take(&mut block.bytes))).then_some(()).ok_or_else(stopped));
    });
    let bucket = Bucket::ours(cx).await?;
    let key = format!("{}{}", wish.path, table::made_name(wish, date));
    let step = cx.report.step(format!("s3://{}/{key}", bucket.name()), "uploading");
    let sent = bucket.stream(&key, CSV, pieces).await?;
    step.done(&format!("{rows} rows, {} bytes", sent.bytes));
    Ok(with_section(cx, vec![uploaded(&key, date, rows, &sent)]))
}
