//! Environments of one pipeline.json: what each is, and that a protected one is only removed by its name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use strata_testkit::world::differences;
use strata_testkit::{Endpoint, Output, World, bin, python, repository};
use strata_tests::{Checkout, done, json as parse, layer, pipeline};

/// driven-data with two more environments.
fn wish() -> Value {
    let mut document = pipeline();
    document["pipeline"]["envs"] = json!({
        "prod": {
            "airflow": { "class": "mw1.medium", "schedule": "0 5 * * *" },
            "net": { "egress": "endpoints" },
            "tags": { "Project": null, "cost": "prod" },
            "protect": true,
        },
        "anna": { "net": { "egress": "none" } },
    });
    document
}

fn refused(name: &str, words: &[&str], document: &Value, env: &[(&str, &str)], says: &[&str]) {
    let output = layer(name, words, &document.to_string(), env);
    assert_eq!(output.status, Some(2), "{name} {words:?}: {}", output.stderr);
    for word in says {
        assert!(output.stderr.contains(word), "{name} {words:?}: `{word}` is not in: {}", output.stderr);
    }
}

#[test]
fn show_prints_the_pipeline_of_one_environment() {
    let wish = wish().to_string();
    let own = parse(&done("pipeline", &["show"], &wish, &[]));
    assert_eq!(own["pipeline"]["env"], "dev");
    assert_eq!(own["pipeline"]["tags"], json!({ "Project": "driven-data" }));
    let text = done("pipeline", &["show", "--env", "prod"], &wish, &[]);
    let prod = parse(&text);
    assert_eq!(prod["pipeline"]["env"], "prod");
    assert_eq!(prod["pipeline"]["airflow"]["class"], "mw1.medium");
    assert_eq!(prod["pipeline"]["tags"], json!({ "cost": "prod" }));
    assert_eq!(prod["pipeline"]["protect"], true);
    assert_eq!(prod["pipeline"].get("envs"), None);
    // What is shown is the document of that environment: it shows itself, and no other.
    assert_eq!(done("pipeline", &["show", "--env", "prod"], &text, &[]), text);
    refused("pipeline", &["show", "--env", "dev"], &prod, &[], &["--env says `dev` and the document says `prod`"]);
}

#[test]
fn show_tells_where_each_changed_field_comes_from() {
    let wish = wish().to_string();
    let output = layer("pipeline", &["show", "--env", "prod", "--origins"], &wish, &[]);
    assert_eq!(parse(&output.stdout)["pipeline"]["env"], "prod");
    let expected = [
        "airflow.class: mw1.small -> mw1.medium (envs.prod)",
        "airflow.schedule: 0 7 * * * -> 0 5 * * * (envs.prod)",
        "net.egress: nat -> endpoints (envs.prod)",
        "protect: none -> true (envs.prod)",
        "tags.Project: driven-data -> none (envs.prod)",
        "tags.cost: none -> prod (envs.prod)",
    ];
    assert_eq!(output.stderr.lines().collect::<Vec<_>>(), expected);
    let changes = parse(&done("pipeline", &["show", "--env", "anna", "--origins", "--json"], &wish, &[]));
    assert_eq!(changes, json!([{ "field": "net.egress", "from": "nat", "to": "none", "origin": "envs.anna" }]));
    assert_eq!(layer("pipeline", &["show", "--origins"], &wish, &[]).stderr, "");
}

