//! What Airflow runs: the tasks of one pipeline as one JSON object in the bucket. `storage` writes it beside the DAG
//! module (`scripts/dags/`), which turns every such object into a DAG. All names come from [`Pipeline::physical`], so a
//! task cannot start a job or a crawler that is called differently.

use crate::Kind;
use crate::wish::{Pipeline, Table};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Key of the DAG module, which is the same for every pipeline.
pub const MODULE_KEY: &str = "dags/strata_pipeline.py";

/// Key of the pipeline's own tasks, beside the module.
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

/// The DAG as JSON. In keys, `{date}` stands for the day of the run.
///
/// Input tables (those that no transform makes) are waited for, where they have a file of the day, and then crawled;
/// each transform runs when all that it reads is there; what it made is crawled; at last somebody checks that the day is
/// complete and in time.
#[must_use]
pub fn dag(pipeline: &Pipeline, account: &str, region: &str) -> Value {
    let name = |kind: Kind, name: &str| pipeline.physical(kind, name, account, region);
    let made: BTreeSet<&str> = pipeline.transforms.iter().map(|transform| transform.writes.as_str()).collect();
    let mut tasks = Vec::new();
    for (table, wish) in input(pipeline) {
        let wait = format!("wait_for_{table}");
        if let Some(file) = &wish.file {
            tasks.push(json!({ "id": wait, "kind": "file", "key": format!("{}{file}", wish.path), "after": [] }));
        }
        if let Some(crawler) = &wish.crawler {
            let after: Vec<&String> = wish.file.iter().map(|_| &wait).collect();
            let crawler = name(Kind::Crawler, crawler);
            tasks.push(json!({ "id": format!("crawl_{table}"), "kind": "crawler", "name": crawler, "after": after }));
        }
    }
    let writer = |table: &str| pipeline.transforms.iter().find(|transform| transform.writes == table);
    let ready = |table: &String| match (writer(table), pipeline.tables.get(table)) {
        (Some(transform), _) => Some(transform.name.clone()),
        (None, Some(wish)) if wish.crawler.is_some() => Some(format!("crawl_{table}")),
        (None, Some(wish)) if wish.file.is_some() => Some(format!("wait_for_{table}")),
        _ => None,
    };
    let mut days = Vec::new();
    for transform in pipeline.order().unwrap_or_default().into_iter().flatten() {
        let after: Vec<String> = transform.reads.iter().filter_map(ready).collect();
        let job = name(Kind::Job, &transform.name);
        tasks.push(json!({ "id": transform.name, "kind": "job", "name": job, "after": after }));
        let Some(wish) = pipeline.tables.get(&transform.writes) else { continue };
        if let Some(crawler) = &wish.crawler {
            let (id, crawler) = (format!("crawl_{}", transform.writes), name(Kind::Crawler, crawler));
            tasks.push(json!({ "id": id, "kind": "crawler", "name": crawler, "after": [transform.name] }));
        }
        if let Some(partition) = &wish.partition {
            days.push(format!("{}{partition}={{date}}/", wish.path));
        }
    }
    let last = ends(&tasks);
    tasks.push(json!({ "id": "ready", "kind": "ready", "prefixes": days, "after": last }));
    let airflow = pipeline.airflow();
    json!({
        "dag_id": id(pipeline),
        "description": format!("{} in {}: {} transforms from {} input tables", pipeline.name, pipeline.env, made.len(), input(pipeline).count()),
        "schedule": airflow.schedule,
        "start_date": airflow.start_date,
        "ready_by": airflow.ready_by,
        "tags": ["strata", pipeline.name, pipeline.env],
        "region": region,
        "bucket": pipeline.bucket(account, region),
        "job_minutes": pipeline.jobs().timeout_minutes,
        "tasks": tasks
    })
}

