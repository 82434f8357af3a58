//! `catalog query`: one SQL query, its rows on stdout, its cost on stderr.

use crate::athena::{self, Rows};
use crate::show::{Format, show};
use indicatif::DecimalBytes;
use strata_aws::Error;
use strata_layer::Context;

pub(crate) async fn query(cx: &Context, sql: &str, max_rows: usize, format: Format) -> Result<String, Error> {
    let rows = athena::run(cx, sql, max_rows).await?;
    cx.report.say(&cost(&rows));
    show(&rows, format)
}

/// `189 rows, 37.51 kB scanned, 431 ms`.
pub(crate) fn cost(rows: &Rows) -> String {
    let count = match rows.rows.len() {
        1 => "1 row".to_owned(),
        count if rows.more => format!("the first {count} rows (--max-rows shows more)"),
        count => format!("{count} rows"),
    };
    format!("{count}, {} scanned, {} ms", DecimalBytes(rows.scanned.unsigned_abs()), rows.millis)
}
