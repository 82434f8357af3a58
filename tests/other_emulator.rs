//! A second opinion. The layers live at another emulator as they do at ours, whose control plane is mostly moto: made,
//! made again, looked at, repaired, killed midway and taken down. Where the two emulators disagree is in
//! tests/other_emulator/disagreements.json, with who is right; each entry is tried, and there is no other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "other_emulator/opinions.rs"]
mod opinions;

use opinions::{Compared, codes, compare, list, sees};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use strata_testkit::world::{count, differences};
use strata_testkit::{Endpoint, OtherEmulator, World, bin, eventually, repository};
use strata_tests::{assert_same, done, json as parse, layer, pipeline, up};

type Env<'a> = [(&'a str, &'a str); 8];

/// What a plan says that there is to do: `create vpc.main`.
fn planned(name: &str, document: &str, env: &Env) -> BTreeSet<String> {
    let plan = parse(&done(name, &["plan"], document, env));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let changes = plan["changes"].as_array().unwrap().iter();
    changes.map(|change| format!("{} {}", text(&change["action"]), text(&change["resource"]))).collect()
}

fn down(document: &str, env: &Env) -> String {
    layers().iter().rev().fold(document.to_owned(), |document, name| done(name, &["down", "--yes"], &document, env))
}

/// Documents without the web server's address, which is the emulator's own.
fn same(what: &str, document: &str, expected: &str) {
    let without = |text: &str| {
        let mut document = parse(text);
        if let Some(airflow) = document.get_mut("airflow") {
            airflow.as_object_mut().unwrap().remove("webserver");
        }
        document.to_string()
    };
    assert_same(what, &without(document), &without(expected));
}

/// One property of each layer, changed from outside: the resource, the field, and the one call that repairs it.
fn drift(name: &str, world: &World, document: &str) -> (&'static str, &'static str, &'static str) {
    let section = parse(document)[name].clone();
    match name {
        "net" => {
            let words = json!({ "VpcId": section["vpc_id"], "EnableDnsHostnames": { "Value": false } });
            world.call("ec2", "modify_vpc_attribute", words);
            ("vpc.main", "dns_hostnames", "ec2:ModifyVpcAttribute")
        }
        "iam" => {
            let policy = json!({ "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole"
            }] });
            let role = "driven-data-dev-eu-central-1-glue";
            let words = json!({ "RoleName": role, "PolicyDocument": policy.to_string() });
            world.call("iam", "update_assume_role_policy", words);
            ("role.glue", "trust", "iam:UpdateAssumeRolePolicy")
        }
        "storage" => {
            let off = json!({ "Bucket": section["bucket"], "VersioningConfiguration": { "Status": "Suspended" } });
            world.call("s3", "put_bucket_versioning", off);
            ("bucket.main", "versioning", "s3:PutBucketVersioning")
        }
        "catalog" => {
            let limit = json!({ "BytesScannedCutoffPerQuery": 20_000_000 });
            let words = json!({ "WorkGroup": section["workgroup"], "ConfigurationUpdates": limit });
            world.call("athena", "update_work_group", words);
            ("workgroup.athena", "scan_limit_bytes", "athena:UpdateWorkGroup")
        }
        "jobs" => {
            let mut job = world.call("glue", "get_job", json!({ "JobName": "pii_data" }))["Job"].take();
            let kept = ["Role", "Command", "DefaultArguments", "Description", "MaxCapacity", "GlueVersion"];
            job.as_object_mut().unwrap().retain(|field, _| kept.contains(&field.as_str()));
            job["Timeout"] = json!(7);
            job["ExecutionProperty"] = json!({ "MaxConcurrentRuns": 3 });
            world.call("glue", "update_job", json!({ "JobName": "pii_data", "JobUpdate": job }));
            ("job.pii_data", "timeout", "glue:UpdateJob")
        }
        _ => {
            let words = json!({ "Name": section["environment"], "MaxWorkers": 7 });
            world.call("mwaa", "update_environment", words);
            ("environment.main", "max_workers", "airflow:UpdateEnvironment")
        }
    }
}

/// Each field that `status` calls drifted: `vpc.main dns_hostnames`.
fn drifted(status: &str) -> Vec<String> {
    let mut found = Vec::new();
    for resource in parse(status)["resources"].as_array().unwrap() {
        for field in resource["drift"].as_array().into_iter().flatten() {
            found.push(format!("{} {}", resource["resource"].as_str().unwrap(), field["field"].as_str().unwrap()));
        }
    }
    found
}

/// The layers that the pipeline asks for, in the order of `up`.
fn layers() -> Vec<&'static str> {
    let wish = strata_state::read(&pipeline().to_string()).unwrap().pipeline;
    strata_state::layers::asked(&wish).iter().map(|layer| layer.name).collect()
}

