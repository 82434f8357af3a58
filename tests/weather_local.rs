//! Weather at the local endpoint: each kind of bad luck does what it says, comes again with the same seed, and ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use strata_testkit::{Endpoint, bin, eventually, python, repository, run};

/// One of the checks in Python, or several, against an endpoint.
fn python_checks(endpoint: &Endpoint, file: &str, names: &[&str]) -> Output {
    let mut command = Command::new(python());
    command.arg(repository().join("tests/local").join(file)).args(names).envs(endpoint.env());
    // A bytecode folder in the repository would be a file that no commit has.
    command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap()
}

fn check(names: &[&str]) {
    check_of("weather.py", names);
}

fn windows(names: &[&str]) {
    check_of("weather_windows.py", names);
}

fn check_of(file: &str, names: &[&str]) {
    let output = python_checks(&Endpoint::start_with(&["--pace", "30"]), file, names);
    assert!(output.status.success(), "{names:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn each_kind_does_what_it_says() {
    check(&["kinds", "counted", "bodies"]);
}

#[test]
fn a_call_under_way_is_done_whole_when_its_client_goes() {
    check(&["gone"]);
}

#[test]
fn errors_are_in_the_words_of_each_service() {
    check(&["words"]);
}

#[test]
fn new_ids_and_their_tags_come_late() {
    windows(&["new_ids"]);
}

#[test]
fn new_roles_cannot_be_assumed_at_once() {
    windows(&["roles", "buckets"]);
}

#[test]
fn new_keys_and_their_settings_come_late() {
    windows(&["keys"]);
}

#[test]
fn gateways_and_endpoints_take_their_time() {
    windows(&["gateways"]);
}

#[test]
fn environments_take_their_time_and_leave_interfaces() {
    windows(&["environments", "maintenance", "create_failed"]);
}

#[test]
fn workflows_get_through() {
    check(&["workflows"]);
}

#[test]
fn a_reset_keeps_the_weather() {
    check(&["reset"]);
}

/// The same script under a seed: what struck, with its number in the log.
fn struck(seed: u64) -> Value {
    let endpoint = Endpoint::start();
    endpoint.weather(&json!({ "seed": seed, "windows": false }));
    let output = python_checks(&endpoint, "weather.py", &["script"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    endpoint.weather_report()["struck"].clone()
}

#[test]
fn the_same_seed_is_the_same_weather() {
    let first = struck(7);
    assert_eq!(first, struck(7));
    let all = first.as_array().unwrap();
    // 360 calls: a few percent of them, not of STS, and of every kind in the end.
    assert!((5..40).contains(&all.len()), "{} strikes: {first}", all.len());
    assert!(all.iter().all(|one| one["service"] != "sts"));
    assert!(all.iter().any(|one| one["kind"] == "conflict"), "{first}");
    assert_ne!(first, struck(8));
}

/// A client that makes one call and waits for its answer.
fn client(endpoint: &Endpoint, call: &str) -> Child {
    let script = format!(
        "import boto3\nfrom botocore.config import Config\n\
         ec2 = boto3.client('ec2', config=Config(retries={{'total_max_attempts': 1}}))\n{call}\nprint('answered')\n"
    );
    let mut command = Command::new(python());
    command.args(["-c", &script]).envs(endpoint.env());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn held(endpoint: &Endpoint, wanted: u64) {
    eventually("held calls", Duration::from_secs(30), || (endpoint.weather_report()["held"] == wanted).then_some(()));
}

fn vpcs(endpoint: &Endpoint) -> String {
    let script = "import boto3\nprint(len(boto3.client('ec2').describe_vpcs()['Vpcs']))";
    run(python(), &["-c", script], "", &endpoint.env()).stdout.trim().to_string()
}

const CREATE: &str = "ec2.create_vpc(CidrBlock='10.0.0.0/16')";

/// One fault for the first call that changes something.
fn first(kind: &str) -> Value {
    json!({ "faults": [{ "mutating": 1, "kind": kind }] })
}

#[test]
fn a_held_call_goes_with_its_client() {
    let endpoint = Endpoint::start();
    for (kind, made) in [("hold_before", "0"), ("hold_after", "1")] {
        endpoint.weather(&first(kind));
        let mut child = client(&endpoint, CREATE);
        held(&endpoint, 1);
        child.kill().unwrap();
        child.wait().unwrap();
        held(&endpoint, 0);
        let report = endpoint.weather_report();
        assert_eq!((&report["mutating"], &report["struck"][0]["kind"]), (&json!(1), &json!(kind)));
        // Held calls that were let go would be done now.
        endpoint.clear_weather();
        assert_eq!(vpcs(&endpoint), made, "{kind}");
        let number = report["struck"][0]["n"].as_u64().unwrap();
        assert_eq!(endpoint.requests(number - 1)[0]["weather"], kind);
    }
}

#[test]
fn held_calls_are_let_go_when_the_weather_changes() {
    let endpoint = Endpoint::start();
    for (kind, answer, made) in [("hold_before", "", "0"), ("hold_after", "answered\n", "1")] {
        endpoint.weather(&first(kind));
        let child = client(&endpoint, CREATE);
        held(&endpoint, 1);
        endpoint.clear_weather();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), answer, "{kind}");
        assert_eq!(vpcs(&endpoint), made, "{kind}: what was not done is not done later");
    }
}

#[test]
fn weather_can_be_given_at_the_start_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("weather.json");
    std::fs::write(&file, r#"{"seed": 7, "minute_ms": 20, "faults": [{"mutating": 1, "kind": "lost"}]}"#).unwrap();
    let endpoint = Endpoint::start_with(&["--weather", file.to_str().unwrap()]);
    let status = run(bin("local"), &["status", "--dir", endpoint.dir().to_str().unwrap()], "", &[]);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!((&status["weather"]["seed"], &status["weather"]["minute_ms"]), (&json!(7), &json!(20)));

    let dir = folder.path().join("endpoint");
    for (given, words) in [
        ("no-such-file", "No such file"),
        (r#"{"sed": 7}"#, "unknown field `sed`"),
        (r#"{"faults": [{"mutating": 1, "kind": "wet"}]}"#, "unknown variant `wet`"),
    ] {
        let argument = folder.path().join("wrong.json");
        let argument = if given.starts_with('{') { argument } else { folder.path().join(given) };
        if given.starts_with('{') {
            std::fs::write(&argument, given).unwrap();
        }
        let words_of = |verb: &str| {
            let args = [verb, "--port", "0", "--dir", dir.to_str().unwrap(), "--weather", argument.to_str().unwrap()];
            let output = run(bin("local"), &args, "", &[]);
            assert_eq!(output.status, Some(1), "{verb} {given}");
            output.stderr
        };
        for said in [words_of("start"), words_of("serve")] {
            assert!(said.contains(words) && said.contains("give a number (the seed), or a file like"), "{said}");
        }
    }
}