#[test]
fn an_unknown_environment_and_a_wrong_patch_are_refused_by_every_program() {
    let endpoint = Endpoint::start();
    let mut wrong = wish();
    wrong["pipeline"]["envs"]["prod"]["airflow"]["clas"] = json!("mw1.large");
    for name in ["net", "teardown"] {
        let up: &[&str] = if name == "net" { &["up"] } else { &[] };
        let unknown = [up, &["--env", "prdo"]].concat();
        let says =
            ["no env `prdo`; did you mean `prod`? known are dev, anna, prod", "put \"prdo\": {} into `pipeline.envs`"];
        refused(name, &unknown, &wish(), &endpoint.env(), &says);
        let says = ["`pipeline.envs.prod.airflow.clas`: unknown field `clas`; did you mean `class`?"];
        refused(name, &[up, &["--env", "prod"]].concat(), &wrong, &endpoint.env(), &says);
        refused(name, &[up, &["--env", "prod"]].concat(), &pipeline(), &endpoint.env(), &["the document says `dev`"]);
    }
    assert_eq!(endpoint.mutating_since(0), Vec::<String>::new());
    // One environment can be used while another is wrong; who looks at the pipeline is told all the same.
    done("pipeline", &["layers"], &wrong.to_string(), &[]);
    wrong["pipeline"]["envs"]["anna"]["nett"] = json!({});
    refused("pipeline", &["show"], &wrong, &[], &["pipeline.envs.prod.airflow.clas", "pipeline.envs.anna.nett"]);
}

#[test]
fn layers_says_what_a_pipeline_asks_for_and_what_there_is() {
    let wish = wish().to_string();
    let stages = done("pipeline", &["layers", "--stages"], &wish, &[]);
    let names: Vec<&str> = stages.split_whitespace().collect();
    assert_eq!(done("pipeline", &["layers"], &wish, &[]).lines().collect::<Vec<_>>(), names);
    assert!(stages.lines().count() < names.len() && names.contains(&"storage"), "{stages}");
    let all = done("pipeline", &["layers", "--all", "--stages"], "", &[]);
    assert!(names.iter().all(|name| all.split_whitespace().any(|other| other == *name)), "{all}");
}

#[test]
fn two_environments_stand_beside_each_other_and_each_is_made_as_its_patch_says() {
    let endpoint = Endpoint::start();
    let (env, world) = (endpoint.env(), World::of(&endpoint));
    let text = wish().to_string();
    let anna = done("net", &["up", "--env", "anna"], &text, &env);
    assert_eq!(parse(&anna)["pipeline"]["env"], "anna");
    let before = world.snapshot();
    let prod = done("net", &["up", "--env", "prod"], &text, &env);
    // The saved document and the pipeline's own one are one, in the environment that both are of.
    let shown = done("net", &["status", "--env", "prod"], &format!("{text}{prod}"), &env);
    assert_eq!(parse(&shown)["layer"], "net");
    let gateways = world.call("ec2", "describe_nat_gateways", json!({}))["NatGateways"].as_array().unwrap().len();
    assert_eq!(gateways, 0);
    let vpcs =
        world.call("ec2", "describe_vpcs", json!({ "Filters": [{ "Name": "tag:strata:env", "Values": ["prod"] }] }));
    assert_eq!(vpcs["Vpcs"].as_array().unwrap().len(), 1);
    assert!(vpcs.to_string().contains("\"cost\""), "{vpcs}");
    let name = ["down", "--env", "prod", "--confirm", "driven-data-prod"];
    done("net", &name, &text, &env);
    assert_eq!(differences(&before, &world.snapshot()), Vec::<String>::new());
}

