//! `--trace`: what a run did and waited for, in a file that viewers of Chrome traces open.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use strata_testkit::{Endpoint, bin, eventually, repository, run};
use strata_tests::{LAYERS, done, layer, pipeline};

/// Something that began and, unless its program was killed, ended.
#[derive(Debug)]
struct Span {
    pid: u64,
    kind: String,
    name: String,
    begin: u64,
    end: Option<u64>,
    result: Value,
}

/// The file's events: an array that is not closed.
fn events(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let array = format!("{}]", text.trim_end().strip_suffix(',').expect("each line ends in a comma"));
    serde_json::from_str(&array).expect("the trace is JSON")
}

/// What began in a lane ends there in reverse order, as viewers expect it.
fn spans(events: &[Value]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut lanes: BTreeMap<(u64, u64), Vec<usize>> = BTreeMap::new();
    let number = |event: &Value, field: &str| event[field].as_u64().unwrap_or_else(|| panic!("no {field}: {event}"));
    let text = |event: &Value, field: &str| event[field].as_str().unwrap_or_default().to_owned();
    for event in events {
        let (pid, time) = (number(event, "pid"), number(event, "ts"));
        let lane = lanes.entry((pid, number(event, "tid"))).or_default();
        match event["ph"].as_str() {
            Some("B") => {
                lane.push(spans.len());
                let (kind, name) = (text(event, "cat"), text(event, "name"));
                spans.push(Span { pid, kind, name, begin: time, end: None, result: Value::Null });
            }
            Some("E") => {
                let span = &mut spans[lane.pop().expect("something ends that began")];
                (span.end, span.result) = (Some(time), event["args"].clone());
            }
            _ => {}
        }
    }
    spans
}

fn one<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let mut named = spans.iter().filter(|span| span.name == name);
    let found = named.next().unwrap_or_else(|| panic!("no `{name}` in the trace"));
    assert!(named.next().is_none(), "`{name}` is in the trace twice");
    found
}

/// How often each operation was called, by the trace and by the endpoint.
fn told(spans: &[Span]) -> BTreeMap<String, usize> {
    let mut told = BTreeMap::new();
    for call in spans.iter().filter(|span| span.kind == "call") {
        *told.entry(call.name.rsplit('.').next().unwrap().to_owned()).or_default() += 1;
    }
    told
}

