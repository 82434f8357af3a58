//! The verbs of `airflow` that talk to Airflow, against a small fake of MWAA with Airflow 2 and with 3 in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "airflow_verbs/airflow.rs"]
mod airflow;
#[path = "airflow_verbs/check.rs"]
mod check;
#[path = "airflow_verbs/fake.rs"]
mod fake;

use airflow::{DAG, DUE, Run};
use fake::Fake;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;
use strata_testkit::{Endpoint, World, bin, eventually, repository, run};
use strata_tests::{done, json as parse, pipeline};

fn ran(fake: &Fake, id: &str, day: &str, stage: u8) {
    let conf = json!({ "date": day });
    fake.airflow().runs.push(Run { id: id.to_owned(), logical: None, conf, stage });
}

#[test]
fn a_run_of_a_day_is_started_and_watched_to_its_end() {
    for version in [2, 3] {
        let fake = Fake::start(version);
        let output = fake.run(&["trigger", "--wait", "--date", "2024-09-15"]);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        let id = output.stdout.trim();
        assert!(id.starts_with("strata-2024-09-15-"), "{id}");
        let airflow = fake.airflow();
        assert_eq!(airflow.runs.len(), 1);
        assert_eq!((airflow.runs[0].id.as_str(), &airflow.runs[0].conf), (id, &json!({ "date": "2024-09-15" })));
        assert_eq!(airflow.runs[0].logical, None, "the day is in the configuration alone");
        // Nothing was paused, so nothing was unpaused.
        assert_eq!(airflow.count("PATCH", DAG), 0);
        for line in [
            "task wait_for_raw: deferred",
            "task payment_data: running, try 3",
            "task ready       : success",
            "success in 2 min 29 s",
        ] {
            assert!(output.stderr.contains(line), "{line}: {}", output.stderr);
        }
    }
}

#[test]
fn a_run_that_failed_is_exit_1_with_the_end_of_its_log() {
    let fake = Fake::start(2);
    fake.airflow().failing.push("2024-09-15".into());
    let output = fake.run(&["trigger", "--wait", "--date", "2024-09-15"]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(1), ""), "{}", output.stderr);
    let id = fake.airflow().runs[0].id.clone();
    // The log is where MWAA keeps it. There is none yet, which changes nothing about the run.
    assert!(output.stderr.contains("task payment_data, try 3: it has no log yet"), "{}", output.stderr);

    let world = World::of(&fake.endpoint);
    let group = "airflow-driven-data-dev-airflow-Task";
    let stream = format!("dag_id={DAG}/run_id={id}/task_id=payment_data/attempt=3.log");
    world.call("logs", "create_log_group", json!({ "logGroupName": group }));
    world.call("logs", "create_log_stream", json!({ "logGroupName": group, "logStreamName": stream }));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let events: Vec<Value> = (0..30)
        .map(|at| json!({ "timestamp": u64::try_from(now).unwrap() + at, "message": format!("line {at}") }))
        .collect();
    world.call(
        "logs",
        "put_log_events",
        json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events }),
    );

    // Of the newest run the task that failed; its last try.
    let output = fake.run(&["logs", "--tail", "2"]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), "line 28\nline 29\n"), "{}", output.stderr);
    assert!(output.stderr.contains(&format!("task payment_data, run {id}, try 3: failed")), "{}", output.stderr);
    assert_eq!(fake.done(&["logs", "payment_data", "--run", &id, "--try", "3"]).lines().count(), 30);
    assert_eq!(fake.done(&["logs", "payment_data", "--run", &id, "--try", "1"]), "");
    let none = fake.run(&["logs", "payment_date"]);
    assert_eq!(none.status, Some(2));
    assert!(
        none.stderr.contains("has no task payment_date; there are wait_for_raw, payment_data, ready"),
        "{}",
        none.stderr
    );
}

#[test]
fn an_answer_that_is_lost_makes_no_second_run() {
    for version in [2, 3] {
        let fake = Fake::start(version);
        fake.airflow().loses_run = true;
        let id = fake.done(&["trigger", "--date", "2024-09-15"]);
        let airflow = fake.airflow();
        assert_eq!(airflow.runs.len(), 1);
        assert_eq!(airflow.runs[0].id, id.trim());
        assert_eq!(airflow.count("POST", "/dagRuns"), 1, "it was looked for, not asked for again");
    }
}

