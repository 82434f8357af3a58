//! `catalog counts`: how many rows every table has, and a look at the table that comes last.

use crate::athena::{self, Rows};
use crate::query::cost;
use crate::show::{Format, show};
use crate::{crawl, database};
use aws_sdk_glue::Client;
use std::collections::BTreeSet;
use strata_aws::{During, Error};
use strata_layer::Context;

/// Rows of the sample.
const SAMPLE: usize = 5;

pub(crate) async fn counts(cx: &Context, format: Format) -> Result<String, Error> {
    let known = known(cx).await?;
    let tables = in_order(cx);
    let (there, missing): (Vec<&str>, Vec<&str>) = tables.into_iter().partition(|table| known.contains(*table));
    if !missing.is_empty() {
        let has_crawler =
            |table: &&str| cx.doc.pipeline.tables.get(*table).is_some_and(|table| table.crawler.is_some());
        let advice = if missing.iter().any(has_crawler) { "catalog crawl" } else { "catalog up" };
        cx.report.say(&format!("not in the catalog yet: {} (see `{advice}`)", missing.join(", ")));
    }
    let Some(last) = last(cx, &there) else { return Ok(String::new()) };
    // One query for all: each costs a start and a wait of its own.
    let count = |(at, table): (usize, &&str)| {
        let rows = format!("SELECT count(*) AS row_count FROM \"{table}\"");
        format!("SELECT {at} AS position, '{table}' AS table_name, row_count FROM ({rows})")
    };
    let each: Vec<String> = there.iter().enumerate().map(count).collect();
    let mut counted = athena::run(cx, &each.join(" UNION ALL "), there.len()).await?;
    let position =
        |row: &Vec<Option<String>>| row.first().cloned().flatten().and_then(|text| text.parse::<usize>().ok());
    counted.rows.sort_by_key(position);
    without_first(&mut counted);
    cx.report.say(&cost(&counted));
    let mut out = show(&counted, format)?;

    // One more than is shown would only be asked for to say that there are more.
    let sql = format!("SELECT * FROM \"{last}\" LIMIT {SAMPLE}");
    let sample = athena::run(cx, &sql, SAMPLE).await?;
    cx.report.say(&format!("{sql}: {}", cost(&sample)));
    out.push('\n');
    out.push_str(&show(&sample, format)?);
    Ok(out)
}

/// The tables that the catalog has.
async fn known(cx: &Context) -> Result<BTreeSet<String>, Error> {
    let database = database::name(cx);
    let glue = Client::new(&cx.session.sdk);
    let mut names = BTreeSet::new();
    let mut pages = glue.get_tables().database_name(&database).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.during(|| format!("listing the tables of database {database}"));
        let tables = page.map_err(crawl::advise)?.table_list.unwrap_or_default();
        names.extend(tables.into_iter().map(|table| table.name));
    }
    Ok(names)
}

/// Input first, then what is made of it, wave by wave.
fn in_order(cx: &Context) -> Vec<&str> {
    let pipeline = &cx.doc.pipeline;
    let made: Vec<&str> =
        pipeline.order().unwrap_or_default().into_iter().flatten().map(|transform| transform.writes.as_str()).collect();
    let input = pipeline.tables.keys().map(String::as_str).filter(|table| !made.contains(table));
    input.chain(made.iter().copied()).collect()
}

/// The first table of the last wave, which is what the pipeline is for.
fn last<'a>(cx: &'a Context, there: &[&'a str]) -> Option<&'a str> {
    let waves = cx.doc.pipeline.order().unwrap_or_default();
    let last = waves.into_iter().next_back().into_iter().flatten().map(|transform| transform.writes.as_str());
    last.into_iter().find(|table| there.contains(table)).or_else(|| there.last().copied())
}

fn without_first(rows: &mut Rows) {
    rows.columns = rows.columns.drain(..).skip(1).collect();
    for row in &mut rows.rows {
        *row = row.drain(..).skip(1).collect();
    }
}
