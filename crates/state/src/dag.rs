//! What one run of a pipeline does: its tables and transforms as a graph of tasks. All names come from
//! [`Pipeline::physical`], so a task cannot start a job or a crawler that is called differently.

use crate::Kind;
use crate::wish::{Pipeline, Table};
use std::collections::BTreeMap;
use std::time::Duration;
use strata_slices::{Grain, Input};
use strata_tasks::{DATE_DIGITS, Graph, MONTH_DIGITS, Retries, Task, Work};

/// Key of the DAG module, which is the same for every pipeline.
pub const MODULE_KEY: &str = "dags/strata_pipeline.py";

/// How long to wait for the file of the day, and for a crawl.
const HOUR: Duration = Duration::from_secs(3600);
/// Glue stops a run of a job by itself; this is for one that Glue has lost.
const LOST: Duration = Duration::from_secs(600);

/// Key of the pipeline's own tasks, next to the module.
#[must_use]
pub fn key(pipeline: &Pipeline) -> String {
    format!("dags/{}.strata.json", pipeline.name)
}

/// The DAG's id: `driven_data_pipeline`, with the env behind it where that is not `dev`.
#[must_use]
pub fn id(pipeline: &Pipeline) -> String {
    let name = pipeline.name.replace('-', "_");
    let suffix = if pipeline.env == "dev" { String::new() } else { format!("_{}", pipeline.env.replace('-', "_")) };
    format!("{name}_pipeline{suffix}")
}

/// One line for people: `driven-data in dev: 9 transforms from 1 input tables`.
#[must_use]
pub fn description(pipeline: &Pipeline) -> String {
    let (many, from) = (pipeline.transforms.len(), input(pipeline).count());
    format!("{} in {}: {many} transforms from {from} input tables", pipeline.name, pipeline.env)
}

/// The tasks of a run.
///
/// Input tables (those that no transform makes) are waited for, where they have a file of the day, and then crawled;
/// each transform runs when all that it reads is there; what it made is crawled; the last task checks that the day is
/// complete and in time.
#[must_use]
pub fn graph(pipeline: &Pipeline, account: &str, region: &str) -> Graph {
    let name = |kind: Kind, name: &str| pipeline.physical(kind, name, account, region);
    let mut tasks: Vec<Task> = Vec::new();
    // The task after which a table is there.
    let mut ready: BTreeMap<&str, String> = BTreeMap::new();
    let mut add = |id: String, work: Work, after: Vec<String>, timeout: Duration| {
        tasks.push(Task { id: id.clone(), work, after, timeout });
        id
    };
    for (table, wish) in input(pipeline) {
        if let Some(key) = awaited(wish) {
            let work = Work::File { table: table.clone(), key };
            ready.insert(table, add(format!("wait_for_{table}"), work, Vec::new(), HOUR));
        }
        if let Some(crawler) = &wish.crawler {
            let work = Work::Crawl { table: table.clone(), crawler: name(Kind::Crawler, crawler) };
            let after = ready.get(table.as_str()).cloned().into_iter().collect();
            ready.insert(table, add(format!("crawl_{table}"), work, after, HOUR));
        }
    }
    // What is only queried is described, too, and delays nothing.
    for (table, wish) in
        pipeline.tables.iter().filter(|(table, _)| !is_read(pipeline, table) && !is_made(pipeline, table))
    {
        if let Some(crawler) = &wish.crawler {
            let work = Work::Crawl { table: table.clone(), crawler: name(Kind::Crawler, crawler) };
            add(format!("crawl_{table}"), work, Vec::new(), HOUR);
        }
    }
    let minutes = u64::try_from(pipeline.jobs().timeout_minutes).unwrap_or_default();
    let mut prefixes = Vec::new();
    for transform in pipeline.order().unwrap_or_default().into_iter().flatten() {
        let after = transform.reads.iter().filter_map(|table| ready.get(table.as_str()).cloned()).collect();
        let work = Work::Job { transform: transform.name.clone(), job: name(Kind::Job, &transform.name) };
        let timeout = Duration::from_secs(minutes * 60) + LOST;
        let made = add(transform.name.clone(), work, after, timeout);
        ready.insert(&transform.writes, made.clone());
        let Some(wish) = pipeline.tables.get(&transform.writes) else { continue };
        if let Some(crawler) = &wish.crawler {
            let table = transform.writes.clone();
            let id = format!("crawl_{table}");
            add(id, Work::Crawl { table, crawler: name(Kind::Crawler, crawler) }, vec![made], HOUR);
        }
        if wish.partition.is_some() || wish.grain == Grain::Whole {
            prefixes.push(format!("{}{}", wish.path, wish.layout().pattern()));
        }
    }
    let airflow = pipeline.airflow();
    let mut graph = Graph {
        id: id(pipeline),
        description: description(pipeline),
        schedule: airflow.schedule.clone(),
        start_date: airflow.start_date.clone(),
        ready_by: airflow.ready_by.clone(),
        tags: vec!["strata".to_owned(), pipeline.name.clone(), pipeline.env.clone()],
        region: region.to_owned(),
        bucket: pipeline.bucket(account, region),
        retries: Retries { count: 2, delay: Duration::from_secs(60), longest: Duration::from_secs(600) },
        tasks,
    };
    let after = graph.ends();
    graph.tasks.push(Task { id: "ready".to_owned(), work: Work::Ready { prefixes }, after, timeout: HOUR });
    graph
}

