//! Saved documents: whole or not at all, one for each pipeline, environment and target.

use crate::{PIPELINE, bucket, with_prod};
use std::process::Stdio;
use strata_testkit::{Endpoint, World, eventually};
use strata_tests::{Checkout, Said, json};

const DEV: &str = "driven-data-dev-local";

/// What is in `.strata`, but for what is there always.
fn files(checkout: &Checkout) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(checkout.path(".strata")) else { return Vec::new() };
    let mut names: Vec<String> = folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ".gitignore");
    names.sort();
    names
}

#[test]
fn u02_words_that_read_never_create() {
    let checkout = Checkout::new();
    let before = checkout.endpoint.count();
    for words in [
        &["query"][..],
        &["query", "SELECT 1"],
        &["run"],
        &["run", "rebuild"],
        &["run", "generate", "date=2024-09-15"],
        &["dag"],
        &["dag-runs"],
        &["dag-logs"],
        &["dag-ui", "--print"],
        &["query", "target=aws", "pipeline=driven-data"],
    ] {
        let said = checkout.strata(words);
        assert_eq!(said.code, Some(2), "{words:?}: {}", said.err);
        assert!(said.err.contains("nothing is up: run `strata up"), "{words:?}: {}", said.err);
        assert_eq!(said.out, "", "{words:?}");
    }
    for (words, code) in [
        (&["plan"][..], 0),
        (&["status"], 4),
        (&["layer", "catalog", "status"], 4),
        (&["layer", "catalog", "counts"], 2),
    ] {
        let said = checkout.strata(words);
        assert_eq!(said.code, Some(code), "{words:?}: {}", said.err);
    }
    assert_eq!(checkout.endpoint.mutating_since(before), [""; 0]);
    assert_eq!(files(&checkout), [""; 0]);
}

#[test]
fn u02_words_that_read_start_no_endpoint() {
    let mut checkout = Checkout::new();
    checkout.endpoint.crash();
    std::fs::remove_file(checkout.path(".local/endpoint.json")).unwrap();
    for words in
        [&["query"][..], &["plan"], &["status"], &["run"], &["dag"], &["layer", "catalog", "counts"], &["dag-runs"]]
    {
        let said = checkout.strata(words);
        assert_eq!(said.code, Some(2), "{words:?}: {}", said.err);
        assert!(
            said.err.contains("the local endpoint is not running, so nothing is up: run `strata up`"),
            "{}",
            said.err
        );
    }
    assert!(!checkout.path(".local/endpoint.json").exists());
    // What is checked without AWS needs none.
    checkout.done(&["dag-check"]);
}

