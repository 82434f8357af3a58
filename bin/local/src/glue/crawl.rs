//! One crawl: its states, and the way from S3 targets to tables.

use super::{Place, Shelf, check, crawl_table, crawl_write, crawler, crawler::Metrics, log};
use crate::{
    call::{Answer, AwsError},
    world::World,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::watch;

/// Where crawlers log.
const GROUP: &str = "/aws-glue/crawlers";

/// A crawl that is under way.
pub(super) struct Crawl {
    pub(super) name: String,
    pub(super) region: String,
    pub(super) wish: Map<String, Value>,
    /// CSV classifiers in the crawler's order.
    pub(super) classifiers: Vec<Value>,
    /// Folders that earlier crawls have seen.
    pub(super) seen: BTreeSet<String>,
}

impl Crawl {
    /// Whether folders that were seen before are left alone.
    pub(super) fn only_new(&self) -> bool {
        self.wish.get("RecrawlPolicy").is_some_and(|policy| policy["RecrawlBehavior"] == "CRAWL_NEW_FOLDERS_ONLY")
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.wish.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A member of the `Configuration` JSON.
    pub(super) fn configuration(&self) -> Value {
        serde_json::from_str(self.text("Configuration")).unwrap_or_default()
    }
}

/// StartCrawler: the state is RUNNING before the answer goes out.
pub(super) fn start(world: &Arc<World>, place: &Place, body: &Value) -> Answer {
    let name = check::name(body, "Name")?.to_owned();
    let (switch, stopped) = watch::channel(false);
    let crawl = world.glue.with(place, |shelf| {
        let crawler = shelf.crawlers.get_mut(&name).ok_or_else(|| crawler::absent(&name))?;
        if crawler.state != "READY" {
            let message = format!("Crawler with name {name} has already started");
            return Err(AwsError::new("CrawlerRunningException", message));
        }
        crawler.state = "RUNNING";
        crawler.started = crawler::now_seconds();
        crawler.switch = Some(switch);
        let (wish, seen) = (crawler.wish.clone(), crawler.seen.clone());
        let names = wish.get("Classifiers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let classifiers = names.filter_map(|name| shelf.classifiers.get(name)?.get("CsvClassifier").cloned()).collect();
        Ok(Crawl { name: name.clone(), region: place.1.clone(), wish, classifiers, seen })
    })?;
    tokio::spawn(run(world.clone(), place.clone(), crawl, stopped));
    Ok(json!({}))
}

/// StopCrawler.
pub(super) fn stop(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "Name")?;
    let crawler = shelf.crawlers.get_mut(name).ok_or_else(|| crawler::absent(name))?;
    match crawler.state {
        "READY" => Err(AwsError::new("CrawlerNotRunningException", format!("Crawler with name {name} isn't running"))),
        "STOPPING" => {
            Err(AwsError::new("CrawlerStoppingException", format!("Crawler with name {name} is already stopping")))
        }
        _ => {
            crawler.state = "STOPPING";
            // Nobody listens when the crawl has just ended by itself.
            let _ended = crawler.switch.take().map(|switch| switch.send(true));
            Ok(json!({}))
        }
    }
}

async fn run(world: Arc<World>, place: Place, crawl: Crawl, mut stopped: watch::Receiver<bool>) {
    let started = crawler::now_seconds();
    let prefix = uuid::Uuid::new_v4().to_string();
    let work = async {
        tokio::time::sleep(world.pace).await;
        work(&world, &crawl).await
    };
    let outcome = tokio::select! {
        outcome = work => Some(outcome),
        stop = stopped.changed() => match stop {
            Ok(()) => None,
            // The switch is gone, so the crawler is: the endpoint was reset.
            Err(_) => return,
        },
    };
    let (status, lines, metrics, error, seen) = match outcome {
        None => ("CANCELLED", vec!["INFO : Crawler was stopped".to_owned()], Metrics::default(), None, None),
        Some(Ok((metrics, lines, seen))) => ("SUCCEEDED", lines, metrics, None, Some(seen)),
        Some(Err(error)) => ("FAILED", vec![format!("ERROR : {error}")], Metrics::default(), Some(error), None),
    };
    world.glue.with(&place, |shelf| {
        if let Some(crawler) = shelf.crawlers.get_mut(&crawl.name) {
            crawler.state = "STOPPING";
            // A crawl that did not come to its end has to be done again.
            crawler.seen.extend(seen.into_iter().flatten());
        }
    });
    let mut lines: Vec<String> = lines.into_iter().map(|line| format!("[{prefix}] {line}")).collect();
    lines.insert(0, format!("[{prefix}] BENCHMARK : Running Start Crawl for Crawler {}", crawl.name));
    lines.push(format!("[{prefix}] BENCHMARK : Crawler has finished running and is in state READY"));
    log::write(&world, &crawl.region, GROUP, &crawl.name, &lines).await;
    tokio::time::sleep(world.pace).await;
    let mut last = json!({
        "Status": status, "StartTime": started, "LogGroup": GROUP, "LogStream": crawl.name, "MessagePrefix": prefix,
    });
    if let Some(error) = error {
        last["ErrorMessage"] = error.into();
    }
    world.glue.with(&place, |shelf| {
        if let Some(crawler) = shelf.crawlers.get_mut(&crawl.name) {
            crawler.last = Some(last);
            crawler.switch = None;
            crawler.metrics = Metrics { seconds: crawler::now_seconds() - started, ..metrics };
            crawler.state = "READY";
        }
    });
}

/// List, infer, write. The error is what the crawler shows as ErrorMessage.
async fn work(world: &Arc<World>, crawl: &Crawl) -> Result<(Metrics, Vec<String>, BTreeSet<String>), String> {
    let targets = crawl.wish.get("Targets").cloned().unwrap_or_default();
    let mut metrics = Metrics::default();
    let mut lines = Vec::new();
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for target in targets["S3Targets"].as_array().into_iter().flatten() {
        found.extend(crawl_table::find(world, crawl, target, &mut seen).await?);
    }
    lines.push(format!(
        "BENCHMARK : Classification complete, writing results to database {}",
        crawl.text("DatabaseName")
    ));
    crawl_write::write(world, crawl, &found, &mut metrics, &mut lines).await?;
    Ok((metrics, lines, seen))
}
