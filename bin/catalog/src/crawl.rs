//! `catalog crawl`: run crawlers and wait until each of these very crawls has finished.
//!
//! A crawler that was just started may still say `READY` from before, so readiness proves nothing: a crawl is finished
//! when the crawler's last crawl is another one than it was.

use crate::{columns, crawler, database, full};
use aws_sdk_glue::Client;
use aws_sdk_glue::types::{self, Crawler, CrawlerState, LastCrawlInfo, LastCrawlStatus};
use aws_smithy_types::DateTime;
use futures::{StreamExt, stream};
use strata_aws::{During, Error, Exit, Pace, Poll, Waiting};
use strata_layer::{Context, Step};
use strata_state::Kind;

const CRAWL: Pace = Pace::seconds(5, 3600);
/// How long starting one is tried.
const START: Pace = Pace::seconds(5, 300);

/// Which of the tables that have a crawler.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    /// These; all where none is named.
    Named(&'a [String]),
    /// What no transform writes.
    Inputs,
    /// What a transform writes.
    Outputs,
}

pub(crate) async fn crawl(cx: &Context, which: Which<'_>, all: bool) -> Result<String, Error> {
    let chosen = choose(cx, which)?;
    let glue = Client::new(&cx.session.sdk);
    let names: Vec<String> = chosen.iter().map(|(_, name)| name.clone()).collect();
    strata_glue::only_ours::<crawler::Crawler>(&glue, cx, &names).await?;
    let mut each = Vec::new();
    for (table, name) in &chosen {
        each.push(one(cx, &glue, table, name, all));
    }
    let results: Vec<_> = stream::iter(each).buffer_unordered(usize::from(cx.global.parallel)).collect().await;
    let mut errors: Vec<Error> = results.into_iter().filter_map(Result::err).collect();
    if errors.is_empty() {
        return cx.doc.print().map_err(|error| Error::failed("printing the document", error.to_string()));
    }
    let last = errors.remove(errors.len() - 1);
    for error in errors {
        cx.report.say(&format!("catalog: {error}"));
    }
    Err(last)
}

/// Tables and their crawlers' names.
fn choose<'a>(cx: &'a Context, which: Which<'a>) -> Result<Vec<(&'a str, String)>, Error> {
    let tables = &cx.doc.pipeline.tables;
    let crawler = |table: &str| tables.get(table).and_then(|table| table.crawler.as_ref());
    let is_made = |table: &str| cx.doc.pipeline.transforms.iter().any(|transform| transform.writes == table);
    let crawled = || tables.keys().map(String::as_str).filter(|table| crawler(table).is_some());
    let named: Vec<&str> = match which {
        Which::Named([]) => crawled().collect(),
        Which::Named(named) => named.iter().map(String::as_str).collect(),
        Which::Inputs => crawled().filter(|table| !is_made(table)).collect(),
        Which::Outputs => crawled().filter(|table| is_made(table)).collect(),
    };
    let choice = |table: &'a str| match crawler(table) {
        Some(name) => Ok((table, cx.name(Kind::Crawler, name))),
        None => {
            let crawled: Vec<&str> =
                tables.iter().filter(|(_, table)| table.crawler.is_some()).map(|(name, _)| name.as_str()).collect();
            let why = if tables.contains_key(table) {
                "it is declared, so it needs no crawl"
            } else {
                "there is no such table"
            };
            Err(Error::usage(format!("crawling {table}"), why)
                .advise(format!("tables with a crawler: {}", crawled.join(", "))))
        }
    };
    named.into_iter().map(choice).collect()
}

/// An error about something that `catalog up` makes.
pub(crate) fn advise(error: Error) -> Error {
    if error.is_gone() { error.advise("run `catalog up` first") } else { error }
}

async fn look(glue: &Client, name: &str) -> Result<Crawler, Error> {
    let doing = || format!("looking at crawler {name}");
    let answer = glue.get_crawler().name(name).send().await.during(doing)?;
    answer.crawler.ok_or_else(|| Error::failed(doing(), "AWS gave no crawler"))
}

fn last_start(crawler: &Crawler) -> Option<DateTime> {
    crawler.last_crawl().and_then(LastCrawlInfo::start_time).copied()
}

async fn one(cx: &Context, glue: &Client, table: &str, name: &str, all: bool) -> Result<(), Error> {
    let step = cx.report.step(format!("crawler {name}"), "starting");
    match whole(cx, glue, table, name, all, &step).await {
        Ok(()) => {
            let found = found(cx, glue, table, name).await?;
            step.done(&found);
            Ok(())
        }
        Err(error) => {
            step.done(&format!("failed: {}", error.message));
            Err(error)
        }
    }
}

/// A crawl as the crawler does it, or of everything where that is asked for or needed.
async fn whole(cx: &Context, glue: &Client, table: &str, name: &str, all: bool, step: &Step) -> Result<(), Error> {
    let crawler = look(glue, name).await.map_err(advise)?;
    let there = if full::only_new(&crawler) { self::table(cx, glue, table).await? } else { None };
    let Some(why) = full::reason(&crawler, there.as_ref(), all) else {
        return follow(cx, glue, name, step).await;
    };
    step.status(&format!("crawling every folder, {why}"));
    let crawler = crawler::Crawler { glue: glue.clone(), logs: aws_sdk_cloudwatchlogs::Client::new(&cx.session.sdk) };
    full::set(&crawler, cx, name, true).await?;
    let ended = follow(cx, glue, name, step).await;
    if let Err(error) = &ended
        && error.exit == Exit::Interrupted
    {
        return Err(error.clone().advise("it crawls everything until the next `catalog up`"));
    }
    full::set(&crawler, cx, name, false).await.and(ended)
}

