//! What is not ours is not touched: look-alikes of every kind survive every program, byte for byte at the endpoint, and
//! two whole copies of a pipeline live side by side.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "neighbours/lookalikes.rs"]
mod lookalikes;

use serde_json::{Value, json};
use std::time::Duration;
use strata_testkit::world::{count, differences};
use strata_testkit::{Endpoint, World, eventually, repository};
use strata_tests::{LAYERS, changed, done, is_shared_log, json as parse, layer, pipeline, up};

/// Fewer would not be a neighbourhood.
const LEAST: usize = 50;

/// Everything of `before` is there, and as it was. What came is left out: it may be ours.
fn untouched(before: &Value, world: &World, after: &str) {
    let now = world.snapshot();
    for (kind, things) in before.as_object().unwrap() {
        for (id, thing) in things.as_object().unwrap() {
            let found = now[kind].get(id).unwrap_or_else(|| panic!("after {after}: {kind} {id} is gone"));
            assert_eq!(found, thing, "after {after}: {kind} {id}: {:#?}", differences(thing, found));
        }
    }
}

/// The world is exactly as it was.
fn same(before: &Value, world: &World, after: &str) {
    let found = differences(before, &world.snapshot());
    assert_eq!(found, Vec::<String>::new(), "after {after}");
}

fn other(env: &str) -> String {
    let mut document = pipeline();
    document["pipeline"]["env"] = json!(env);
    document.to_string()
}

fn available(world: &World, name: &str) {
    eventually(&format!("environment {name}"), Duration::from_secs(30), || {
        let found = world.call("mwaa", "get_environment", json!({ "Name": name }));
        (found["Environment"]["Status"] == "AVAILABLE").then_some(())
    });
}

/// One day with the real rows: load, crawl, transform, crawl, count.
fn day(document: &str, env: &[(&str, &str)]) {
    let rows = repository().join("tests/fixtures/batch_2024-09-15.csv");
    let document = done("datagen", &["load", "--input", rows.to_str().unwrap(), "--date", "2024-09-15"], document, env);
    let document = done("catalog", &["crawl", "raw"], &document, env);
    let document = done("jobs", &["run", "--date", "2024-09-15"], &document, env);
    let document = done("catalog", &["crawl"], &document, env);
    done("catalog", &["counts"], &document, env);
}

#[test]
fn neighbours_survive_everything() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let world = World::of(&endpoint);
    let empty = count(&world.snapshot()).values().sum::<usize>();
    lookalikes::network(&world);
    lookalikes::roles(&world);
    lookalikes::buckets(&world);
    lookalikes::catalog(&world);
    lookalikes::logs(&world);
    // A whole other copy of the pipeline, with another owner's environment on its network.
    let sibling = up(&LAYERS, &other("dev2"), &env);
    lookalikes::environment(&world, "main", &parse(&sibling));
    available(&world, "main");
    let before = world.snapshot();
    let neighbours = count(&before).values().sum::<usize>() - empty;
    assert!(neighbours >= LEAST, "{neighbours}");

    let document = up(&LAYERS, &pipeline().to_string(), &env);
    untouched(&before, &world, "up");
    day(&document, &env);
    untouched(&before, &world, "a day");
    let mut wish = changed("/airflow/max_workers", 7);
    wish["pipeline"]["net"]["ingress"][0]["cidr"] = json!("10.0.0.0/24");
    wish["pipeline"]["storage"]["old_versions_days"] = json!(31);
    wish["pipeline"]["net"]["egress"] = json!("endpoints");
    wish["pipeline"]["transforms"].as_array_mut().unwrap().truncate(5);
    for table in ["payment_data", "technical_data", "pii_data", "non_pii_data"] {
        wish["pipeline"]["tables"].as_object_mut().unwrap().remove(table);
    }
    let document = up(&LAYERS, &wish.to_string(), &env);
    untouched(&before, &world, "up with another wish");
    for name in LAYERS.iter().rev().copied() {
        done(name, &["down", "--yes"], &document, &env);
        untouched(&before, &world, &format!("{name} down"));
    }
    same(&before, &world, "down of every layer");

    up(&LAYERS, &pipeline().to_string(), &env);
    done("teardown", &["--yes"], &pipeline().to_string(), &env);
    same(&before, &world, "teardown");
    up(&LAYERS, &pipeline().to_string(), &env);
    let words = ["--pipeline", "driven-data", "--env", "dev", "--region", "eu-central-1", "--yes"];
    done("teardown", &words, "", &env);
    same(&before, &world, "teardown without a document");
    eprintln!("neighbours: {neighbours} look-alikes, 0 changed");
}

