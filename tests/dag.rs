//! The DAG module on the Airflow versions that MWAA offers: it has to import, and say what the pipeline says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use serde_json::{Value, json};
use std::path::Path;
use strata_state::wish::Pipeline;
use strata_state::{Kind, dag};
use strata_testkit::{repository, run};
use strata_tests::airflow;

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";

fn pipeline() -> Pipeline {
    let text = std::fs::read_to_string(repository().join("pipelines/driven-data/pipeline.json")).unwrap();
    strata_state::read(&text).unwrap().pipeline
}

/// A folder as MWAA gets it: the module and the pipeline's tasks.
fn dags(pipeline: &Pipeline) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |key: &str| folder.path().join(Path::new(key).file_name().unwrap());
    std::fs::copy(repository().join("scripts").join(dag::MODULE_KEY), at(dag::MODULE_KEY)).unwrap();
    std::fs::write(at(&dag::key(pipeline)), strata_tasks::airflow::print(&dag::graph(pipeline, ACCOUNT, REGION)))
        .unwrap();
    folder
}

/// What Airflow makes of the folder. With `packages` these are there, too.
fn parse(version: &str, folder: &Path, packages: Option<&Path>, endpoint: Option<&str>) -> Value {
    let script = repository().join("tests/airflow/parse.py");
    let mut arguments = vec![script.to_str().unwrap(), folder.to_str().unwrap()];
    arguments.extend(endpoint);
    let more: Vec<(&str, &str)> = packages.iter().map(|path| ("PYTHONPATH", path.to_str().unwrap())).collect();
    let output = run(airflow(version), &arguments, "", &more);
    let last = output.stdout.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|_| panic!("{}{}", output.stdout, output.stderr))
}

fn check(version: &str, exactly: &str) {
    let pipeline = pipeline();
    let folder = dags(&pipeline);
    let bag = parse(version, folder.path(), None, None);
    assert_eq!(bag["airflow"], exactly);
    assert_eq!(bag["errors"], json!({}));
    let found = &bag["dags"]["driven_data_pipeline"];
    assert_eq!(found["schedule"], "0 7 * * *");
    assert_eq!(found["start_date"], "2024-09-28");
    assert_eq!((&found["catchup"], &found["max_active_runs"]), (&json!(false), &json!(1)));
    assert_eq!(found["limited"], true, "a run ends before the next day's");

    let wanted = dag::graph(&pipeline, ACCOUNT, REGION);
    let tasks = found["tasks"].as_object().unwrap();
    assert_eq!(tasks.len(), wanted.tasks.len());
    for task in &wanted.tasks {
        let made = &tasks[&task.id];
        let mut after = task.after.clone();
        after.sort_unstable();
        assert_eq!(made["after"], json!(after), "{task:?}");
        let timeout = json!(task.timeout.as_secs_f64());
        assert_eq!((&made["retries"], &made["timeout"]), (&json!(wanted.retries.count), &timeout), "{task:?}");
    }
    // D1, D23: one name in the DAG, in Glue and in the policy.
    let job = pipeline.physical(Kind::Job, "staging_fact_network_usage", ACCOUNT, REGION);
    assert_eq!(tasks["staging_fact_network_usage"]["job_name"], job);
    assert_eq!(tasks["staging_fact_network_usage"]["script_args"]["--date"], "{{ params.date or ds }}");
    assert_eq!(tasks["crawl_raw"]["config"]["Name"], "raw_driven_data");
    // D9, D11: bucket and day come from the pipeline and the run.
    assert_eq!(tasks["wait_for_raw"]["bucket_name"], pipeline.bucket(ACCOUNT, REGION));
    assert_eq!(tasks["wait_for_raw"]["bucket_key"], "data/raw/raw_batch_data_{{ params.date or ds }}.csv");

    let script = repository().join("tests/airflow/ready.py");
    let home = folder.path().to_str().unwrap();
    let arguments = [script.to_str().unwrap(), home];
    let output = run(airflow(version), &arguments, "", &[("AIRFLOW_HOME", home)]);
    assert_eq!(output.status, Some(0), "{}{}", output.stdout, output.stderr);
}

/// Which tasks hold no worker while AWS works, in an image that has what triggers need.
fn deferred(version: &str, endpoint: Option<&str>) -> (Value, Value) {
    let (folder, packages) = (dags(&pipeline()), tempfile::tempdir().unwrap());
    std::fs::create_dir(packages.path().join("aiobotocore")).unwrap();
    std::fs::write(packages.path().join("aiobotocore/__init__.py"), "").unwrap();
    let bag = parse(version, folder.path(), Some(packages.path()), endpoint);
    assert_eq!(bag["errors"], json!({}));
    let tasks = &bag["dags"]["driven_data_pipeline"]["tasks"];
    (tasks["crawl_raw"]["deferrable"].clone(), tasks["payment_data"]["deferrable"].clone())
}

#[test]
fn tasks_are_deferred_where_the_image_can_and_the_role_may() {
    assert_eq!(deferred("2.9", None), (json!(true), json!(false)), "its triggers of jobs read logs");
    assert_eq!(deferred("3.0", None), (json!(true), json!(true)));
    let local = deferred("3.0", Some("http://localhost:4566"));
    assert_eq!(local, (json!(false), json!(false)), "a local endpoint is too quick for triggers");
}

#[test]
fn the_dag_loads_and_checks_the_day_on_airflow_2() {
    check("2.9", "2.9.2");
}

#[test]
fn the_dag_loads_and_checks_the_day_on_airflow_3() {
    check("3.0", "3.0.6");
}

#[test]
fn the_dag_loads_and_checks_the_day_on_the_newest_airflow() {
    check("3.3", "3.3.2");
}

#[test]
fn d10_nothing_is_asked_for_while_the_dag_is_read() {
    let text = std::fs::read_to_string(repository().join("scripts").join(dag::MODULE_KEY)).unwrap();
    for word in ["Variable", "Connection", "boto3", "requests"] {
        assert!(!text.contains(&format!("import {word}")), "{word}");
    }
}

#[test]
fn d11_no_day_and_d09_no_bucket_is_in_the_code() {
    let text = std::fs::read_to_string(repository().join("scripts").join(dag::MODULE_KEY)).unwrap();
    assert!(!text.contains("driven") && !text.contains("s3://b") && !text.contains("-bucket"));
    let years = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4).count();
    assert_eq!(years, 0, "a day is written into the DAG");
}