#[test]
fn a_paused_dag_is_unpaused_and_the_run_takes_the_place_of_the_schedules_own() {
    for version in [2, 3] {
        let fake = Fake::start(version);
        fake.airflow().paused = true;
        let output = fake.run(&["trigger", "--wait", "--date", "2024-09-15"]);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        assert!(output.stderr.contains("was paused"), "{}", output.stderr);
        assert!(output.stderr.contains(&format!("counts as the scheduled run of {DUE}")), "{}", output.stderr);
        let airflow = fake.airflow();
        assert!(!airflow.paused);
        // Unpausing would have started a run that no one asked for, and ours would have waited behind it.
        assert_eq!(airflow.runs[0].logical.as_deref(), Some(DUE));
        assert_eq!(airflow.runs[0].conf["date"], "2024-09-15");
    }
    // The schedule's own run is there already: then ours is one more.
    let fake = Fake::start(2);
    fake.airflow().paused = true;
    let run = Run { id: "scheduled__1".into(), logical: Some(DUE.into()), conf: json!({}), stage: 3 };
    fake.airflow().runs.push(run);
    fake.done(&["trigger"]);
    assert_eq!(fake.airflow().runs[1].logical, None);
}

#[test]
fn a_dag_that_airflow_has_not_read_is_waited_for_and_one_that_it_cannot_read_is_not() {
    let fake = Fake::start(3);
    fake.airflow().unread = 3;
    let output = fake.run(&["trigger"]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(output.stderr.contains("Airflow has not read it yet"), "{}", output.stderr);

    fake.airflow().unread = 1000;
    let trace = "Traceback (most recent call last):\n  File \"x\"\nModuleNotFoundError: No module named 'pandas'\n";
    fake.airflow().import_errors = vec![
        json!({ "filename": "/usr/local/airflow/dags/other.py", "stack_trace": "not ours" }),
        json!({ "filename": "/usr/local/airflow/dags/strata_pipeline.py", "stack_trace": trace }),
    ];
    let output = fake.run(&["trigger"]);
    assert_eq!(output.status, Some(1));
    assert!(
        output.stderr.contains("cannot import /usr/local/airflow/dags/strata_pipeline.py: ModuleNotFoundError"),
        "{}",
        output.stderr
    );
    assert!(!output.stderr.contains("not ours"), "{}", output.stderr);
}

#[test]
fn several_days_are_run_one_after_the_other_and_one_of_them_again() {
    let fake = Fake::start(3);
    fake.airflow().failing.push("2024-09-16".into());
    let output = fake.run(&["trigger", "--wait", "--from", "2024-09-15", "--to", "2024-09-17"]);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("airflow: 3 days: 2 done, 1 failed"), "{}", output.stderr);
    let days = |fake: &Fake| -> Vec<Value> { fake.airflow().runs.iter().map(|run| run.conf["date"].clone()).collect() };
    assert_eq!(days(&fake), ["2024-09-15", "2024-09-16", "2024-09-17"]);
    // Each was asked for when the one before had ended.
    let asked: Vec<String> = {
        let airflow = fake.airflow();
        let posts = airflow
            .asked
            .iter()
            .filter(|(method, path, ..)| method == "POST" && path.ends_with("/dagRuns") || path.ends_with("/list"));
        posts
            .map(
                |(_, path, _, body)| {
                    if path.ends_with("/list") { "look".into() } else { body["conf"]["date"].to_string() }
                },
            )
            .collect()
    };
    let at = |day: &str| asked.iter().position(|one| one.contains(day)).unwrap();
    assert!(at("15") + 2 < at("16") && at("16") + 2 < at("17"), "{asked:?}");

    fake.airflow().failing.clear();
    fake.done(&["trigger", "--wait", "--date", "2024-09-16"]);
    assert_eq!(days(&fake)[3..], ["2024-09-16"]);

    // Without --wait all are asked for at once: Airflow itself does one at a time.
    let ids = fake.done(&["trigger", "--from", "2024-10-01", "--to", "2024-10-03"]);
    assert_eq!(ids.lines().count(), 3);
    for (from, to, why) in
        [("2024-09-17", "2024-09-15", "is after --to"), ("1024-09-15", "2024-09-15", "more than 366 days")]
    {
        let wrong = fake.run(&["trigger", "--from", from, "--to", to]);
        assert_eq!(wrong.status, Some(2));
        assert!(wrong.stderr.contains(why), "{}", wrong.stderr);
    }
}