#[test]
fn two_copies_side_by_side_do_not_touch_each_other() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let world = World::of(&endpoint);
    let nothing = world.snapshot();
    let first = up(&LAYERS, &pipeline().to_string(), &env);
    day(&first, &env);
    let one = world.snapshot();
    let second = up(&LAYERS, &other("dev-x"), &env);
    untouched(&one, &world, "up of the second");
    day(&second, &env);
    untouched(&one, &world, "a day of the second");
    let both = world.snapshot();
    // The pipeline asks for nothing new: the first copy finds itself, and only itself.
    let before = endpoint.count();
    assert_eq!(up(&LAYERS, &pipeline().to_string(), &env), first);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    same(&both, &world, "up of the first again");
    done("teardown", &["--yes"], &first, &env);
    let found = differences(&one, &both);
    assert!(!found.is_empty());
    let rest = world.snapshot();
    let theirs = |kind: &str, id: &str| one[kind].get(id).is_none();
    for (kind, things) in both.as_object().unwrap() {
        for (id, thing) in things.as_object().unwrap().iter().filter(|(id, _)| theirs(kind, id)) {
            assert_eq!(rest[kind].get(id), Some(thing), "after teardown of the first: {kind} {id}");
        }
    }
    done("teardown", &["--yes"], &second, &env);
    let left: Vec<String> = differences(&nothing, &world.snapshot());
    // The account's own log groups of Glue stay: other jobs and crawlers write to them, too.
    assert!(
        left.iter().all(|line| line
            .strip_prefix("log-group.")
            .and_then(|rest| rest.split(": ").next())
            .is_some_and(is_shared_log)),
        "{left:#?}"
    );
}

/// What holds one of our names, and is not ours.
struct Taken {
    layer: &'static str,
    name: &'static str,
    make: fn(&World, &Value),
    remove: fn(&World),
}

const BUCKET: &str = "driven-data-dev-123456789012-eu-central-1-an";

fn remove_role(world: &World) {
    let role = "driven-data-dev-eu-central-1-glue";
    world.call("iam", "delete_role_policy", json!({ "RoleName": role, "PolicyName": "strata" }));
    world.call("iam", "delete_role", json!({ "RoleName": role }));
}

fn remove_bucket(world: &World) {
    let found = world.snapshot();
    for kind in ["object", "delete-marker"] {
        for thing in found[kind].as_object().unwrap().values() {
            let words = json!({ "Bucket": BUCKET, "Key": thing["Key"], "VersionId": thing["VersionId"] });
            world.call("s3", "delete_object", words);
        }
    }
    world.call("s3", "delete_bucket", json!({ "Bucket": BUCKET }));
}

/// Before anything of the pipeline is there.
fn early() -> Vec<Taken> {
    vec![
        Taken {
            layer: "iam",
            name: "driven-data-dev-eu-central-1-glue",
            make: |world, _| lookalikes::role(world, "driven-data-dev-eu-central-1-glue", "/", &[]),
            remove: remove_role,
        },
        Taken {
            layer: "iam",
            name: "driven-data-dev-eu-central-1-glue",
            make: |world, _| {
                let path = "/strata/driven-data/dev/eu-central-1/";
                let tags = [("strata:pipeline", "driven"), ("strata:env", "data-dev")];
                lookalikes::role(world, "driven-data-dev-eu-central-1-glue", path, &tags);
            },
            remove: remove_role,
        },
        Taken {
            layer: "storage",
            name: BUCKET,
            make: |world, _| lookalikes::bucket(world, BUCKET, &[]),
            remove: remove_bucket,
        },
        Taken {
            layer: "storage",
            name: BUCKET,
            make: |world, _| {
                let tags = [("strata:pipeline", "driven"), ("strata:env", "data-dev"), ("strata:layer", "storage")];
                lookalikes::bucket(world, BUCKET, &tags);
            },
            remove: remove_bucket,
        },
    ]
}