/// The key that a run waits for: the file of its slice, or one that fits where there may be several. Whether that is the
/// newest, or has a date at all, the transform finds out.
fn awaited(table: &Table) -> Option<String> {
    let (file, path) = (table.file.as_ref()?, &table.path);
    let digits = match (table.input(), table.grain) {
        (Input::Newest, Grain::Day) => DATE_DIGITS,
        (Input::Newest, Grain::Month) => MONTH_DIGITS,
        _ => "",
    };
    Some(format!("{path}{digits}{file}"))
}

/// Tables that a transform reads and none makes.
pub fn input(pipeline: &Pipeline) -> impl Iterator<Item = (&String, &Table)> {
    pipeline.tables.iter().filter(move |(name, _)| is_read(pipeline, name) && !is_made(pipeline, name))
}

fn is_read(pipeline: &Pipeline, table: &String) -> bool {
    pipeline.transforms.iter().any(|transform| transform.reads.contains(table))
}

fn is_made(pipeline: &Pipeline, table: &str) -> bool {
    pipeline.transforms.iter().any(|transform| transform.writes == *table)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn driven_data(env: &str) -> Pipeline {
        let text = include_str!("../../../pipelines/driven-data/pipeline.json");
        let mut pipeline = crate::read(text).expect("the pipeline is valid").pipeline;
        pipeline.env = env.to_owned();
        pipeline
    }

    fn tasks(env: &str) -> BTreeMap<String, Task> {
        let graph = graph(&driven_data(env), "123456789012", "eu-central-1");
        assert_eq!(graph.check(), Ok(()));
        graph.tasks.into_iter().map(|task| (task.id.clone(), task)).collect()
    }

    fn job(task: &Task) -> &str {
        let Work::Job { job, .. } = &task.work else { panic!("{task:?} is no job") };
        job
    }

    #[test]
    fn d01_the_dag_calls_jobs_and_crawlers_by_the_names_that_are_created() {
        for env in ["dev", "prod"] {
            let pipeline = driven_data(env);
            let physical = |kind, name: &str| pipeline.physical(kind, name, "123456789012", "eu-central-1");
            let tasks = tasks(env);
            for transform in &pipeline.transforms {
                assert_eq!(job(&tasks[&transform.name]), physical(Kind::Job, &transform.name));
            }
            for (table, wish) in &pipeline.tables {
                if let Some(wanted) = &wish.crawler {
                    let Work::Crawl { crawler, .. } = &tasks[&format!("crawl_{table}")].work else { panic!("{table}") };
                    assert_eq!(*crawler, physical(Kind::Crawler, wanted));
                }
            }
        }
    }

    #[test]
    fn d23_the_network_job_has_one_name() {
        assert_eq!(job(&tasks("dev")["staging_fact_network_usage"]), "staging_fact_network_usage");
        assert_eq!(job(&tasks("prod")["staging_fact_network_usage"]), "staging_fact_network_usage_prod");
    }

    #[test]
    fn d15_trusted_tables_wait_for_the_staging_tables_that_they_read() {
        let tasks = tasks("dev");
        assert_eq!(tasks["payment_data"].after, ["staging_dim_finance", "staging_fact_network_usage"]);
        assert_eq!(tasks["staging_dim_finance"].after, ["crawl_raw"]);
        assert_eq!(tasks["crawl_raw"].after, ["wait_for_raw"]);
    }

    #[test]
    fn d09_the_bucket_is_the_pipelines_and_not_in_the_code() {
        let mut pipeline = driven_data("dev");
        pipeline.storage.get_or_insert_default().bucket = Some("my-own-bucket".into());
        assert_eq!(graph(&pipeline, "123456789012", "eu-central-1").bucket, "my-own-bucket");
    }

    #[test]
    fn a_table_that_no_transform_reads_is_crawled_and_not_waited_for() {
        let mut pipeline = driven_data("dev");
        let raw = pipeline.tables["raw"].clone();
        pipeline.tables.insert("aside".into(), crate::wish::Table { crawler: Some("aside".into()), ..raw });
        let graph = graph(&pipeline, "123456789012", "eu-central-1");
        assert_eq!(graph.check(), Ok(()));
        let of_it: Vec<&Task> = graph.tasks.iter().filter(|task| task.id.ends_with("aside")).collect();
        assert_eq!((of_it.len(), of_it[0].id.as_str(), of_it[0].after.len()), (1, "crawl_aside", 0));
    }

    #[test]
    fn everything_ends_in_the_check_of_the_day() {
        let ready = &tasks("dev")["ready"];
        assert_eq!(ready.after.len(), 9, "{ready:?}");
        let Work::Ready { prefixes } = &ready.work else { panic!("{ready:?}") };
        assert_eq!(prefixes[0], "data/staging/dim_address/batch_date={date}/");
        assert_eq!(id(&driven_data("dev")), "driven_data_pipeline");
        assert_eq!(id(&driven_data("my-copy")), "driven_data_pipeline_my_copy");
    }
}