fn recorded(endpoint: &Endpoint, since: u64) -> BTreeMap<String, usize> {
    let mut recorded = BTreeMap::new();
    for call in endpoint.requests(since) {
        *recorded.entry(call["operation"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    recorded
}

#[test]
fn a_pipe_of_programs_writes_one_file_with_every_call() {
    let (endpoint, folder) = (Endpoint::start(), tempfile::tempdir().unwrap());
    let file = folder.path().join("run.json");
    let since = endpoint.count();
    let pipe =
        LAYERS.iter().map(|layer| format!("{} --quiet up", bin(layer).display())).collect::<Vec<_>>().join(" | ");
    let mut env = endpoint.env().to_vec();
    let path = file.display().to_string();
    env.extend([("STRATA_TRACE", path.as_str()), ("AWS_SECRET_ACCESS_KEY", "swordfish")]);
    let document = pipeline().to_string();
    let output = run("bash", &["-o", "pipefail", "-c", &pipe], &document, &env);
    assert_eq!(output.status, Some(0), "{}", output.stderr);

    let found = events(&file);
    let spans = spans(&found);
    assert!(spans.iter().all(|span| span.end.is_some()), "everything ended");
    assert_eq!(told(&spans), recorded(&endpoint, since), "by operation");
    let programs: BTreeSet<&str> = found
        .iter()
        .filter(|event| event["name"] == "process_name")
        .map(|event| event["args"]["name"].as_str().unwrap())
        .collect();
    let each: Vec<String> = LAYERS.iter().map(|layer| format!("{layer} up")).collect();
    assert_eq!(programs, each.iter().map(String::as_str).collect::<BTreeSet<_>>());

    // Who needs something begins after it, and the arrows say so.
    let vpc = one(&spans, "create vpc.main");
    for name in ["create subnet.private-1", "create internet-gateway.main", "create security-group.main"] {
        assert!(one(&spans, name).begin > vpc.end.unwrap(), "{name} began before the VPC was there");
    }
    let mut arrows: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for event in found.iter().filter(|event| event["cat"] == "needs") {
        let end = (event["ph"].as_str().unwrap(), event["ts"].as_u64().unwrap());
        arrows.entry(event["id"].as_str().unwrap()).or_default().push(end);
    }
    assert!(arrows.keys().any(|id| id.ends_with("subnet > nat-gateway")), "{arrows:?}");
    for (id, ends) in arrows {
        assert!(matches!(ends[..], [("s", from), ("f", to)] if from <= to), "{id}: {ends:?}");
    }
    // A program that waits for the one before it has asked meanwhile who it is.
    let waits = spans.iter().filter(|span| span.name == "wait for the document");
    let longest = waits.max_by_key(|span| span.end.unwrap() - span.begin).unwrap();
    let asked = spans.iter().find(|span| span.pid == longest.pid && span.name.starts_with("STS.")).unwrap();
    assert!(asked.end < longest.end, "{asked:?}");

    let text = std::fs::read_to_string(&file).unwrap();
    for secret in ["swordfish", "Authorization", "AWS4-HMAC", "sts:AssumeRole", "Statement"] {
        assert!(!text.contains(secret), "{secret} is in the trace");
    }
}

#[test]
fn a_killed_program_leaves_what_it_was_doing() {
    let (endpoint, folder) = (Endpoint::start(), tempfile::tempdir().unwrap());
    let file = folder.path().join("run.json");
    endpoint.weather(&json!({ "faults": [{ "operation": "CreateSubnet", "kind": "hold_before" }] }));
    let mut program = Command::new(bin("net"))
        .args(["up", "--trace", file.to_str().unwrap()])
        .envs(endpoint.env())
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(pipeline().to_string().as_bytes()).unwrap();
    eventually("a call is held", Duration::from_secs(60), || (endpoint.weather_report()["held"] == 1).then_some(()));
    program.kill().unwrap();
    program.wait().unwrap();
    let before = spans(&events(&file));
    let held = before.iter().filter(|span| span.name == "EC2.CreateSubnet" && span.end.is_none()).count();
    assert!(held >= 1, "{before:#?}");
    assert!(one(&before, "create vpc.main").end.is_some());

    // The next run goes on in the same file; an error and an interruption are in it, too.
    endpoint.weather(&json!({ "faults": [
        { "service": "ec2", "operation": "DescribeVpcs", "kind": "throttle" },
        { "operation": "CreateRouteTable", "kind": "error", "code": "UnauthorizedOperation", "status": 403 },
    ] }));
    let output = layer("net", &["up", "--trace", file.to_str().unwrap()], &pipeline().to_string(), &endpoint.env());
    assert_eq!(output.status, Some(3), "{}", output.stderr);
    let found = events(&file);
    let after: Vec<Span> = spans(&found).into_iter().skip(before.len()).collect();
    assert!(after.iter().all(|span| span.end.is_some()), "everything ended: {after:#?}");
    assert!(found.iter().any(|event| event["name"] == "error UnauthorizedOperation"));
    let tries: Vec<&Span> = after.iter().filter(|span| span.kind == "http").collect();
    assert!(tries.iter().any(|http| http.result["outcome"] == 200));
    assert!(tries.iter().any(|http| http.result["outcome"].as_u64().is_some_and(|status| status >= 400)));
    one(&after, "backoff before the next try");
}

#[test]
fn where_few_go_at_once_the_longest_way_goes_first_and_the_others_queue() {
    let (endpoint, folder) = (Endpoint::start(), tempfile::tempdir().unwrap());
    let file = folder.path().join("run.json");
    let words = ["up", "--parallel", "1", "--trace", file.to_str().unwrap()];
    done("net", &words, &pipeline().to_string(), &endpoint.env());
    let spans = spans(&events(&file));
    let mut acts: Vec<&Span> = spans.iter().filter(|span| span.kind == "create" || span.kind == "update").collect();
    acts.sort_by_key(|span| span.begin);
    for pair in acts.windows(2) {
        assert!(pair[0].end.unwrap() <= pair[1].begin, "two at once: {pair:?}");
    }
    let begins = |name: &str| one(&spans, name).begin;
    // All are ready once the VPC is; only the NAT gateway, which waits for the subnets, takes long.
    let last = ["public-1", "public-2", "private-1", "private-2"].map(|id| begins(&format!("create subnet.{id}")));
    assert!(last.into_iter().max() < Some(begins("create security-group.main")), "nothing slow waits for the group");
    assert!(spans.iter().any(|span| span.kind == "queue" && span.end.unwrap() - span.begin > 1000), "no call queued");
}

#[test]
fn teardown_and_its_programs_write_one_file() {
    let (endpoint, folder) = (Endpoint::start(), tempfile::tempdir().unwrap());
    let file = folder.path().join("run.json");
    let document = pipeline().to_string();
    done("net", &["up"], &document, &endpoint.env());
    let since = endpoint.count();
    done("teardown", &["--yes", "--trace", file.to_str().unwrap()], &document, &endpoint.env());
    let spans = spans(&events(&file));
    assert_eq!(told(&spans), recorded(&endpoint, since), "by operation");
    assert!(one(&spans, "delete vpc.main").end.is_some());
}

#[test]
fn a_trace_that_cannot_be_written_stops_everything() {
    let endpoint = Endpoint::start();
    let before = endpoint.count();
    let output = layer("net", &["up", "--trace", "/nowhere/run.json"], &pipeline().to_string(), &endpoint.env());
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("opening the trace /nowhere/run.json"), "{}", output.stderr);
    assert_eq!(endpoint.count(), before);
}
