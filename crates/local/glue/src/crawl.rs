//! One crawl: its states, and the way from S3 targets to tables.

use crate::store::{Glue, PRINCIPAL, Place, Shelf};
use crate::{check, crawl_table, crawl_write, crawler, crawler::Metrics};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, sync::Arc};
use strata_local_logs::Stream;
use strata_local_wire::{Answer, AwsError, Caller};
use tokio::sync::watch;

/// Where crawlers log.
pub(crate) const GROUP: &str = "/aws-glue/crawlers";

/// A crawl that is under way.
pub(crate) struct Crawl {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) wish: Map<String, Value>,
    /// CSV classifiers in the crawler's order.
    pub(crate) classifiers: Vec<Value>,
    /// Folders that earlier crawls have seen.
    pub(crate) seen: BTreeSet<String>,
}

impl Crawl {
    /// Whether folders that were seen before are left alone.
    pub(crate) fn only_new(&self) -> bool {
        self.wish.get("RecrawlPolicy").is_some_and(|policy| policy["RecrawlBehavior"] == "CRAWL_NEW_FOLDERS_ONLY")
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.wish.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// In whose name it reads objects and writes tables.
    pub(crate) fn caller(&self) -> Caller {
        Caller::role(PRINCIPAL, self.text("Role"))
    }

    /// A member of the `Configuration` JSON.
    pub(crate) fn configuration(&self) -> Value {
        serde_json::from_str(self.text("Configuration")).unwrap_or_default()
    }
}

/// StartCrawler: the state is RUNNING before the answer goes out.
pub(crate) fn start(glue: &Arc<Glue>, place: &Place, body: &Value) -> Answer {
    let name = check::name(body, "Name")?.to_owned();
    let (switch, stopped) = watch::channel(false);
    let crawl = glue.with(place, |shelf| {
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
    tokio::spawn(run(glue.clone(), place.clone(), crawl, stopped));
    Ok(json!({}))
}

/// StopCrawler.
pub(crate) fn stop(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "Name")?;
    let crawler = shelf.crawlers.get_mut(name).ok_or_else(|| crawler::absent(name))?;
    match crawler.state {
        "READY" => Err(AwsError::new("CrawlerNotRunningException", format!("Crawler with name {name} isn't running"))),
        "STOPPING" => {
            Err(AwsError::new("CrawlerStoppingException", format!("Crawler with name {name} is already stopping")))
        }
        _ => {
            crawler.state = "STOPPING";
            // There is no receiver when the crawl has just ended on its own.
            let _ended = crawler.switch.take().map(|switch| switch.send(true));
            Ok(json!({}))
        }
    }
}

async fn run(glue: Arc<Glue>, place: Place, crawl: Crawl, mut stopped: watch::Receiver<bool>) {
    let started = crawler::now_seconds();
    let prefix = uuid::Uuid::new_v4().to_string();
    let work = async {
        tokio::time::sleep(glue.cloud.pace).await;
        work(&glue, &crawl).await
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
    glue.with(&place, |shelf| {
        if let Some(crawler) = shelf.crawlers.get_mut(&crawl.name) {
            crawler.state = "STOPPING";
            // A crawl that did not come to its end has to be done again.
            crawler.seen.extend(seen.into_iter().flatten());
        }
    });
    let mut lines: Vec<String> = lines.into_iter().map(|line| format!("[{prefix}] {line}")).collect();
    lines.insert(0, format!("[{prefix}] BENCHMARK : Running Start Crawl for Crawler {}", crawl.name));
    lines.push(format!("[{prefix}] BENCHMARK : Crawler has finished running and is in state READY"));
    Stream::open(&glue.cloud, crawl.caller(), &crawl.region, GROUP, &crawl.name).await.write(&lines).await;
    tokio::time::sleep(glue.cloud.pace).await;
    let mut last = json!({
        "Status": status, "StartTime": started, "LogGroup": GROUP, "LogStream": crawl.name, "MessagePrefix": prefix,
    });
    if let Some(error) = error {
        last["ErrorMessage"] = error.into();
    }
    glue.with(&place, |shelf| {
        if let Some(crawler) = shelf.crawlers.get_mut(&crawl.name) {
            crawler.last = Some(last);
            crawler.switch = None;
            // Milliseconds: what has more digits does not come back from JSON as it was.
            let seconds = ((crawler::now_seconds() - started) * 1000.0).round() / 1000.0;
            crawler.metrics = Metrics { seconds, ..metrics };
            crawler.state = "READY";
        }
    });
}

/// List, infer, write. The error is what the crawler shows as ErrorMessage.
async fn work(glue: &Arc<Glue>, crawl: &Crawl) -> Result<(Metrics, Vec<String>, BTreeSet<String>), String> {
    let targets = crawl.wish.get("Targets").cloned().unwrap_or_default();
    let mut metrics = Metrics::default();
    let mut lines = Vec::new();
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let is_asked = |(_, list): &(&String, &Value)| list.as_array().is_some_and(|list| !list.is_empty());
    let mut others =
        targets.as_object().into_iter().flatten().filter(|(kind, _)| *kind != "S3Targets").filter(is_asked);
    if let Some((kind, _)) = others.next() {
        return Err(format!("The local endpoint crawls S3Targets, not {kind}; AWS would crawl them"));
    }
    for target in targets["S3Targets"].as_array().into_iter().flatten() {
        found.extend(crawl_table::find(&glue.cloud, crawl, target, &mut seen).await?);
    }
    lines.push(format!(
        "BENCHMARK : Classification complete, writing results to database {}",
        crawl.text("DatabaseName")
    ));
    crawl_write::write(&glue.cloud, crawl, &found, &mut metrics, &mut lines).await?;
    Ok((metrics, lines, seen))
}