#[test]
fn every_layer_lives_at_another_emulator_as_it_does_at_ours() {
    let (endpoint, other) = (Endpoint::start(), OtherEmulator::start());
    let (ours, env) = (endpoint.env(), other.env());
    let world = World::with(&env);
    let before = world.snapshot();
    let mut document = pipeline().to_string();
    let mut expected = document.clone();
    for name in layers() {
        let plan = planned(name, &document, &env);
        assert!(!plan.is_empty() && plan.iter().all(|line| line.starts_with("create ")), "{name}: {plan:?}");
        assert_eq!(plan, planned(name, &expected, &ours), "{name}");

        document = done(name, &["up"], &document, &env);
        expected = done(name, &["up"], &expected, &ours);
        same(name, &document, &expected);

        let n = other.calls(0).len();
        assert_eq!(done(name, &["up"], &document, &env), document, "{name}: the same bytes");
        assert_eq!(planned(name, &document, &env), BTreeSet::new(), "{name}");
        done(name, &["status"], &document, &env);
        assert_eq!(other.mutating_since(n), Vec::<String>::new(), "{name}: nothing to do");

        let (resource, field, call) = drift(name, &world, &document);
        let status = layer(name, &["status"], &document, &env);
        assert_eq!(status.status, Some(4), "{name}: {}", status.stderr);
        assert_eq!(drifted(&status.stdout), [format!("{resource} {field}")], "{name}");
        let n = other.calls(0).len();
        done(name, &["up"], &document, &env);
        assert_eq!(other.mutating_since(n), [call], "{name}");
        done(name, &["status"], &document, &env);
    }
    let made = count(&world.snapshot()).values().sum::<usize>() - count(&before).values().sum::<usize>();
    assert!(made > 60, "{made}");
    down(&document, &env);
    assert_eq!(differences(&before, &world.snapshot()), Vec::<String>::new(), "nothing is left");
    eprintln!("other emulator: {made} things made, found again, repaired in each layer, and 0 left");
}