/// The DAG as the text that is uploaded.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn print(pipeline: &Pipeline, account: &str, region: &str) -> Result<String, crate::Error> {
    let mut text = serde_json::to_string_pretty(&dag(pipeline, account, region)).map_err(crate::Error::Print)?;
    text.push('\n');
    Ok(text)
}

/// Tables that a transform reads and none makes.
pub fn input(pipeline: &Pipeline) -> impl Iterator<Item = (&String, &Table)> {
    let read = |name: &String| pipeline.transforms.iter().any(|transform| transform.reads.contains(name));
    let made = |name: &String| pipeline.transforms.iter().any(|transform| transform.writes == *name);
    pipeline.tables.iter().filter(move |(name, _)| read(name) && !made(name))
}

/// Tasks that nothing waits for.
fn ends(tasks: &[Value]) -> Vec<Value> {
    let waited: Vec<&Value> = tasks.iter().filter_map(|task| task["after"].as_array()).flatten().collect();
    tasks.iter().map(|task| &task["id"]).filter(|id| !waited.contains(id)).cloned().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn driven_data(env: &str) -> Pipeline {
        let text = include_str!("../../../pipelines/driven-data/pipeline.json");
        let mut pipeline = crate::read(text).expect("the pipeline is valid").pipeline;
        pipeline.env = env.to_owned();
        pipeline
    }

    fn tasks(env: &str) -> BTreeMap<String, Value> {
        let dag = dag(&driven_data(env), "123456789012", "eu-central-1");
        let tasks = dag["tasks"].as_array().expect("tasks").clone();
        tasks.into_iter().map(|task| (task["id"].as_str().unwrap_or_default().to_owned(), task)).collect()
    }

    #[test]
    fn d01_the_dag_calls_jobs_and_crawlers_by_the_names_that_are_created() {
        for env in ["dev", "prod"] {
            let pipeline = driven_data(env);
            let physical = |kind, name: &str| pipeline.physical(kind, name, "123456789012", "eu-central-1");
            let tasks = tasks(env);
            for transform in &pipeline.transforms {
                assert_eq!(tasks[&transform.name]["name"], physical(Kind::Job, &transform.name));
            }
            for (table, wish) in &pipeline.tables {
                if let Some(crawler) = &wish.crawler {
                    assert_eq!(tasks[&format!("crawl_{table}")]["name"], physical(Kind::Crawler, crawler));
                }
            }
        }
    }

    #[test]
    fn d23_the_network_job_has_one_name() {
        assert_eq!(tasks("dev")["staging_fact_network_usage"]["name"], "staging_fact_network_usage");
        assert_eq!(tasks("prod")["staging_fact_network_usage"]["name"], "staging_fact_network_usage_prod");
    }

    #[test]
    fn d15_trusted_tables_wait_for_the_staging_tables_that_they_read() {
        let tasks = tasks("dev");
        assert_eq!(tasks["payment_data"]["after"], json!(["staging_dim_finance", "staging_fact_network_usage"]));
        assert_eq!(tasks["staging_dim_finance"]["after"], json!(["crawl_raw"]));
        assert_eq!(tasks["crawl_raw"]["after"], json!(["wait_for_raw"]));
    }

    #[test]
    fn d09_the_bucket_is_the_pipelines_and_not_in_the_code() {
        let mut pipeline = driven_data("dev");
        pipeline.storage.get_or_insert_default().bucket = Some("my-own-bucket".into());
        assert_eq!(dag(&pipeline, "123456789012", "eu-central-1")["bucket"], "my-own-bucket");
    }

    #[test]
    fn everything_ends_in_the_check_of_the_day() {
        let ready = &tasks("dev")["ready"];
        assert_eq!(ready["after"].as_array().map(Vec::len), Some(9), "{ready}");
        assert_eq!(ready["prefixes"][0], "data/staging/dim_address/batch_date={date}/");
        assert_eq!(id(&driven_data("dev")), "driven_data_pipeline");
        assert_eq!(id(&driven_data("my-copy")), "driven_data_pipeline_my_copy");
    }
}
