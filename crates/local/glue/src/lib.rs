//! Glue: classifiers, crawlers, jobs and job runs, which moto only pretends to have. Databases, tables, partitions and
//! security configurations stay in moto, to which this service leaves what it does not know.

mod check;
mod classifier;
mod climate;
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
mod kept;
mod log;
mod page;
mod role;
mod store;
mod tag;

use std::sync::Arc;

use futures::FutureExt;
use strata_local_cloud::{Done, Service, Work};
use strata_local_wire::{Call, Handled};

pub use climate::CLIMATE;
pub use store::Glue;
pub use strata_local_engine_script::Python;

impl Service for Glue {
    fn name(&self) -> &'static str {
        "glue"
    }

    fn handle(self: Arc<Self>, call: Call) -> Work<Handled> {
        async move { answer(&self, call).await }.boxed()
    }

    fn save(&self) -> serde_json::Result<Option<Vec<u8>>> {
        kept::save(self)
    }

    fn load(self: Arc<Self>, kept: &[u8]) -> serde_json::Result<usize> {
        kept::load(&self, kept)
    }

    fn reset(self: Arc<Self>) -> Work<Done> {
        self.forget();
        futures::future::ready(Ok(())).boxed()
    }
}

/// Answers a call, or leaves it to moto.
async fn answer(glue: &Arc<Glue>, call: Call) -> Handled {
    let place = call.place();
    let body = &call.input;
    Handled::Answer(match call.operation.as_str() {
        "CreateClassifier" => glue.with(&place, |shelf| classifier::create(shelf, body)),
        "UpdateClassifier" => glue.with(&place, |shelf| classifier::update(shelf, body)),
        "DeleteClassifier" => glue.with(&place, |shelf| classifier::delete(shelf, body)),
        "GetClassifier" => glue.with(&place, |shelf| classifier::get(shelf, body)),
        "GetClassifiers" => glue.with(&place, |shelf| classifier::list(shelf, body)),

        "CreateCrawler" => crawler::create(glue, &place, body).await,
        "UpdateCrawler" => crawler::update(glue, &place, body).await,
        "DeleteCrawler" => glue.with(&place, |shelf| crawler::delete(shelf, body)),
        "GetCrawler" => glue.with(&place, |shelf| crawler::get(shelf, body)),
        "GetCrawlers" => glue.with(&place, |shelf| crawler::get_all(shelf, body)),
        "BatchGetCrawlers" => glue.with(&place, |shelf| crawler::batch_get(shelf, body)),
        "ListCrawlers" => glue.with(&place, |shelf| crawler::list(shelf, body)),
        "GetCrawlerMetrics" => glue.with(&place, |shelf| crawler::metrics(shelf, body)),
        "StartCrawler" => crawl::start(glue, &place, body),
        "StopCrawler" => glue.with(&place, |shelf| crawl::stop(shelf, body)),

        "CreateJob" => job::create(glue, &place, body),
        "UpdateJob" => job::update(glue, &place, body),
        "DeleteJob" => glue.with(&place, |shelf| job::delete(shelf, body)),
        "GetJob" => glue.with(&place, |shelf| job::get(shelf, body)),
        "GetJobs" => glue.with(&place, |shelf| job::get_all(shelf, body)),
        "BatchGetJobs" => glue.with(&place, |shelf| job::batch_get(shelf, body)),
        "ListJobs" => glue.with(&place, |shelf| job::list(shelf, body)),
        "StartJobRun" => job_run::start(glue, &place, body),
        "GetJobRun" => glue.with(&place, |shelf| job_run::get(shelf, body)),
        "GetJobRuns" => glue.with(&place, |shelf| job_run::get_all(shelf, body)),
        "BatchStopJobRun" => glue.with(&place, |shelf| job_run::batch_stop(shelf, body)),

        "TagResource" | "UntagResource" | "GetTags" => {
            return match tag::handle(glue, &place, &call) {
                Some(answer) => Handled::Answer(answer),
                None => Handled::Moto(Box::new(call)),
            };
        }
        _ => return Handled::Moto(Box::new(call)),
    })
}
