//! What Glue knows, for the next start of the endpoint.

use serde_json::{Result, json};
use strata_local_cloud::ENDED;

use crate::check;
use crate::crawler::{self, Crawler};
use crate::job_run::Run;
use crate::store::{Glue, Place, Shelf};

/// All shelves.
pub(crate) fn save(glue: &Glue) -> Result<Option<Vec<u8>>> {
    let shelves = glue.shelves();
    if shelves.values().all(Shelf::is_empty) {
        return Ok(None);
    }
    // Always in the same order: what has not changed is the same bytes.
    let mut all: Vec<(&Place, &Shelf)> = shelves.iter().collect();
    all.sort_by_key(|(place, _)| *place);
    serde_json::to_vec(&all).map(Some)
}

/// Takes all shelves. What was under way has failed.
pub(crate) fn load(glue: &Glue, kept: &[u8]) -> Result<usize> {
    let mut all: Vec<(Place, Shelf)> = serde_json::from_slice(kept)?;
    for (_, shelf) in &mut all {
        shelf.crawlers.iter_mut().for_each(|(name, crawler)| interrupt_crawl(name, crawler));
        shelf.runs.values_mut().flatten().for_each(interrupt_run);
    }
    let count = |shelf: &Shelf| shelf.classifiers.len() + shelf.crawlers.len() + shelf.jobs.len();
    let resources = all.iter().map(|(_, shelf)| count(shelf)).sum();
    *glue.shelves() = all.into_iter().collect();
    Ok(resources)
}

fn interrupt_crawl(name: &str, crawler: &mut Crawler) {
    if crawler.state == "READY" {
        return;
    }
    crawler.state = "READY";
    crawler.last = Some(json!({
        "Status": "FAILED",
        "ErrorMessage": ENDED,
        "StartTime": crawler.started,
        "LogGroup": crate::crawl::GROUP,
        "LogStream": name,
    }));
    crawler.metrics = crawler::Metrics::default();
}

fn interrupt_run(run: &mut Run) {
    if !run.active() {
        return;
    }
    if run.state == "STOPPING" {
        run.state = "STOPPED";
    } else {
        run.state = "FAILED";
        run.value.insert("ErrorMessage".into(), ENDED.into());
    }
    run.value.insert("CompletedOn".into(), check::now());
    run.value.insert("LastModifiedOn".into(), check::now());
}
