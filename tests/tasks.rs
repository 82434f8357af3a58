//! `just run` follows the graph of tasks: in its order, side by side where it may, and from where it stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;
use strata_testkit::{World, eventually};
use strata_tests::{Checkout, Said, json as parse};

const DAY: &str = "date=2024-09-15";
const PROGRESS: &str = ".strata/driven-data-dev-local.run";

/// All runs of each job, the newest first.
fn runs(world: &World) -> BTreeMap<String, Vec<Value>> {
    let listed = world.call("glue", "list_jobs", json!({}));
    let names = listed["JobNames"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
    let all = |name: &String| world.call("glue", "get_job_runs", json!({ "JobName": name }))["JobRuns"].clone();
    names.map(|name| (name.clone(), all(&name).as_array().unwrap().clone())).collect()
}

/// How many runs of each job succeeded.
fn succeeded(world: &World) -> BTreeMap<String, usize> {
    let count = |runs: Vec<Value>| runs.iter().filter(|run| run["JobRunState"] == "SUCCEEDED").count();
    runs(world).into_iter().map(|(name, runs)| (name, count(runs))).collect()
}

/// How many crawls were started.
fn crawls(checkout: &Checkout, since: u64) -> usize {
    checkout.endpoint.mutating_since(since).iter().filter(|call| *call == "glue:StartCrawler").count()
}

fn rows(checkout: &Checkout, table: &str) -> Value {
    let said = checkout.done(&["query", "format=json", &format!("SELECT count(*) AS n FROM {table}")]);
    parse(&said.out)[0]["n"].clone()
}

/// What the trusted tables hold, as one number each.
fn all_rows(checkout: &Checkout) -> Vec<Value> {
    ["pii_data", "non_pii_data", "technical_data", "payment_data"].map(|table| rows(checkout, table)).into()
}

fn lines(said: &Said, start: &str) -> Vec<String> {
    said.err.lines().filter_map(|line| line.strip_prefix(start)).map(str::to_owned).collect()
}

#[test]
fn a_run_goes_on_where_a_job_failed() {
    let checkout = Checkout::new();
    checkout.done(&["up"]);
    let refused = json!({ "faults": [{
        "service": "glue", "operation": "StartJobRun", "nth": 3, "kind": "error", "code": "AccessDeniedException",
        "status": 400, "message": "You may not do this."
    }]});
    checkout.endpoint.weather(&refused);
    let said = checkout.strata(&["run", DAY]);
    checkout.endpoint.clear_weather();
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert_eq!(said.err.matches("You may not do this.").count(), 1, "{}", said.err);
    let told = lines(&said, "run: ");
    assert!(told[0].contains(" failed; not started: ") && told[0].contains("ready"), "{told:?}");
    assert!(told[1].contains("strata run from=failed`"), "{told:?}");
    // All that did not wait for it is done.
    let done = std::fs::read_to_string(checkout.path(PROGRESS)).unwrap();
    assert!(done.starts_with("of 2024-09-15\nwait_for_raw\ncrawl_raw\n"), "{done}");
    let staging = done.lines().filter(|line| line.starts_with("staging_")).count();
    assert_eq!(staging, 4, "one of five failed: {done}");

    let since = checkout.endpoint.count();
    let said = checkout.done(&["run", "from=failed"]);
    let many = done.lines().count() - 1;
    assert_eq!(lines(&said, "run: ")[0], format!("continuing with 2024-09-15: {many} tasks are done already"));
    // Nothing was done twice.
    let world = World::of(&checkout.endpoint);
    assert!(succeeded(&world).values().all(|count| *count == 1), "{:?}", succeeded(&world));
    let crawled = done.lines().filter(|line| line.starts_with("crawl_")).count();
    assert_eq!(crawls(&checkout, since), 6 - crawled);
    assert!(!checkout.path(PROGRESS).exists());
    assert_eq!(all_rows(&checkout), vec![json!(1000); 4]);
    // There is nothing to go on with now.
    let since = checkout.endpoint.count();
    let said = checkout.strata(&["run", "from=failed"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("no run is unfinished; `strata run` starts one"), "{}", said.err);
    assert_eq!(checkout.endpoint.mutating_since(since), [""; 0]);
}

#[test]
fn a_run_goes_on_where_it_was_killed() {
    let checkout = Checkout::new();
    checkout.done(&["up"]);
    checkout.endpoint.weather(&json!({ "faults": [{
        "service": "glue", "operation": "StartJobRun", "nth": 7, "kind": "hold_after"
    }]}));
    let mut command = checkout.command(&checkout.path("scripts/strata"), &checkout.path(""));
    let mut child =
        command.args(["run", DAY]).process_group(0).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    eventually("the seventh job to be held", Duration::from_secs(60), || {
        (checkout.endpoint.weather_report()["held"] != 0).then_some(())
    });
    let group = format!("-{}", child.id());
    assert!(Command::new("kill").args(["-KILL", "--", &group]).status().unwrap().success());
    child.wait().unwrap();
    checkout.endpoint.clear_weather();
    let done = std::fs::read_to_string(checkout.path(PROGRESS)).unwrap();
    assert!(done.lines().count() > 3 && !done.contains("ready"), "{done}");
    let world = World::of(&checkout.endpoint);
    let before = runs(&world);
    checkout.done(&["run", "from=failed"]);
    let is_done = |name: &str| done.lines().any(|line| line == name);
    for (name, all) in runs(&world) {
        assert!(!is_done(&name) || all.len() == before[&name].len(), "{name} ran again after {done}");
    }
    assert_eq!(all_rows(&checkout), vec![json!(1000); 4]);
}

#[test]
fn what_does_not_wait_runs_side_by_side_and_what_waits_after_it() {
    let checkout = Checkout::new();
    checkout.done(&["up"]);
    let since = checkout.endpoint.count();
    checkout.done(&["run", DAY]);
    // One crawl and one run for each task of the graph, and no more.
    assert_eq!(crawls(&checkout, since), 6);
    let runs = runs(&World::of(&checkout.endpoint));
    assert!(runs.len() == 9 && runs.values().all(|runs| runs.len() == 1), "{runs:?}");
    let time = |name: &str, field: &str| runs[name][0][field].as_str().unwrap().to_owned();
    for before in ["staging_dim_finance", "staging_fact_network_usage"] {
        assert!(time(before, "CompletedOn") <= time("payment_data", "StartedOn"), "{before}");
    }
    let staging: Vec<&String> = runs.keys().filter(|name| name.starts_with("staging_")).collect();
    let first_end = staging.iter().map(|name| time(name, "CompletedOn")).min().unwrap();
    assert!(
        staging.iter().filter(|name| time(name, "StartedOn") < first_end).count() > 1,
        "one after the other: {runs:?}"
    );
}

#[test]
fn rebuild_goes_on_too_and_from_failed_stands_alone() {
    let checkout = Checkout::new();
    checkout.done(&["up", "run", DAY, "run", "date=2024-09-16"]);
    checkout.endpoint.weather(&json!({ "faults": [{
        "service": "glue", "operation": "StartJobRun", "nth": 1, "kind": "error", "code": "AccessDeniedException",
        "status": 400, "message": "You may not do this."
    }]}));
    let said = checkout.strata(&["run", "rebuild"]);
    checkout.endpoint.clear_weather();
    assert_eq!(said.code, Some(1), "{}", said.err);
    let said = checkout.done(&["run", "from=failed"]);
    assert!(
        said.err.contains("continuing with rebuild") && said.err.contains("run: all days are rebuilt"),
        "{}",
        said.err
    );
    assert_eq!(all_rows(&checkout), vec![json!(2000); 4]);
    for words in
        [&["run", "from=failed", "rebuild"][..], &["run", "from=failed", DAY], &["run", "from=failed", "generate"]]
    {
        let said = checkout.strata(words);
        assert_eq!(said.code, Some(2), "{words:?}: {}", said.err);
        assert!(said.err.contains("`from=failed` takes no date"), "{words:?}: {}", said.err);
    }
}

#[test]
fn a_run_that_stopped_goes_with_down() {
    let checkout = Checkout::new();
    checkout.done(&["up"]);
    let no_input = checkout.strata(&["run", "input=none.csv", DAY]);
    assert_ne!(no_input.code, Some(0));
    assert!(!checkout.path(PROGRESS).exists(), "nothing of it has begun");
    checkout.endpoint.weather(&json!({ "faults": [{
        "service": "glue", "operation": "StartCrawler", "nth": 1, "kind": "error", "code": "AccessDeniedException",
        "status": 400, "message": "You may not do this."
    }]}));
    let said = checkout.strata(&["run", DAY]);
    checkout.endpoint.clear_weather();
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(checkout.path(PROGRESS).exists());
    checkout.done(&["down"]);
    assert!(!checkout.path(PROGRESS).exists());
}