/// Start a crawl, or join the one that is under way, and wait for its end.
async fn follow(cx: &Context, glue: &Client, name: &str, step: &Step) -> Result<(), Error> {
    let before = start(cx, glue, name, step).await.map_err(advise)?;
    let doing = format!("waiting for crawler {name}");
    let mut waiting = Waiting::new(&doing, CRAWL, &cx.cancel);
    let mut shown = "starting".to_owned();
    loop {
        let look = look(glue, name).await.map(|crawler| {
            if crawler.state() == Some(&CrawlerState::Ready) && last_start(&crawler) != before {
                return Poll::Ready(crawler.last_crawl);
            }
            let state = crawler.state().map_or("unknown", CrawlerState::as_str).to_lowercase();
            if state != shown {
                step.status(&state);
                shown.clone_from(&state);
            }
            Poll::NotYet(state)
        });
        match waiting.after(look).await {
            Ok(Some(last)) => return judge(name, last.as_ref()),
            Ok(None) => {}
            Err(error) if error.exit == Exit::Interrupted => {
                return Err(error.advise(format!("crawler {name} continues in Glue")));
            }
            Err(error) => return Err(error),
        }
    }
}

/// See to it that a crawl is under way; gives what the last crawl was before this one.
async fn start(cx: &Context, glue: &Client, name: &str, step: &Step) -> Result<Option<DateTime>, Error> {
    let doing = format!("starting crawler {name}");
    let mut waiting = Waiting::new(&doing, START, &cx.cancel);
    let mut before = None;
    loop {
        let look = attempt(glue, name, &doing, step, &mut before).await;
        if let Some(last) = waiting.after(look).await? {
            return Ok(last);
        }
    }
}

/// One try. `before` is known once a start was tried: its answer may have been lost.
async fn attempt(
    glue: &Client,
    name: &str,
    doing: &str,
    step: &Step,
    before: &mut Option<Option<DateTime>>,
) -> Result<Poll<Option<DateTime>>, Error> {
    let crawler = look(glue, name).await?;
    let last = last_start(&crawler);
    let ready = crawler.state() == Some(&CrawlerState::Ready);
    match (*before, crawler.state()) {
        (Some(before), _) if !ready || before != last => return Ok(Poll::Ready(before)),
        (None, Some(CrawlerState::Running)) => {
            step.status("joining the crawl that is under way");
            return Ok(Poll::Ready(last));
        }
        // It has read its files already: what came since needs another crawl.
        (None, Some(CrawlerState::Stopping)) => return Ok(Poll::NotYet("an earlier crawl is stopping".into())),
        _ => *before = Some(last),
    }
    match glue.start_crawler().name(name).send().await.during(|| doing.to_owned()) {
        Ok(_) => Ok(Poll::Ready(last)),
        Err(error) if error.is(&["CrawlerRunningException"]) => Ok(Poll::Ready(last)),
        Err(error) => Err(error),
    }
}

fn judge(name: &str, last: Option<&LastCrawlInfo>) -> Result<(), Error> {
    match last.and_then(LastCrawlInfo::status) {
        Some(LastCrawlStatus::Succeeded) => Ok(()),
        status => {
            let word = status.map_or("ended in an unknown way", |status| match status {
                LastCrawlStatus::Cancelled => "was stopped",
                _ => "failed",
            });
            let reason = last.and_then(LastCrawlInfo::error_message).unwrap_or("Glue gave no reason");
            let group = last.and_then(LastCrawlInfo::log_group).unwrap_or(crawler::LOG_GROUP);
            let stream = last.and_then(LastCrawlInfo::log_stream).unwrap_or(name);
            let error = Error::failed(format!("crawling with {name}: it {word}"), reason);
            Err(error.advise(format!("its log is stream {stream} of log group {group}")))
        }
    }
}

/// What the catalog has now, in words.
async fn found(cx: &Context, glue: &Client, table: &str, name: &str) -> Result<String, Error> {
    let Some(there) = self::table(cx, glue, table).await?.filter(|table| columns::is_made_by(table, name)) else {
        return Ok("no table: there are no files below its path".into());
    };
    let columns = there.storage_descriptor().map_or(0, |storage| storage.columns().len());
    // Its days are not counted: that list grows with every day, and a day's crawl shall not.
    let keys: Vec<&str> = there.partition_keys().iter().map(types::Column::name).collect();
    let by = if keys.is_empty() { String::new() } else { format!(", by {}", keys.join(", ")) };
    Ok(format!("table {table}, {columns} columns{by}"))
}

async fn table(cx: &Context, glue: &Client, table: &str) -> Result<Option<types::Table>, Error> {
    let database = database::name(cx);
    let doing = || format!("looking at table {database}.{table}");
    match glue.get_table().database_name(&database).name(table).send().await.during(doing) {
        Ok(answer) => Ok(answer.table),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}
