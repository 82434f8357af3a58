//! Glue: classifiers, crawlers, jobs and job runs, which moto only pretends to have. Databases, tables, partitions and
//! security configurations stay in moto; this module forwards what it does not know.

mod check;
mod classifier;
mod crawl;
mod crawl_sample;
mod crawl_table;
mod crawl_write;
mod crawler;
mod infer_csv;
mod infer_parquet;
mod job;
mod job_run;
mod job_work;
mod log;
mod page;
mod role;
mod tag;

use crate::{
    call::{Answer, Call},
    world::World,
};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

/// One account in one region.
pub(crate) type Place = (String, String);

/// All accounts and regions.
#[derive(Default)]
pub(crate) struct Glue {
    shelves: Mutex<HashMap<Place, Shelf>>,
}

/// What one account has in one region.
#[derive(Default)]
pub(crate) struct Shelf {
    classifiers: BTreeMap<String, Value>,
    crawlers: BTreeMap<String, crawler::Crawler>,
    jobs: BTreeMap<String, job::Job>,
    /// By the job's name; the newest last.
    runs: BTreeMap<String, Vec<job_run::Run>>,
    /// By `crawler/<name>` or `job/<name>`.
    tags: BTreeMap<String, Map<String, Value>>,
}

impl Glue {
    /// Work on one shelf under the lock. `work` must not wait for anything.
    fn with<T>(&self, place: &Place, work: impl FnOnce(&mut Shelf) -> T) -> T {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        work(shelves.entry(place.clone()).or_default())
    }

    /// Forget everything. Runs that are under way lose their switch, which stops them and their children.
    pub(crate) fn reset(&self) {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Answer `call`, or None when it is moto's.
pub(crate) async fn handle(world: &Arc<World>, call: &Call) -> Option<Answer> {
    let place = (call.account.clone(), call.region.clone());
    let body = &call.body;
    let glue = &world.glue;
    Some(match call.operation.as_str() {
        "CreateClassifier" => glue.with(&place, |shelf| classifier::create(shelf, body)),
        "UpdateClassifier" => glue.with(&place, |shelf| classifier::update(shelf, body)),
        "DeleteClassifier" => glue.with(&place, |shelf| classifier::delete(shelf, body)),
        "GetClassifier" => glue.with(&place, |shelf| classifier::get(shelf, body)),
        "GetClassifiers" => glue.with(&place, |shelf| classifier::list(shelf, body)),

        "CreateCrawler" => crawler::create(world, &place, body).await,
        "UpdateCrawler" => crawler::update(world, &place, body).await,
        "DeleteCrawler" => glue.with(&place, |shelf| crawler::delete(shelf, body)),
        "GetCrawler" => glue.with(&place, |shelf| crawler::get(shelf, body)),
        "GetCrawlers" => glue.with(&place, |shelf| crawler::get_all(shelf, body)),
        "BatchGetCrawlers" => glue.with(&place, |shelf| crawler::batch_get(shelf, body)),
        "ListCrawlers" => glue.with(&place, |shelf| crawler::list(shelf, body)),
        "GetCrawlerMetrics" => glue.with(&place, |shelf| crawler::metrics(shelf, body)),
        "StartCrawler" => crawl::start(world, &place, body),
        "StopCrawler" => glue.with(&place, |shelf| crawl::stop(shelf, body)),

        "CreateJob" => job::create(world, &place, body),
        "UpdateJob" => job::update(world, &place, body),
        "DeleteJob" => glue.with(&place, |shelf| job::delete(shelf, body)),
        "GetJob" => glue.with(&place, |shelf| job::get(shelf, body)),
        "GetJobs" => glue.with(&place, |shelf| job::get_all(shelf, body)),
        "BatchGetJobs" => glue.with(&place, |shelf| job::batch_get(shelf, body)),
        "ListJobs" => glue.with(&place, |shelf| job::list(shelf, body)),
        "StartJobRun" => job_run::start(world, &place, body),
        "GetJobRun" => glue.with(&place, |shelf| job_run::get(shelf, body)),
        "GetJobRuns" => glue.with(&place, |shelf| job_run::get_all(shelf, body)),
        "BatchStopJobRun" => glue.with(&place, |shelf| job_run::batch_stop(shelf, body)),

        "TagResource" | "UntagResource" | "GetTags" => return tag::handle(glue, &place, call),
        _ => return None,
    })
}