/// `layer` at a terminal where `line` is typed.
fn typed(line: &str, name: &str, words: &[&str], document: &str, env: &[(&str, &str)]) -> Output {
    let mut child = Command::new(python())
        .arg(repository().join("tests/environments/typed.py"))
        .arg(line)
        .arg(bin(name))
        .args(words)
        .envs(env.iter().copied())
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Output { status: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

#[test]
fn a_protected_copy_is_removed_only_by_its_name() {
    let endpoint = Endpoint::start();
    let (env, world) = (endpoint.env(), World::of(&endpoint));
    let (text, wish, nothing) = (wish().to_string(), wish(), world.snapshot());
    done("net", &["up", "--env", "prod"], &text, &env);
    let before = world.snapshot();
    let protected =
        ["it is protected (`protect` in its pipeline.json)", "--yes is not enough", "use --confirm driven-data-prod"];
    let other = ["--confirm names `driven-data-dev`", "nothing was touched"];
    for (name, down) in [("net", &["down", "--env", "prod"][..]), ("teardown", &["--env", "prod"])] {
        refused(name, down, &wish, &env, &protected);
        refused(name, &[down, &["--yes"]].concat(), &wish, &env, &protected);
        refused(name, &[down, &["--yes", "--confirm", "driven-data-dev"]].concat(), &wish, &env, &other);
        let output = typed("driven-data", name, &[down, &["--yes"]].concat(), &text, &env);
        assert_eq!(output.status, Some(2), "{}", output.stdout);
        assert!(output.stdout.contains("its name was not typed"), "{}", output.stdout);
    }
    assert_eq!(differences(&before, &world.snapshot()), Vec::<String>::new());
    // Who only looks is not asked.
    let would_go = parse(&done("net", &["down", "--dry-run", "--env", "prod"], &text, &env));
    assert!(would_go["removes"].as_array().is_some_and(|removes| !removes.is_empty()));
    // Another copy is not protected.
    assert_eq!(layer("net", &["down"], &text, &env).status, Some(0));

    let output = typed("driven-data-prod", "net", &["down", "--env", "prod"], &text, &env);
    assert_eq!(output.status, Some(0), "{}", output.stdout);
    assert_eq!(differences(&nothing, &world.snapshot()), Vec::<String>::new());
}

#[test]
fn teardown_passes_the_name_on_to_every_layer() {
    let endpoint = Endpoint::start();
    let (env, world) = (endpoint.env(), World::of(&endpoint));
    let text = wish().to_string();
    let nothing = world.snapshot();
    let document = done("net", &["up", "--env", "prod"], &text, &env);
    done("storage", &["up"], &done("iam", &["up"], &document, &env), &env);
    done("teardown", &["--env", "prod", "--yes", "--confirm", "driven-data-prod"], &text, &env);
    assert_eq!(differences(&nothing, &world.snapshot()), Vec::<String>::new());
}

#[test]
fn plan_first_tells_what_the_environment_changes() {
    let checkout = Checkout::new();
    checkout.change("pipelines/minimal/pipeline.json", |pipeline| {
        pipeline["envs"] = json!({ "prod": { "jobs": { "timeout_minutes": 30 }, "protect": true }, "copy": {} });
    });
    let said = checkout.done(&["plan", "pipeline=minimal", "env=prod"]).err;
    let differs = "plan: env prod differs from the pipeline without it:\n  jobs.timeout_minutes: 60 -> 30 (envs.prod)\n  protect: none -> true (envs.prod)\n";
    let (at, plan) = (said.find(differs), said.find("to create"));
    assert!(at.is_some() && at < plan, "{said}");
    assert!(!checkout.done(&["plan", "pipeline=minimal", "env=copy"]).err.contains("differs"));
}

#[test]
fn a_protected_copy_goes_down_with_its_name_as_a_word() {
    let checkout = Checkout::new();
    let world = World::of(&checkout.endpoint);
    let nothing = world.snapshot();
    checkout.change("pipelines/minimal/pipeline.json", |pipeline| {
        pipeline["envs"] = json!({ "prod": { "protect": true } })
    });
    let words = ["pipeline=minimal", "env=prod"];
    checkout.done(&[&["up"], &words[..]].concat());
    let there = world.snapshot();
    let said = checkout.strata(&[&["down", "yes"], &words[..]].concat());
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("minimal-prod: it is protected"), "{}", said.err);
    assert_eq!(differences(&there, &world.snapshot()), Vec::<String>::new());
    checkout.done(&[&["down", "confirm=minimal-prod"], &words[..]].concat());
    assert_eq!(differences(&nothing, &world.snapshot()), Vec::<String>::new());
}
