//! What the tests of a real Airflow share: the pipeline, programs against an endpoint, and what is left of it.

use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;
use strata_testkit::{Endpoint, Output, bin, eventually, python, repository, run};

/// The environment that the pipeline makes.
pub(crate) const ENVIRONMENT: &str = "driven-data-dev-airflow";
/// A day of the past.
pub(crate) const DAY: &str = "2024-09-15";

/// One Airflow after the other: each takes a core and a gigabyte.
pub(crate) static ONE: Mutex<()> = Mutex::new(());

/// The pipeline with a real Airflow, and a schedule that makes no run by itself.
pub(crate) fn pipeline(version: &str, requirements: &[&str]) -> String {
    let text = std::fs::read_to_string(repository().join("pipelines/driven-data/pipeline.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let airflow = &mut document["pipeline"]["airflow"];
    airflow["version"] = json!(version);
    airflow["local"] = json!("real");
    airflow["schedule"] = json!("0 7 29 2 *");
    airflow["requirements"] = json!(requirements);
    airflow["config"] = json!({ "core.max_active_tasks_per_dag": "4" });
    document.to_string()
}

pub(crate) fn program(endpoint: &Endpoint, name: &str, args: &[&str], stdin: &str) -> Output {
    run(bin(name), args, stdin, &endpoint.env())
}

/// The document after these programs, one after the other.
pub(crate) fn chain(endpoint: &Endpoint, steps: &[&[&str]], document: &str) -> String {
    steps.iter().fold(document.to_owned(), |document, step| {
        let output = program(endpoint, step[0], &step[1..], &document);
        assert_eq!(output.status, Some(0), "{step:?}: {}", output.stderr);
        output.stdout
    })
}

/// What `drive.py` says to a command.
pub(crate) fn drive(endpoint: &Endpoint, words: &[&str]) -> Value {
    let script = repository().join("tests/airflow_real/drive.py");
    let arguments: Vec<&str> = [script.to_str().unwrap()].iter().chain(words).copied().collect();
    let output = run(python(), &arguments, "", &endpoint.env());
    assert_eq!(output.status, Some(0), "{words:?}: {}{}", output.stdout, output.stderr);
    serde_json::from_str(&output.stdout).unwrap()
}

/// Processes of any Airflow in this endpoint's folder.
pub(crate) fn processes(endpoint: &Endpoint) -> Vec<String> {
    let home = format!("AIRFLOW_HOME={}", endpoint.dir().canonicalize().unwrap().display());
    let all = run("ps", &["axeww", "-o", "pid,command"], "", &[]);
    all.stdout.lines().filter(|line| line.contains(&home)).map(str::to_owned).collect()
}

pub(crate) fn nothing_is_left(endpoint: &Endpoint) {
    let folder = endpoint.dir().join("mwaa/eu-central-1").join(ENVIRONMENT);
    eventually("no process and no folder of Airflow", Duration::from_secs(20), || {
        (processes(endpoint).is_empty() && !folder.exists()).then_some(())
    });
}
