//! Two runs at once, on one machine or two: one set of things, or a clear refusal. And what helps where the lock does
//! not: of duplicates, the newer one is deleted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use strata_testkit::{Endpoint, World, bin, repository};
use strata_tests::{LAYERS, assert_same, done, json as parse, layer, pipeline, up};

const LOCK: &str = "/strata/lock/driven-data/dev/net/";

fn start(program: &str, words: &[&str], document: &str, env: &[(&str, &str)]) -> Child {
    let mut child = Command::new(bin(program))
        .args(words)
        .envs(env.iter().copied())
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), document.as_bytes()).unwrap();
    child
}

/// Locks at the endpoint.
fn locks(world: &World) -> Vec<String> {
    let snapshot = world.snapshot();
    let groups = snapshot["log-group"].as_object().unwrap();
    groups.keys().filter(|name| name.starts_with("/strata/lock/")).cloned().collect()
}

/// A lock held on another machine, which expires in so many seconds.
fn lock_of_somebody(world: &World, number: u32, seconds: i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let tags = json!({
        "strata:pipeline": "driven-data", "strata:env": "dev", "strata:layer": "net", "strata:by": "ana",
        "strata:host": "build-7/1/2", "strata:process": "4711.99", "strata:verb": "up",
        "strata:since": (now - 100).to_string(), "strata:until": (now + seconds).to_string()
    });
    world.call("logs", "create_log_group", json!({ "logGroupName": format!("{LOCK}{number}"), "tags": tags }));
}

#[test]
fn two_ups_make_one_set_of_things() {
    let (alone, endpoint) = (Endpoint::start(), Endpoint::start());
    let wish = pipeline().to_string();
    let undisturbed = done("net", &["up"], &wish, &alone.env());
    let one_set = World::of(&alone).count();
    let world = World::of(&endpoint);
    let mut refusals = 0;
    for round in 0..8 {
        let runs: Vec<Child> = (0..3).map(|_| start("net", &["up"], &wish, &endpoint.env())).collect();
        let mut successes = 0;
        for run in runs {
            let output = run.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => {
                    successes += 1;
                    assert_same("net", &String::from_utf8(output.stdout).unwrap(), &undisturbed);
                }
                Some(1) => {
                    refusals += 1;
                    assert!(said.contains("taking the lock of net: `net up` by "), "{said}");
                    assert!(said.contains("is under way; run it again when that is done"), "{said}");
                    let document = parse(&String::from_utf8(output.stdout).unwrap());
                    assert_eq!(document["failed"]["layer"], "net");
                    assert_eq!(document["failed"]["left"], Value::Null, "nothing was touched");
                }
                code => panic!("round {round}: exit {code:?}: {said}"),
            }
        }
        // All may have refused each other; then nothing is there, and the next one makes it.
        if successes == 0 {
            done("net", &["up"], &wish, &endpoint.env());
        }
        assert_eq!(world.count(), one_set, "round {round}");
        done("net", &["down", "--yes"], &wish, &endpoint.env());
        assert_eq!(world.snapshot()["vpc"], json!({}), "round {round}");
        assert_eq!(locks(&world), Vec::<String>::new());
    }
    // Otherwise they never met, and this test has shown nothing.
    assert!(refusals > 0);
}

#[test]
fn up_beside_down_of_another_layer_is_refused() {
    let endpoint = Endpoint::start_with(&["--pace", "8000"]);
    let env = endpoint.env();
    let wish = pipeline().to_string();
    let document = up(&["net", "iam", "storage"], &wish, &env);
    // The environment takes eight seconds here: long enough to come between.
    let mut airflow = start("airflow", &["up"], &document, &env);
    strata_testkit::eventually("the lock of airflow", std::time::Duration::from_secs(20), || {
        endpoint.mutating_since(0).iter().any(|call| call == "airflow:CreateEnvironment").then_some(())
    });
    let before = endpoint.count();
    let down = layer("net", &["down", "--yes"], &wish, &env);
    assert_eq!(down.status, Some(1), "{}", down.stderr);
    assert!(down.stderr.contains("`airflow up` by"), "{}", down.stderr);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    // The same verb of another layer is no conflict: layers may be brought up side by side.
    let jobs = layer("catalog", &["up"], &document, &env);
    assert_eq!(jobs.status, Some(0), "{}", jobs.stderr);
    airflow.kill().unwrap();
    airflow.wait().unwrap();
    // A crash leaves a lock that blocks no run on this machine.
    let teardown = layer("teardown", &["--yes"], &wish, &env);
    assert_eq!(teardown.status, Some(0), "{}", teardown.stderr);
    assert_eq!(locks(&World::of(&endpoint)), Vec::<String>::new());
}