/// A run of one layer, killed without a word when its nth mutating call is done and not yet answered.
fn killed(name: &str, words: &[&str], document: &str, other: &OtherEmulator, n: usize) {
    let before = other.calls(0).len();
    other.hold(n);
    let mut child: Child = Command::new(bin(name))
        .args(words)
        .envs(other.env())
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    eventually(&format!("mutating call {n} of {name}"), Duration::from_secs(60), || {
        assert!(child.try_wait().unwrap().is_none(), "{name} ended before its call {n}");
        (other.mutating_since(before).len() >= n).then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    other.release();
}

#[test]
fn a_run_that_is_killed_midway_goes_on_at_another_emulator() {
    let other = OtherEmulator::start();
    let env = other.env();
    let world = World::with(&env);
    let before = world.snapshot();
    let wish = pipeline().to_string();
    let (mut document, mut steps) = (wish.clone(), Vec::new());
    for name in layers() {
        let n = other.calls(0).len();
        document = done(name, &["up"], &document, &env);
        steps.push((name, other.mutating_since(n).len(), world.count()));
    }
    let undisturbed = document;
    down(&undisturbed, &env);

    let mut document = wish;
    let mut points = 0;
    for (name, calls, things) in steps {
        // The first call is the lock, the last one lets it go.
        for n in BTreeSet::from([2, calls.div_ceil(2), calls - 1]) {
            killed(name, &["up"], &document, &other, n);
            points += 1;
            let again = done(name, &["up"], &document, &env);
            assert_eq!(world.count(), things, "{name}, killed at call {n} of {calls}");
            done(name, &["status"], &again, &env);
            if n == calls - 1 {
                document = again;
            } else {
                done(name, &["down", "--yes"], &again, &env);
            }
        }
    }
    same("all layers", &document, &undisturbed);
    for name in layers().iter().rev() {
        // The lock, and the first thing that goes.
        killed(name, &["down", "--yes"], &document, &other, 2);
        points += 1;
        document = done(name, &["down", "--yes"], &document, &env);
    }
    assert_eq!(differences(&before, &world.snapshot()), Vec::<String>::new(), "nothing is left");
    eprintln!("other emulator: {points} kills, all went on, 0 duplicates, 0 left");
}

/// What AWS would never answer: the programs say what they saw, go no further, and take down what there is.
#[test]
fn what_the_other_emulator_forgets_is_an_error_that_names_it() {
    let bare = OtherEmulator::bare();
    let env = bare.env();
    let world = World::with(&env);
    let before = world.snapshot();
    let wish = pipeline().to_string();

    let up = layer("net", &["up"], &wish, &env);
    assert_eq!(up.status, Some(3), "{}", up.stderr);
    assert!(up.stderr.contains("its allocation_id is \"\""), "{}", up.stderr);
    let left = parse(&up.stdout)["failed"]["left"].clone();
    let left: Vec<&str> = left.as_array().unwrap().iter().map(|one| one["resource"].as_str().unwrap()).collect();
    assert!(["nat-gateway.main", "address.nat", "vpc.main"].iter().all(|one| left.contains(one)), "{left:?}");
    done("net", &["down", "--yes"], &up.stdout, &env);
    assert_eq!(differences(&before, &world.snapshot()), Vec::<String>::new(), "nothing is left");

    let n = bare.calls(0).len();
    for (name, operation) in [("catalog", "ListCrawlers"), ("jobs", "ListJobs")] {
        let plan = layer(name, &["plan"], &wish, &env);
        assert_eq!(plan.status, Some(1), "{name}: {}", plan.stderr);
        assert!(plan.stderr.contains(&format!("InvalidAction: Unknown Glue action: {operation}")), "{}", plan.stderr);
    }
    assert_eq!(bare.mutating_since(n), Vec::<String>::new());
}

#[test]
fn the_list_of_disagreements_is_true_and_whole() {
    let (endpoint, other) = (Endpoint::start(), OtherEmulator::start());
    let list = list();
    let mut documents = BTreeMap::new();
    for (who, env) in [("moto", endpoint.env()), ("other", other.env())] {
        let wish = pipeline().to_string();
        for name in layers() {
            layer(name, &["plan"], &wish, &env);
        }
        let document = up(&layers(), &wish, &env);
        up(&layers(), &document, &env);
        for name in layers() {
            done(name, &["status"], &document, &env);
        }
        documents.insert(who, document);
    }

    // What boto3 sees of the same things.
    let (moto, opinion) = (World::of(&endpoint), World::with(&other.env()));
    let Compared { same, differ } = compare(&moto.snapshot(), &opinion.snapshot());
    let listed = |part: &str, key: &str| -> BTreeSet<String> {
        list[part].as_array().unwrap().iter().map(|entry| entry[key].as_str().unwrap().to_owned()).collect()
    };
    let paths: BTreeSet<String> = differ.keys().cloned().collect();
    assert_eq!(paths, listed("world", "path"), "{differ:#?}");

    // What the programs were answered.
    down(&documents["moto"], &endpoint.env());
    down(&documents["other"], &other.env());
    let heard = std::fs::read_to_string(endpoint.record()).unwrap();
    let heard: Vec<Value> = heard.lines().map(parse).collect();
    let (moto_codes, other_codes) = (codes(&heard), codes(&other.calls(0)));
    let mut differing = BTreeSet::new();
    let lacking = listed("lacks", "operation");
    let none = BTreeSet::new();
    for program in layers() {
        let operations: BTreeSet<&String> =
            moto_codes.keys().filter(|(who, _)| who == program).map(|(_, operation)| operation).collect();
        let (mut served, mut agreed) = (0, 0);
        for operation in &operations {
            let key = (program.to_owned(), (*operation).clone());
            let (moto, other) = (&moto_codes[&key], other_codes.get(&key).unwrap_or(&none));
            served += usize::from(!lacking.contains(*operation));
            agreed += usize::from(moto == other);
            if moto != other && !lacking.contains(*operation) {
                differing.insert(format!("{program} {operation}: moto {moto:?}, other {other:?}"));
            }
        }
        let total = operations.len();
        eprintln!("other emulator: {program}: {served} of {total} operations served, {agreed} answered alike");
    }
    assert_eq!(differing, listed("codes", "answers"));

    // What is filled in, or cannot be seen in a whole run, is tried by itself, at an emulator as it is.
    let bare = OtherEmulator::bare();
    let opinion = World::with(&bare.env());
    let mut untrue = Vec::new();
    for entry in ["lacks", "forgets", "agreements"].iter().flat_map(|part| list[*part].as_array().unwrap()) {
        for (who, world) in [("moto", &moto), ("other", &opinion)] {
            let Some(told) = entry["sees"].get(who) else { continue };
            let seen = sees(world, entry);
            if seen != *told {
                untrue.push(format!("{} at {who}: {seen}, and the list says {told}", entry["operation"]));
            }
        }
    }
    assert_eq!(untrue, Vec::<String>::new());
    let number = |part: &str| list[part].as_array().unwrap().len();
    let (lacks, forgets, world, codes) = (number("lacks"), number("forgets"), number("world"), number("codes"));
    let agreements = number("agreements");
    eprintln!(
        "other emulator: {same} values alike, {world} that differ; {lacks} operations lacking, {forgets} that forget or \
         ignore something, {codes} other answers, {agreements} refusals alike that the programs rely on"
    );
}