/// When network, roles and bucket are there.
fn late() -> Vec<Taken> {
    vec![
        Taken {
            layer: "catalog",
            name: "driven_data_db",
            make: |world, _| lookalikes::database(world, "driven_data_db", &[], &[]),
            remove: |world| drop(world.call("glue", "delete_database", json!({ "Name": "driven_data_db" }))),
        },
        Taken {
            layer: "catalog",
            name: "driven-data-dev-raw",
            make: |world, _| lookalikes::classifier(world, "driven-data-dev-raw"),
            remove: |world| drop(world.call("glue", "delete_classifier", json!({ "Name": "driven-data-dev-raw" }))),
        },
        Taken {
            layer: "catalog",
            name: "driven-data-dev-raw",
            make: |world, _| {
                let json = json!({ "Name": "driven-data-dev-raw", "JsonPath": "$[*]" });
                world.call("glue", "create_classifier", json!({ "JsonClassifier": json }));
            },
            remove: |world| drop(world.call("glue", "delete_classifier", json!({ "Name": "driven-data-dev-raw" }))),
        },
        Taken {
            layer: "catalog",
            name: "raw_driven_data",
            make: |world, _| lookalikes::crawler(world, "raw_driven_data", &[]),
            remove: |world| drop(world.call("glue", "delete_crawler", json!({ "Name": "raw_driven_data" }))),
        },
        Taken {
            layer: "catalog",
            name: "driven-data-dev-athena",
            make: |world, _| {
                drop(world.call("athena", "create_work_group", json!({ "Name": "driven-data-dev-athena" })));
            },
            remove: |world| {
                drop(world.call("athena", "delete_work_group", json!({ "WorkGroup": "driven-data-dev-athena" })));
            },
        },
        Taken {
            layer: "jobs",
            name: "staging_dim_address",
            make: |world, _| lookalikes::job(world, "staging_dim_address", &[("Owner", "another")]),
            remove: |world| drop(world.call("glue", "delete_job", json!({ "JobName": "staging_dim_address" }))),
        },
        Taken {
            layer: "airflow",
            name: "driven-data-dev-airflow",
            make: |world, document| {
                lookalikes::environment(world, "driven-data-dev-airflow", document);
                available(world, "driven-data-dev-airflow");
            },
            remove: |world| {
                drop(world.call("mwaa", "delete_environment", json!({ "Name": "driven-data-dev-airflow" })))
            },
        },
    ]
}

/// `up` and `plan` refuse and say whose it is; `status`, `down` and `teardown` leave it alone.
fn refused(endpoint: &Endpoint, world: &World, taken: &Taken, document: &str) {
    let env = endpoint.env();
    (taken.make)(world, &parse(document));
    let before = world.snapshot();
    let calls = endpoint.count();
    for verb in ["up", "plan"] {
        let output = layer(taken.layer, &[verb], document, &env);
        assert_eq!(output.status, Some(1), "{} {verb}: {}", taken.name, output.stderr);
        let says = format!("{}: it exists and belongs to ", taken.name);
        assert!(output.stderr.contains(&says), "{} {verb}: {}", taken.name, output.stderr);
    }
    let status = layer(taken.layer, &["status"], document, &env);
    assert_eq!(status.status, Some(4), "{}: {}", taken.name, status.stderr);
    done(taken.layer, &["down", "--yes"], document, &env);
    assert_eq!(endpoint.mutating_since(calls), Vec::<String>::new(), "{}", taken.name);
    same(&before, world, &format!("{} with {} taken", taken.layer, taken.name));
    (taken.remove)(world);
}