#[test]
fn half_a_range_of_days_is_refused_before_anything_is_made() {
    let script = repository().join("scripts/strata");
    for word in ["from=2024-09-15", "to=2024-09-15"] {
        let output = run(&script, &["dag", word], "", &[("TARGET", "aws")]);
        assert_eq!(output.status, Some(2), "{}", output.stderr);
        assert!(output.stderr.contains("give both"), "{}", output.stderr);
    }
}

#[test]
fn ctrl_c_leaves_the_run_going_and_says_how_to_see_it() {
    let fake = Fake::start(2);
    // Behind a run that never ends: the fake moves only what is not stopped.
    ran(&fake, "scheduled__1", "2024-09-14", 0);
    fake.airflow().paused = true;
    let mut child = Command::new(bin("airflow"))
        .args(["trigger", "--wait", "--date", "2024-09-15"])
        .envs(fake.env())
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(fake.document().as_bytes()).unwrap();
    eventually("the run to be watched", Duration::from_secs(20), || {
        let mut airflow = fake.airflow();
        airflow.paused = true;
        (airflow.count("POST", "/list") > 0).then_some(())
    });
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    let id = fake.airflow().runs[1].id.clone();
    assert!(said.contains("the run continues in Airflow"), "{said}");
    assert!(said.contains(&format!("airflow logs --run {id}")), "{said}");
    assert!(fake.airflow().runs[1].stage < 3);
}

#[test]
fn runs_and_their_tasks_are_listed_for_people_and_for_programs() {
    let fake = Fake::start(3);
    assert_eq!(fake.done(&["runs", "--format", "json"]), "[]\n");
    for (at, day) in ["2024-09-14", "2024-09-15"].iter().enumerate() {
        ran(&fake, &format!("strata-{at}"), day, 3);
    }
    let table = fake.done(&["runs"]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("run       day         kind    state"), "{table}");
    assert!(lines[2].starts_with("strata-1  2024-09-15  manual  success  2024-09-28T07:00:01Z  2 min 29 s"), "{table}");
    assert_eq!(lines.len(), 4);
    let one = parse(&fake.done(&["runs", "--last", "1", "--format", "json"]));
    assert_eq!((one.as_array().map(Vec::len), &one[0]["run"]), (Some(1), &json!("strata-1")));
    let tasks = parse(&fake.done(&["runs", "--run", "strata-0", "--format", "json"]));
    assert_eq!(
        tasks[2],
        json!({ "task": "ready", "state": "success", "tries": "1", "started": "2024-09-28T07:00:02Z", "took": "10.5 s" })
    );
    assert_eq!(fake.run(&["runs", "--run", "missing"]).status, Some(1));
    let other = fake.run(&["runs", "--dag", "nobodys"]);
    assert_eq!(other.status, Some(1));
    assert!(other.stderr.contains("404: Airflow: The DAG with dag_id: `nobodys` was not found"), "{}", other.stderr);
}

