//! `datagen generate --to bucket`: the day's file, made and uploaded at the same time.

use crate::day;
use crate::generate::{Args, Format};
use crate::upload::{Pieces, is_there, upload, with_section};
use std::io;
use std::mem::take;
use std::process::ExitCode;
use strata_aws::Error;
use strata_layer::{Context, Global, with_document};
use strata_records::{COLUMNS, Generator};
use strata_state::Document;

/// The document comes in on stdin and out on stdout.
pub(crate) fn run(args: &Args, global: &Global) -> ExitCode {
    with_document("datagen", global, async |cx| generate(cx, args).await)
}

async fn generate(cx: &Context, args: &Args) -> Result<Document, Error> {
    let (name, table) = day::table(&cx.doc, None)?;
    if args.format() != Format::Csv {
        let error =
            Error::usage("generating records", format!("table {name} has CSV files, so the bucket takes no Parquet"));
        return Err(error.advise("leave --format out, or write a file: --to FILE"));
    }
    let options = args.options(cx.doc.pipeline.generate.as_ref());
    let (rows, date) = (options.rows, options.date);
    if args.if_missing && is_there(cx, day::key(table, date)).await? {
        cx.report
            .say(&format!("datagen: table {name} has its file of {date}, and keeps it; `generate` makes a new one"));
        return Ok(cx.doc.clone());
    }
    if table.columns.iter().map(|column| column.name.as_str()).ne(COLUMNS) {
        let message = format!("table {name} has other columns than the records have: {}", COLUMNS.join(", "));
        return Err(Error::usage("generating records", message)
            .advise("load a file of your own: input=FILE (datagen load --input FILE)"));
    }
    let generator = Generator::new(options).map_err(|error| Error::usage("generating records", error.to_string()))?;
    let pieces = Pieces::start(move |hand_over| {
        let stopped = || io::ErrorKind::BrokenPipe.into();
        // The only error is that nobody takes any more.
        let _ = generator.blocks(|block| hand_over(Ok(take(&mut block.bytes))).then_some(()).ok_or_else(stopped));
    });
    Ok(with_section(cx, vec![upload(cx, day::key(table, date), date, rows, pieces).await?]))
}
