//! Glue jobs whose script is a person's own, on the local endpoint: Python shell and Spark, asked with boto3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "local/check.rs"]
mod shared;

use std::process::Command;
use std::time::Duration;

use strata_testkit::{Endpoint, eventually, python, python_of, repository};

/// The environments of jobs, which are made on first use: what their making says would be in a run's log.
fn ready(names: &[&str]) {
    for name in names {
        python_of(name);
    }
}

fn shell(name: &str) {
    ready(&["glue-shell"]);
    shared::check("../own_jobs/shell.py", name, &[]);
}

fn spark(name: &str) {
    ready(&["glue-shell", "glue-spark", "spark-jars"]);
    shared::check("../own_jobs/spark.py", name, &[]);
}

#[test]
fn d2_scripts_that_need_spark_fail_in_a_pythonshell_job() {
    spark("d2_without_spark");
}

#[test]
fn d2_the_same_scripts_write_their_rows_in_a_spark_job() {
    spark("d2_with_spark");
}

#[test]
fn a_spark_job_says_why_it_failed() {
    spark("errors");
}

#[test]
fn a_script_runs_and_its_lines_are_in_the_logs() {
    shell("hello");
    shell("streaming");
}

#[test]
fn a_script_gets_its_arguments() {
    shell("arguments");
}

#[test]
fn modules_come_from_the_bucket() {
    shell("modules");
}

#[test]
fn a_script_works_as_the_jobs_role() {
    ready(&["glue-shell"]);
    let endpoint = Endpoint::start_with(&["--pace", "30"]);
    shared::check_at(&endpoint, "../own_jobs/shell.py", "rights", &[("RECORD", endpoint.record())]);
}

#[test]
fn a_failed_script_is_the_error_of_its_run() {
    shell("failures");
}

#[test]
fn a_stopped_run_leaves_no_process() {
    shell("stop");
}

#[test]
fn a_run_ends_with_its_timeout() {
    shell("timeout");
}

#[test]
fn runs_of_one_job_do_not_mix() {
    shell("at_once");
}

#[test]
fn a_killed_endpoint_takes_its_scripts_along() {
    ready(&["glue-shell"]);
    let mut endpoint = Endpoint::start_with(&["--pace", "30"]);
    let mut command = Command::new(python());
    command.arg(repository().join("tests/own_jobs/shell.py")).arg("endless").envs(endpoint.env());
    let output = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let processes: Vec<u32> = said.split_whitespace().map(|id| id.parse().unwrap()).collect();
    assert_eq!(processes.len(), 2, "{said}");
    endpoint.crash();
    let limit = Duration::from_secs(60);
    eventually("the end of the script and its child", limit, || (!processes.iter().any(|id| runs(*id))).then_some(()));
    let folder = endpoint.dir().join("glue/runs");
    let is_empty = || std::fs::read_dir(&folder).is_ok_and(|mut left| left.next().is_none());
    eventually("the end of the run's folder", limit, || is_empty().then_some(()));
}

/// Whether a process is there and has not ended.
fn runs(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with('Z'))
}