#[test]
fn variables_are_set_from_a_file_and_shown_on_request_only() {
    for version in [2, 3] {
        let fake = Fake::start(version);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("value");
        for (key, value, word) in [
            ("S3_BUCKET_NAME", "one\n", "made"),
            ("S3_FILE_PATH", "two", "made"),
            ("DB", "t=\"3\"\n\n", "made"),
            ("S3_BUCKET_NAME", "hush", "set"),
        ] {
            std::fs::write(&file, value).unwrap();
            let output = fake.run(&["variables", "set", key, "--value-file", file.to_str().unwrap()]);
            assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""), "{}", output.stderr);
            assert!(
                output.stderr.contains(&format!("{key}: {word}")) && !output.stderr.contains("hush"),
                "{}",
                output.stderr
            );
        }
        let kept = fake.airflow().variables.clone();
        assert_eq!(kept.values().map(String::as_str).collect::<Vec<_>>(), ["t=\"3\"\n", "hush", "two"]);
        let masked = fake.done(&["variables", "list"]);
        assert!(masked.contains("S3_FILE_PATH") && !masked.contains("hush") && !masked.contains("two"), "{masked}");
        let shown = parse(&fake.done(&["variables", "list", "--show", "--format", "json"]));
        assert_eq!((shown.as_array().map(Vec::len), &shown[1]["value"]), (Some(3), &json!("hush")));
        let wrong = fake.run(&["variables", "set", "a/b", "--value-file", file.to_str().unwrap()]);
        assert_eq!(wrong.status, Some(2), "{}", wrong.stderr);
    }
}

#[test]
fn a_login_is_printed_only_where_somebody_wants_it() {
    let fake = Fake::start(2);
    let piped = fake.run(&["ui"]);
    assert_eq!((piped.status, piped.stdout.as_str()), (Some(2), ""));
    assert!(!piped.stderr.contains("the-secret-token") && piped.stderr.contains("--print"), "{}", piped.stderr);
    let output = fake.run(&["ui", "--print"]);
    let host = "abc.c1.eu-central-1.airflow.amazonaws.com";
    assert_eq!(output.stdout, format!("http://{host}/aws_mwaa/aws-console-sso?login=true#the-secret-token\n"));
    assert!(!output.stderr.contains("the-secret-token"), "{}", output.stderr);
    assert!(output.stderr.contains("within 60 s"), "{}", output.stderr);
}

#[test]
fn a_browser_is_opened_without_the_token_among_its_arguments() {
    let fake = Fake::start(2);
    let folder = tempfile::tempdir().unwrap();
    let (browser, seen) = (folder.path().join("xdg-open"), folder.path().join("seen"));
    let script = format!(
        "#!/bin/sh\n{{ echo \"$@\"; stat -c %a \"$1\"; cat \"$1\"; }} > {0}.part; mv {0}.part {0}\n",
        seen.display()
    );
    std::fs::write(&browser, script).unwrap();
    std::fs::set_permissions(&browser, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let mut env = fake.env();
    env.push(("PATH", &path));
    let mut child = Command::new(bin("airflow"))
        .args(["ui", "--open"])
        .envs(env)
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(fake.document().as_bytes()).unwrap();
    let seen = eventually("the browser to open", Duration::from_secs(20), || std::fs::read_to_string(&seen).ok());
    let lines: Vec<&str> = seen.lines().collect();
    assert!(lines[0].ends_with(".html") && !lines[0].contains("the-secret-token"), "{seen}");
    assert_eq!(lines[1], "600", "only the owner can read the page");
    assert!(lines[2].contains("#the-secret-token"), "{seen}");
    // It need not wait any longer.
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!((child.wait().unwrap().code(), out.as_str()), (Some(0), ""));
    assert!(!std::path::Path::new(lines[0]).exists(), "the page goes");
}

#[test]
fn without_an_environment_or_an_airflow_in_it_that_is_said() {
    let endpoint = Endpoint::start();
    let verbs: [&[&str]; 4] = [&["trigger"], &["runs"], &["ui", "--print"], &["variables", "list"]];
    for words in verbs {
        let output = run(bin("airflow"), words, &pipeline().to_string(), &endpoint.env());
        assert_eq!(output.status, Some(1), "{words:?}: {}", output.stderr);
        assert!(output.stderr.contains("run `airflow up` first"), "{words:?}: {}", output.stderr);
    }
    let mut document = pipeline().to_string();
    for layer in ["net", "iam", "storage", "airflow"] {
        document = done(layer, &["up"], &document, &endpoint.env());
    }
    let output = run(bin("airflow"), &["runs"], &document, &endpoint.env());
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("no Airflow runs behind it"), "{}", output.stderr);
}
