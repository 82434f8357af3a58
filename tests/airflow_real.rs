//! Apache Airflow for real: an environment that asks for it runs the pipeline, changes with the bucket, and goes without a
//! trace. `airflow_real/drive.py` talks to it with boto3, as any client would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "airflow_real/life.rs"]
mod life;

use life::{DAY, ENVIRONMENT, ONE, chain, drive, nothing_is_left, pipeline, processes, program};
use serde_json::{Value, json};
use std::sync::PoisonError;
use strata_testkit::{Endpoint, run};

/// Every task came to success with its first try.
fn all_green(ended: &Value, count: usize) {
    let states: Vec<&Value> = ended["tasks"].as_object().unwrap().values().collect();
    assert_eq!(states.len(), count, "{ended}");
    assert!(states.iter().all(|task| **task == json!(["success", 1])), "{ended}");
}

fn whole_life(version: &str) {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut endpoint = Endpoint::start();
    let document = strata_tests::up(&strata_tests::LAYERS, &pipeline(version, &[]), &endpoint.env());
    let day = chain(&endpoint, &[&["datagen", "generate", "--to", "bucket", "--date", DAY]], &document);

    // Every task is green, and the tables hold what the programs make without Airflow.
    all_green(&drive(&endpoint, &["run", ENVIRONMENT, DAY]), 17);
    let by_airflow = drive(&endpoint, &["tables"]);
    assert_eq!(by_airflow.as_object().unwrap().len(), 9, "{by_airflow}");
    drive(&endpoint, &["forget"]);
    chain(&endpoint, &[&["catalog", "crawl", "raw"], &["jobs", "run", "--date", DAY], &["catalog", "crawl"]], &day);
    assert_eq!(drive(&endpoint, &["tables"]), by_airflow);

    // A DAG that was written without a thought of this runs as it is: 200 rows of today, in the file and in six tables.
    let own = drive(&endpoint, &["console", ENVIRONMENT]);
    all_green(&own, 12);
    assert!(own["rows"].as_object().unwrap().values().all(|rows| *rows == 200), "{own}");

    // Its calls are made with the environment's role, and its logs are in CloudWatch.
    assert!(drive(&endpoint, &["logs", ENVIRONMENT])["Task"].as_u64().unwrap() >= 17);
    let role = drive(&endpoint, &["identity", ENVIRONMENT]);
    assert!(role.as_str().unwrap().contains("assumed-role/"), "{role}");

    // The bucket's DAGs come, are told to be broken, and go.
    assert_eq!(drive(&endpoint, &["sync", ENVIRONMENT]), json!("ok"));
    // Command lines and logins as MWAA has them.
    assert_eq!(drive(&endpoint, &["doors", ENVIRONMENT]), json!("ok"));

    // Nothing to do the second time; gone without a trace.
    let before = endpoint.count();
    assert_eq!(program(&endpoint, "airflow", &["up"], &document).stdout, document);
    assert_eq!(endpoint.mutating_since(before).iter().filter(|call| call.starts_with("airflow:")).count(), 0);
    assert!(!processes(&endpoint).is_empty());
    chain(&endpoint, &[&["airflow", "down"]], &document);
    nothing_is_left(&endpoint);

    // It comes again from what is installed, and a killed endpoint takes it along.
    chain(&endpoint, &[&["airflow", "up"]], &document);
    assert!(!processes(&endpoint).is_empty());
    endpoint.crash();
    nothing_is_left(&endpoint);
}

#[test]
fn airflow_2_runs_the_pipeline() {
    whole_life("2.10.3");
}

#[test]
fn airflow_3_runs_the_pipeline() {
    whole_life("3.2.1");
}

#[test]
fn requirements_and_plugins_are_installed_or_told_and_updates_and_kills_keep_the_database() {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let endpoint = Endpoint::start();
    let layers: [&[&str]; 3] = [&["net", "up"], &["iam", "up"], &["storage", "up"]];
    // It contradicts Airflow's own packages.
    let document = chain(&endpoint, &layers, &pipeline("2.10.3", &["sqlalchemy==2.0.36"]));
    let output = program(&endpoint, "airflow", &["up"], &document);
    assert_ne!(output.status, Some(0));
    assert!(
        output.stderr.contains("CREATE_FAILED") && output.stderr.contains("sqlalchemy==2.0.36"),
        "{}",
        output.stderr
    );
    nothing_is_left(&endpoint);

    let change = |document: &str, pointer: &str, value: Value| {
        let mut document: Value = serde_json::from_str(document).unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        document.to_string()
    };
    let other = change(&document, "/pipeline/airflow/version", json!("2.9.2"));
    let output = program(&endpoint, "airflow", &["up", "--yes"], &other);
    assert_ne!(output.status, Some(0));
    assert!(output.stderr.contains("The versions that can: 2.10.3, 2.11.2, 3.0.6, 3.2.1."), "{}", output.stderr);

    let good = change(&document, "/pipeline/airflow/requirements", json!(["iniconfig==2.0.0"]));
    let good = chain(&endpoint, &[&["storage", "up"], &["airflow", "up", "--yes"]], &good);
    assert_eq!(drive(&endpoint, &["imports", ENVIRONMENT, "iniconfig"]), json!("ok"));

    // An update restarts it; what it knew, it knows.
    drive(&endpoint, &["remember", ENVIRONMENT, "a secret"]);
    let before = endpoint.count();
    let option = json!({ "core.max_active_tasks_per_dag": "3" });
    chain(&endpoint, &[&["airflow", "up"]], &change(&good, "/pipeline/airflow/config", option));
    assert!(endpoint.mutating_since(before).contains(&"airflow:UpdateEnvironment".to_owned()));
    assert_eq!(drive(&endpoint, &["option", ENVIRONMENT]), json!("3"));
    assert_eq!(drive(&endpoint, &["recall", ENVIRONMENT]), json!("a secret"));

    // plugins.zip and a startup script, as users of MWAA know them.
    assert_eq!(drive(&endpoint, &["plugins", ENVIRONMENT]), json!("ok"));

    // Killed, it comes again.
    for process in processes(&endpoint) {
        run("kill", &["-9", process.split_whitespace().next().unwrap()], "", &[]);
    }
    let supervisor = "supervise.py";
    let all = run("ps", &["ax", "-o", "pid,command"], "", &[]).stdout;
    let ours = |line: &&str| line.contains(supervisor) && line.contains(endpoint.dir().to_str().unwrap());
    let killed = all.lines().find(ours).and_then(|line| line.split_whitespace().next()).unwrap();
    run("kill", &["-9", killed], "", &[]);
    assert_eq!(drive(&endpoint, &["recall", ENVIRONMENT]), json!("a secret"));
    chain(&endpoint, &[&["airflow", "down"]], &good);
    nothing_is_left(&endpoint);
}