#[test]
fn u11_two_ups_at_once_leave_two_documents() {
    let checkout = Checkout::new();
    with_prod(&checkout);
    let all: [&[&str]; 3] = [&["up"], &["up", "env=prod"], &["up", "pipeline=minimal"]];
    let running: Vec<_> = all
        .iter()
        .map(|words| {
            let mut command = checkout.command(&checkout.path("scripts/strata"), &checkout.path(""));
            command.args(*words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in running {
        let said = Said::from(child.wait_with_output().unwrap());
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert_eq!(said.out, "");
    }
    assert_eq!(
        files(&checkout),
        ["driven-data-dev-local.json", "driven-data-prod-local.json", "minimal-dev-local.json"]
    );
    for (name, pipeline, env) in [
        (DEV, "driven-data", "dev"),
        ("driven-data-prod-local", "driven-data", "prod"),
        ("minimal-dev-local", "minimal", "dev"),
    ] {
        let document = checkout.document(name);
        assert_eq!((&document["pipeline"]["name"], &document["pipeline"]["env"]), (&pipeline.into(), &env.into()));
        assert!(bucket(&checkout, name).starts_with(&format!("{pipeline}-{env}-")), "{document}");
    }
}

#[test]
fn u12_a_refused_up_keeps_the_document() {
    let checkout = Checkout::new();
    checkout.done(&["up", "run", "date=2024-09-15", "rows=20"]);
    let before = checkout.saved(DEV).unwrap();
    // Refused by the first look, and by the third layer.
    let sql = checkout.path("pipelines/driven-data/sql/staging/dim_date.sql");
    let good = std::fs::read_to_string(&sql).unwrap();
    std::fs::write(&sql, "SELECT nothing FROM nowhere").unwrap();
    let said = checkout.strata(&["up"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("the saved document is as it was"), "{}", said.err);
    std::fs::write(&sql, good).unwrap();
    let wish = std::fs::read_to_string(checkout.path(PIPELINE)).unwrap();
    checkout.change(PIPELINE, |pipeline| pipeline["tabels"] = 1.into());
    let said = checkout.strata(&["up"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    std::fs::write(checkout.path(PIPELINE), wish).unwrap();
    assert_eq!(checkout.saved(DEV).unwrap(), before);
    assert_eq!(files(&checkout), ["driven-data-dev-local.json"]);
    let said = checkout.done(&["query", "SELECT count(*) AS n FROM payment_data"]);
    assert!(said.out.contains("20") && !said.err.contains("failed"), "{}{}", said.out, said.err);
}

#[test]
fn u12_after_a_failed_up_what_is_up_can_still_be_asked() {
    let checkout = Checkout::new();
    checkout.done(&["up", "run", "date=2024-09-15", "rows=20"]);
    let before = checkout.document(DEV);
    // Something of another owner is in the way of a new job, after the layers before have changed.
    let world = World::of(&checkout.endpoint);
    let job = serde_json::json!({ "Name": "more", "Role": "arn:aws:iam::123456789012:role/x", "Command": { "Name": "glueetl", "ScriptLocation": "s3://x/y.py" } });
    world.call("glue", "create_job", job);
    checkout.change(PIPELINE, |pipeline| {
        pipeline["tables"]["more"] = pipeline["tables"]["payment_data"].clone();
        pipeline["tables"]["more"]["path"] = "data/trusted/more/".into();
        let mut transform = pipeline["transforms"][5].clone();
        transform["name"] = "more".into();
        transform["writes"] = "more".into();
        pipeline["transforms"].as_array_mut().unwrap().push(transform);
    });
    let said = checkout.strata(&["up"]);
    assert!(matches!(said.code, Some(1 | 3)), "{:?} {}", said.code, said.err);
    let after = checkout.document(DEV);
    assert_eq!(after["failed"]["layer"], "jobs");
    // What the failed one did not reach is as it was.
    assert_eq!(after["airflow"], before["airflow"]);
    let said = checkout.done(&["query", "SELECT count(*) AS n FROM payment_data"]);
    assert!(said.out.contains("20"), "{}", said.out);
    assert!(said.err.contains("the last `up` failed (jobs: "), "{}", said.err);
    world.call("glue", "delete_job", serde_json::json!({ "JobName": "more" }));
    checkout.done(&["up"]);
    assert_eq!(checkout.document(DEV).get("failed"), None);
}

#[test]
fn u21_an_older_document_is_said_to_be() {
    let checkout = Checkout::new();
    checkout.done(&["up"]);
    let old = "pipeline.json has changed since the last `up`, and what is up is used; run `strata up` to apply it";
    let said = checkout.done(&["query"]);
    assert!(!said.err.contains("has changed"), "{}", said.err);
    checkout.change(PIPELINE, |pipeline| pipeline["generate"]["rows"] = 30.into());
    let said = checkout.done(&["run", "date=2024-09-15", "query", "query"]);
    assert_eq!(said.err.matches(old).count(), 1, "{}", said.err);
    assert!(said.out.contains("1000"), "the rows that are up: {}", said.out);
    let said = checkout.done(&["up", "run", "date=2024-09-16", "query"]);
    assert!(!said.err.contains("has changed"), "{}", said.err);
    assert!(said.out.contains("1030"), "{}", said.out);
    // A word of `up` is no change of the file.
    checkout.done(&["up", "airflow=serverless"]);
    let said = checkout.done(&["query"]);
    assert!(!said.err.contains("has changed"), "{}", said.err);
}

#[test]
fn a_document_of_another_pipeline_or_env_is_refused() {
    let checkout = Checkout::new();
    with_prod(&checkout);
    checkout.done(&["up"]);
    let folder = checkout.path(".strata");
    std::fs::copy(folder.join("driven-data-dev-local.json"), folder.join("driven-data-prod-local.json")).unwrap();
    let before = checkout.endpoint.count();
    let said = checkout.strata(&["query", "env=prod"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    let words = "driven-data-prod-local.json is of pipeline driven-data, env dev, and not of driven-data, env prod";
    assert!(said.err.contains(words), "{}", said.err);
    // Half of one, or something else, is no document either.
    for text in ["", "{", "[]", "{\"pipeline\": {}}", "null"] {
        std::fs::write(folder.join("driven-data-prod-local.json"), text).unwrap();
        let said = checkout.strata(&["run", "env=prod"]);
        assert_eq!(said.code, Some(2), "{text}: {}", said.err);
        assert!(said.err.contains("strata up env=prod`"), "{text}: {}", said.err);
    }
    assert_eq!(checkout.endpoint.mutating_since(before), [""; 0]);
    checkout.done(&["up", "env=prod", "query"]);
}

#[test]
fn u26_an_interrupted_up_says_the_truth_about_its_document() {
    // The environment takes long: there is time to interrupt.
    let checkout = Checkout::with(Endpoint::start_with(&["--pace", "20000"]));
    let mut command = checkout.command(&checkout.path("scripts/strata"), &checkout.path(""));
    let child = command.arg("up").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    eventually("the environment", std::time::Duration::from_secs(60), || {
        checkout.endpoint.mutating_since(0).iter().any(|call| call == "airflow:CreateEnvironment").then_some(())
    });
    let killed = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(130), "{}", said.err);
    let path = checkout.path(".strata/driven-data-dev-local.json");
    assert!(
        said.err.contains(&format!("what exists is saved to {}; run `strata up` again", path.display())),
        "{}",
        said.err
    );
    let document = json(&checkout.saved(DEV).unwrap());
    assert_eq!(document["failed"]["layer"], "airflow");
    assert!(document["jobs"].is_object());
    assert_eq!(files(&checkout), ["driven-data-dev-local.json"]);
}