#[test]
fn a_name_that_is_taken_is_refused_and_left_alone() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let world = World::of(&endpoint);
    let wish = pipeline().to_string();
    for taken in early() {
        refused(&endpoint, &world, &taken, &wish);
    }
    let document = up(&["net", "iam", "storage"], &wish, &env);
    lookalikes::role(&world, "driven-data-dev-eu-central-1-glue2", "/", &[]);
    lookalikes::database(&world, "driven_data_db_dev_x", &[], &[]);
    for taken in late() {
        // `jobs` wants the catalog's section, and no more than that.
        let mut whole = parse(&document);
        if taken.layer == "jobs" {
            whole["catalog"] = json!({
                "database": "driven_data_db", "classifier": "", "crawlers": {}, "tables": [], "workgroup": ""
            });
        }
        refused(&endpoint, &world, &taken, &whole.to_string());
    }
}

#[test]
fn a_verb_works_only_on_what_is_ours() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let world = World::of(&endpoint);
    let document = up(&LAYERS, &pipeline().to_string(), &env);
    lookalikes::role(&world, "driven-data-dev-eu-central-1-glue2", "/", &[]);
    lookalikes::database(&world, "driven_data_db_dev_x", &[], &[]);
    lookalikes::bucket(&world, "somebodys-own-data", &[]);
    // Ours were deleted, and another owner took the names.
    world.call("glue", "delete_crawler", json!({ "Name": "raw_driven_data" }));
    lookalikes::crawler(&world, "raw_driven_data", &[]);
    world.call("glue", "delete_job", json!({ "JobName": "payment_data" }));
    lookalikes::job(&world, "payment_data", &[]);
    // A document is a file: another bucket may have been written into it.
    let mut forged = parse(&document);
    forged["storage"]["bucket"] = json!("somebodys-own-data");
    forged["storage"]["arn"] = json!("arn:aws:s3:::somebodys-own-data");
    let forged = forged.to_string();
    let before = world.snapshot();
    let calls = endpoint.count();
    let rows = repository().join("tests/fixtures/batch_2024-09-15.csv");
    let load = ["load", "--input", rows.to_str().unwrap(), "--date", "2024-09-15"];
    for (name, words, text) in [
        ("catalog", &["crawl", "raw"][..], &document),
        ("catalog", &["crawl"], &document),
        ("jobs", &["run", "payment_data", "--rebuild"], &document),
        ("jobs", &["run", "--rebuild"], &document),
        ("datagen", &load, &forged),
        ("datagen", &["generate", "--to", "bucket", "--rows", "5"], &forged),
        ("storage", &["sync"], &forged),
    ] {
        let output = layer(name, words, text, &env);
        assert_eq!(output.status, Some(1), "{name} {words:?}: {}", output.stderr);
        assert!(output.stderr.contains("belongs to another owner"), "{name} {words:?}: {}", output.stderr);
    }
    assert_eq!(endpoint.mutating_since(calls), Vec::<String>::new());
    same(&before, &world, "verbs on what is not ours");
    // `storage` itself goes by tags, whatever the document says.
    done("storage", &["up"], &forged, &env);
    done("storage", &["down", "--yes"], &forged, &env);
    untouched(&foreign(&before), &world, "storage with a forged document");
}

/// Only the bucket that is not ours, and what is in it.
fn foreign(snapshot: &Value) -> Value {
    let mut found = json!({});
    for kind in ["bucket", "object", "delete-marker", "upload"] {
        let things = snapshot[kind].as_object().unwrap().iter().filter(|(id, _)| id.starts_with("somebodys-own-data"));
        found[kind] = things.map(|(id, thing)| (id.clone(), thing.clone())).collect::<serde_json::Map<_, _>>().into();
    }
    found
}
