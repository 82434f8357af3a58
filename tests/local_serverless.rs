//! MWAA Serverless on the local endpoint: the API, and runs that do real Glue work, asked with boto3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "local/check.rs"]
mod shared;

use std::process::Command;
use std::time::Duration;

use strata_testkit::{Endpoint, bin, eventually, python, repository, run};

/// Slow enough that a job is still starting when it is stopped.
const SLOW: [&str; 2] = ["--pace", "1500"];

fn serverless(name: &str) {
    shared::check("serverless.py", name, &[]);
}

fn runs(name: &str) {
    shared::check("serverless_runs.py", name, &[]);
}

/// A check against an endpoint of its own; the answer is what it printed.
fn runs_at(name: &str, env: &[(&str, &str)]) -> String {
    let script = repository().join("tests/local/serverless_runs.py");
    let mut command = Command::new(python());
    command.arg(script).arg(name).envs(env.iter().copied()).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The processes that this one has started.
fn children(parent: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    all.filter(|id: &u32| parent_of(*id) == Some(parent)).collect()
}

fn parent_of(id: u32) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before it may hold anything, in brackets.
    text.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

#[test]
fn a_workflow_is_made_changed_and_deleted_and_its_definition_is_a_snapshot() {
    serverless("life");
}

#[test]
fn one_version_can_be_deleted() {
    serverless("one_version_goes");
}

#[test]
fn a_client_token_makes_one_thing() {
    serverless("tokens");
}

#[test]
fn what_aws_refuses_is_refused_before_anything_is_made() {
    serverless("refusals");
}

#[test]
fn a_run_waits_runs_a_job_and_crawls() {
    runs("a_run");
}

#[test]
fn tasks_run_side_by_side() {
    runs("side_by_side");
}

#[test]
fn a_failed_task_is_tried_again_and_says_why_in_its_log() {
    runs("failures");
}

#[test]
fn each_way_to_fail_says_what_it_is() {
    runs("ways_to_fail");
}

#[test]
fn templates_have_the_variables_of_the_service() {
    runs("templates");
}

#[test]
fn a_schedule_starts_runs() {
    serverless("schedule");
}

#[test]
fn stopping_a_run_or_deleting_its_workflow_stops_its_job() {
    let endpoint = Endpoint::start_with(&SLOW);
    runs_at("stop", &endpoint.env());
    runs_at("delete_stops", &endpoint.env());
}

#[test]
fn a_reset_ends_runs() {
    let endpoint = Endpoint::start_with(&SLOW);
    runs_at("under_way", &endpoint.env());
    endpoint.reset();
    let before = endpoint.count();
    // Another run takes longer than the first one would wait before it asks for its job again.
    runs_at("empty_run", &endpoint.env());
    let calls = endpoint.requests(before);
    assert!(calls.iter().any(|call| call["operation"] == "GetWorkflowRun"), "{calls:?}");
    assert!(calls.iter().all(|call| call["service"] != "glue"), "{calls:?}");
}

#[test]
fn killed_in_the_middle_of_a_run_it_leaves_nothing_that_runs() {
    let mut endpoint = Endpoint::start_with(&SLOW);
    let (id, _) = endpoint.processes();
    let worked = || {
        let found = children(id);
        (found.len() > 1).then_some(found)
    };
    // A job's process is soon gone: it is looked for while the run is being started.
    let started = std::thread::scope(|scope| {
        scope.spawn(|| runs_at("under_way", &endpoint.env()));
        eventually("the job to have a process", Duration::from_secs(60), worked)
    });
    endpoint.crash();
    let gone = |id: &u32| !std::path::Path::new(&format!("/proc/{id}")).exists();
    eventually("all its processes to end", Duration::from_secs(20), || started.iter().all(gone).then_some(()));

    // The workflow is there again, and its run has failed.
    let dir = endpoint.dir().to_str().unwrap().to_owned();
    let venv = repository().join(".local/venv");
    let started =
        run(bin("local"), &["start", "--port", "0", "--dir", &dir, "--venv", venv.to_str().unwrap()], "", &[]);
    assert_eq!(started.status, Some(0), "{}", started.stderr);
    let about = std::fs::read_to_string(endpoint.dir().join("endpoint.json")).unwrap();
    let about: serde_json::Value = serde_json::from_str(&about).unwrap();
    let mut env = endpoint.env().to_vec();
    env[0].1 = about["url"].as_str().unwrap();
    let asked = std::panic::catch_unwind(|| runs_at("interrupted", &env));
    let stopped = run(bin("local"), &["stop", "--dir", &dir], "", &[]);
    assert_eq!(stopped.status, Some(0), "{}", stopped.stderr);
    asked.unwrap();
}
