//! Documents through pipes: merging, passing failures on, an endpoint that dies midway, Ctrl-C.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;
use std::process::{Command, Stdio};
use std::time::Duration;
use strata_testkit::{DyingProxy, Endpoint, bin, eventually};
use strata_tests::{assert_same, done, json as parse, layer, pipeline, up};

#[test]
fn documents_of_layers_that_ran_side_by_side_merge() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let wish = pipeline().to_string();
    let parts: String = ["net", "iam", "storage"].map(|name| done(name, &["up"], &wish, &env)).concat();
    let merged = parse(&done("airflow", &["up"], &parts, &env));
    let chained = parse(&up(&["net", "iam", "storage", "airflow"], &wish, &env));
    assert_eq!(merged, chained);
}

#[test]
fn sections_of_other_programs_survive() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let mut wish = pipeline();
    wish["warehouse"] = json!({ "cluster": "c-1", "nodes": [1, 2, { "deep": null }] });
    let printed = parse(&done("iam", &["up"], &wish.to_string(), &env));
    assert_eq!(printed["warehouse"], wish["warehouse"]);
    let printed = parse(&done("iam", &["down", "--yes"], &printed.to_string(), &env));
    assert_eq!(printed["warehouse"], wish["warehouse"]);
    assert_eq!(printed.get("iam"), None);
}

/// Of so many calls: far enough that the VPC is there, and not so far that everything is.
fn midway(calls: u64) -> usize {
    usize::try_from(calls * 3 / 5).unwrap()
}

#[test]
fn an_endpoint_that_dies_midway_leaves_a_document_that_says_so() {
    let endpoint = Endpoint::start();
    let wish = pipeline().to_string();
    let whole = Endpoint::start();
    let net = up(&["net"], &wish, &whole.env());
    let calls = whole.count();
    let undisturbed = up(&["iam"], &net, &whole.env());

    let dying = DyingProxy::start(endpoint.url(), midway(calls));
    let mut env = endpoint.env().to_vec();
    env[0].1 = dying.url();
    let net = layer("net", &["up"], &wish, &env);
    assert_eq!(net.status, Some(3), "{}", net.stderr);
    let document = parse(&net.stdout);
    assert_eq!(document["failed"]["layer"], "net");
    let left = document["failed"]["left"].as_array().unwrap();
    assert!(left.iter().any(|left| left["resource"] == "vpc.main"), "{document}");

    // The next program does nothing and passes it on.
    let before = endpoint.count();
    let iam = layer("iam", &["up"], &net.stdout, &endpoint.env());
    assert_eq!(iam.status, Some(1), "{}", iam.stderr);
    assert_eq!(parse(&iam.stdout), document);
    assert_eq!(endpoint.count(), before);

    // The same again, with an endpoint that lives, converges.
    let again = up(&["net", "iam"], &wish, &endpoint.env());
    assert_same("the run after it", &again, &undisturbed);
    let down = layer("net", &["down"], &again, &endpoint.env());
    assert_eq!(down.status, Some(0), "{}", down.stderr);
}

#[test]
fn down_cleans_up_after_a_failed_up() {
    let endpoint = Endpoint::start();
    let whole = Endpoint::start();
    up(&["net"], &pipeline().to_string(), &whole.env());
    let dying = DyingProxy::start(endpoint.url(), midway(whole.count()));
    let mut env = endpoint.env().to_vec();
    env[0].1 = dying.url();
    let failed = layer("net", &["up"], &pipeline().to_string(), &env);
    assert_eq!(failed.status, Some(3), "{}", failed.stderr);
    let down = layer("net", &["down"], &failed.stdout, &endpoint.env());
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    let document = parse(&down.stdout);
    assert_eq!((document.get("failed"), document.get("net")), (None, None));
    let status = parse(&layer("net", &["status"], &down.stdout, &endpoint.env()).stdout);
    assert_eq!(status["resources"], json!([]));
}

#[test]
fn ctrl_c_finishes_calls_and_writes_the_document() {
    // States that take long, so that the signal comes while the NAT gateway or the environment is on its way.
    let endpoint = Endpoint::start_with(&["--pace", "60000"]);
    let env = endpoint.env();
    let document = up(&["net", "iam", "storage"], &pipeline().to_string(), &env);
    let mut child = Command::new(bin("airflow"))
        .arg("up")
        .envs(env)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .current_dir(strata_testkit::repository())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), document.as_bytes()).unwrap();
    eventually("the environment is asked for", Duration::from_secs(20), || {
        endpoint.mutating_since(0).iter().any(|call| call == "airflow:CreateEnvironment").then_some(())
    });
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    // What is no longer watched still costs.
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("still there, in AWS for about $0.490 an hour: environment driven-data-dev-airflow"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = parse(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(printed["failed"]["layer"], "airflow");
    assert!(
        printed["failed"]["left"].as_array().unwrap().iter().any(|left| left["resource"] == "environment.main"),
        "{printed}"
    );
}