#[test]
fn a_lock_of_another_machine_is_respected_until_its_time_is_up() {
    let endpoint = Endpoint::start();
    let (env, world, wish) = (endpoint.env(), World::of(&endpoint), pipeline().to_string());
    lock_of_somebody(&world, 3, 100);
    let before = endpoint.count();
    let refused = layer("net", &["up"], &wish, &env);
    assert_eq!(refused.status, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("`net up` by ana on build-7 (process 4711) since"), "{}", refused.stderr);
    assert!(refused.stderr.contains("if it died, its lock expires at"), "{}", refused.stderr);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());

    // Its time is up: the next number follows, and the old one goes.
    world.call("logs", "delete_log_group", json!({ "logGroupName": format!("{LOCK}3") }));
    lock_of_somebody(&world, 4, -1);
    let before = endpoint.count();
    let made = layer("net", &["up"], &wish, &env);
    assert_eq!(made.status, Some(0), "{}", made.stderr);
    let calls = endpoint.requests(before);
    let taken = calls.iter().find(|call| call["operation"] == "CreateLogGroup").expect("a lock is taken");
    assert_eq!(taken["status"], 200);
    assert_eq!(locks(&world), Vec::<String>::new());
}

#[test]
fn nothing_to_do_takes_no_lock_and_clears_one_that_is_left() {
    let endpoint = Endpoint::start();
    let (env, world, wish) = (endpoint.env(), World::of(&endpoint), pipeline().to_string());
    let document = done("net", &["up"], &wish, &env);
    let before = endpoint.count();
    assert_eq!(done("net", &["up"], &wish, &env), document);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    lock_of_somebody(&world, 1, -1);
    assert_eq!(done("net", &["up"], &wish, &env), document);
    assert_eq!(locks(&world), Vec::<String>::new());
}

#[test]
fn of_two_vpcs_that_are_the_same_the_younger_one_goes() {
    let endpoint = Endpoint::start();
    let (env, world, wish) = (endpoint.env(), World::of(&endpoint), pipeline().to_string());
    let document = done("net", &["up"], &wish, &env);
    let one_set = world.count();
    let vpc = parse(&document)["net"]["vpc_id"].as_str().unwrap().to_owned();
    let mut tags = world.snapshot()["vpc"][&vpc]["Tags"].clone();
    for tag in tags.as_array_mut().unwrap() {
        if tag["Key"] == "strata:created" {
            // Younger.
            tag["Value"] = format!("9{}", tag["Value"].as_str().unwrap().get(1..).unwrap()).into();
        }
    }
    let newer = json!({
        "CidrBlock": "10.0.0.0/16", "TagSpecifications": [{ "ResourceType": "vpc", "Tags": tags }]
    });
    let newer = world.call("ec2", "create_vpc", newer)["Vpc"]["VpcId"].as_str().unwrap().to_owned();
    let address = json!({ "TagSpecifications": [{ "ResourceType": "elastic-ip", "Tags": [
        { "Key": "strata:pipeline", "Value": "driven-data" }, { "Key": "strata:env", "Value": "dev" },
        { "Key": "strata:layer", "Value": "net" }, { "Key": "strata:id", "Value": "address.nat" },
        { "Key": "strata:created", "Value": "99" } ] }] });
    world.call("ec2", "allocate_address", address);

    let plan = layer("net", &["plan"], &wish, &env);
    assert!(plan.stderr.contains(&format!("delete {newer} (duplicate; {vpc} is older)")), "{}", plan.stderr);
    let status = layer("net", &["status"], &wish, &env);
    assert_eq!(status.status, Some(4), "{}", status.stderr);
    assert_eq!(done("net", &["up"], &wish, &env), document);
    assert_eq!(world.count(), one_set);
    assert!(world.snapshot()["vpc"].get(&vpc).is_some());
}

#[test]
fn two_whole_pipelines_at_once_make_one() {
    let endpoint = Endpoint::start();
    let (env, world, wish) = (endpoint.env(), World::of(&endpoint), pipeline().to_string());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut document = wish.clone();
                for name in LAYERS.iter().copied() {
                    document = layer(name, &["up"], &document, &env).stdout;
                }
            });
        }
    });
    let document = up(&LAYERS, &wish, &env);
    let both = world.count();
    done("teardown", &["--yes"], &document, &env);
    let alone = Endpoint::start();
    up(&LAYERS, &wish, &alone.env());
    assert_eq!(both, World::of(&alone).count());
    let left: usize = world.count().values().sum();
    assert_eq!(left, World::of(&Endpoint::start()).count().values().sum::<usize>());
}
