//! The pipeline in MWAA Serverless: the same tables without an environment and without a NAT gateway; what was changed
//! from outside is found and put right; the kind can be changed and changed back; nothing is left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use strata_testkit::{Endpoint, World, python, repository, run};
use strata_tests::{LAYERS, assert_same, done, is_shared_log, json as parse, layer, pipeline, up};

const DAY: &str = "2024-09-15";
const GROUP: &str = "/aws/mwaa-serverless/driven-data-dev-airflow";

/// The pipeline, with a schedule that makes no run by itself.
fn wish(kind: &str) -> String {
    let mut document = pipeline();
    document["pipeline"]["airflow"]["kind"] = json!(kind);
    document["pipeline"]["airflow"]["schedule"] = json!("0 7 29 2 *");
    document.to_string()
}

/// The hash of what each table's files hold; or what another command of the script says.
fn drive(endpoint: &Endpoint, command: &str) -> Value {
    let script = repository().join("tests/airflow_real/drive.py");
    let output = run(python(), &[script.to_str().unwrap(), command], "", &endpoint.env());
    assert_eq!(output.status, Some(0), "{command}: {}{}", output.stdout, output.stderr);
    parse(&output.stdout)
}

/// Ids of a kind in the world.
fn ids(world: &Value, kind: &str) -> Vec<String> {
    world[kind].as_object().unwrap().keys().cloned().collect()
}

/// The keys of the bucket's newest objects below `dags/`, and requirements.txt.
fn programs(world: &Value) -> Vec<String> {
    let keys = ids(world, "object").into_iter();
    let keys = keys.filter_map(|id| Some(id.split_once('/')?.1.split('@').next()?.to_owned()));
    let gone: Vec<String> = ids(world, "delete-marker")
        .into_iter()
        .filter(|id| world["delete-marker"][id]["IsLatest"] == true)
        .filter_map(|id| Some(id.split_once('/')?.1.split('@').next()?.to_owned()))
        .collect();
    let mut keys: Vec<String> =
        keys.filter(|key| (key.starts_with("dags/") || key == "requirements.txt") && !gone.contains(key)).collect();
    keys.dedup();
    keys
}

#[test]
fn a_workflow_makes_the_same_tables_without_environment_and_gateway() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let world = World::of(&endpoint);
    let wish = wish("serverless");
    let document = up(&LAYERS, &wish, &env);
    let section = &parse(&document)["airflow"];
    let arn = section["arn"].as_str().unwrap();
    assert!(arn.contains(":workflow/driven-data-dev-airflow-"), "{section}");
    assert_eq!(section["log_group"], GROUP);
    assert_eq!(section["environment"], Value::Null);

    // Only what it needs is there: its role, its log group, its definition.
    let seen = world.snapshot();
    for kind in ["environment", "nat-gateway", "address", "endpoint"] {
        assert_eq!(ids(&seen, kind), Vec::<String>::new(), "{kind}");
    }
    assert_eq!(ids(&seen, "workflow"), [arn]);
    assert_eq!(programs(&seen), ["dags/driven-data.workflow.yaml"]);
    assert!(seen["log-group"][GROUP]["tags"]["strata:id"] == "workflow-log.main", "{}", seen["log-group"]);
    let role = &seen["role"]["driven-data-dev-eu-central-1-airflow"];
    assert!(role.to_string().contains("airflow-serverless.amazonaws.com"), "{role}");

    // Again: nothing is called that changes anything, and the bytes are the same, with no document to start from.
    let before = endpoint.count();
    assert_eq!(up(&LAYERS, &wish, &env), document);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    for name in LAYERS.iter().copied() {
        let status = layer(name, &["status"], &document, &env);
        assert_eq!(status.status, Some(0), "{name}: {} {}", status.stderr, status.stdout);
    }

    // A run of a day, watched to its end.
    let day = done("datagen", &["generate", "--to", "bucket", "--date", DAY], &document, &env);
    let output = layer("airflow", &["trigger", "--wait", "--date", DAY], &document, &env);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(output.stderr.contains("17 of 17 tasks") || output.stderr.contains("task ready"), "{}", output.stderr);
    let run = output.stdout.trim().to_owned();
    let tasks = parse(&done("airflow", &["runs", "--run", &run, "--format", "json"], &document, &env));
    let states: BTreeMap<&str, &str> = tasks
        .as_array()
        .unwrap()
        .iter()
        .map(|task| (task["task"].as_str().unwrap(), task["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states.len(), 17, "{tasks}");
    assert!(states.values().all(|state| *state == "success"), "{tasks}");
    let runs = parse(&done("airflow", &["runs", "--format", "json"], &document, &env));
    assert_eq!((&runs[0]["run"], &runs[0]["day"], &runs[0]["state"]), (&json!(run), &json!(DAY), &json!("success")));
    assert_eq!(runs[0]["kind"], "manual");
    let log = done("airflow", &["logs", "payment_data", "--run", &run], &document, &env);
    assert!(!log.is_empty());

    // The same as without it.
    let tables = drive(&endpoint, "tables");
    assert_eq!(tables.as_object().unwrap().len(), 9, "{tables}");
    drive(&endpoint, "forget");
    let crawled = done("catalog", &["crawl", "raw"], &day, &env);
    done("jobs", &["run", "--date", DAY], &crawled, &env);
    assert_eq!(drive(&endpoint, "tables"), tables);

    // Everything goes, with no document but the wish, and the log group, too.
    let output = layer("teardown", &["--yes", "--pipeline", "driven-data", "--env", "dev"], "", &env);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(output.stderr.contains("MWAA Serverless workflows"), "{}", output.stderr);
    let left = world.snapshot();
    for kind in ["workflow", "environment", "log-group", "role", "bucket", "vpc"] {
        let left: Vec<String> = ids(&left, kind).into_iter().filter(|id| !is_shared_log(id)).collect();
        assert_eq!(left, Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn a_run_that_fails_says_so_and_shows_the_log() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let document = up(&LAYERS, &wish("serverless"), &env);
    done("datagen", &["generate", "--to", "bucket", "--date", DAY], &document, &env);
    // A job that cannot run: its script is gone.
    let bucket = parse(&document)["storage"]["bucket"].as_str().unwrap().to_owned();
    let key = "sql/trusted/payment_data.sql";
    let world = World::of(&endpoint);
    world.call("s3", "delete_object", json!({ "Bucket": bucket, "Key": key }));
    // A definition without retries, so that the test need not wait for them.
    let definition = "dags/driven-data.workflow.yaml";
    let found = world.call("s3", "get_object", json!({ "Bucket": bucket, "Key": definition }));
    let once = found["Body"].as_str().unwrap().replace("    retries: 2\n", "    retries: 0\n");
    world.call("s3", "put_object", json!({ "Bucket": bucket, "Key": definition, "Body": once }));
    let sections = parse(&document);
    let words = json!({
        "WorkflowArn": sections["airflow"]["arn"], "RoleArn": sections["iam"]["role_arns"]["airflow"],
        "DefinitionS3Location": { "Bucket": bucket, "ObjectKey": definition },
        "LoggingConfiguration": { "LogGroupName": GROUP }
    });
    assert!(world.call("mwaa-serverless", "update_workflow", words)["WorkflowVersion"].is_string());
    let output = layer("airflow", &["trigger", "--wait", "--date", DAY], &document, &env);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("the end of the log of task payment_data, try"), "{}", output.stderr);
    assert!(output.stderr.contains("airflow logs payment_data --run"), "{}", output.stderr);
    // Without a word `logs` tells of what failed.
    let log = layer("airflow", &["logs"], &document, &env);
    assert!(log.status == Some(0) && log.stderr.contains("task payment_data, run"), "{}", log.stderr);
}

#[test]
fn what_a_workflow_does_not_have_is_said() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let document = wish("serverless");
    for (words, said) in [
        (&["ui", "--print"][..], "MWAA Serverless has no web interface"),
        (&["variables", "list"][..], "MWAA Serverless has none"),
        (&["runs", "--dag", "another"][..], "no other DAG"),
        (&["trigger"][..], "run `airflow up` first"),
    ] {
        let output = layer("airflow", words, &document, &env);
        assert_ne!(output.status, Some(0), "{words:?}");
        assert!(output.stderr.contains(said), "{words:?}: {}", output.stderr);
    }
    assert_eq!(layer("airflow", &["check"], &document, &[]).status, Some(0));
    let mut long = parse(&document);
    long["pipeline"]["jobs"]["timeout_minutes"] = json!(61);
    let output = layer("airflow", &["check"], &long.to_string(), &[]);
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("61 is more than 60, after which MWAA Serverless ends a task"), "{}", output.stderr);
}

#[test]
fn the_plan_tells_what_each_kind_costs() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let environment = layer("airflow", &["plan"], &wish("environment"), &env).stderr;
    assert!(
        environment.contains("airflow cost: an environment (mw1.small) and the NAT gateway: about $394 a month"),
        "{environment}"
    );
    assert!(
        environment.contains("airflow cost: the other kind, MWAA Serverless: $0.023 a run of 17 tasks"),
        "{environment}"
    );
    let serverless = layer("airflow", &["plan"], &wish("serverless"), &env).stderr;
    assert!(serverless.contains("airflow cost: MWAA Serverless: $0.023 a run of 17 tasks"), "{serverless}");
    assert!(serverless.contains("airflow cost: the other kind, an environment"), "{serverless}");
    // Where it is there, no choice is needed.
    let document = up(&["iam", "storage", "airflow"], &wish("serverless"), &env);
    let again = layer("airflow", &["plan"], &document, &env).stderr;
    assert!(!again.contains("cost"), "{again}");
}

#[test]
fn whatever_somebody_changes_is_found_and_put_right_with_one_call() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let world = World::of(&endpoint);
    let document = up(&["iam", "storage", "airflow"], &wish("serverless"), &env);
    let sections = parse(&document);
    let arn = sections["airflow"]["arn"].clone();
    let role = sections["iam"]["role_arns"]["airflow"].clone();
    let bucket = sections["storage"]["bucket"].clone();
    let key = "dags/driven-data.workflow.yaml";
    let place = json!({ "Bucket": bucket, "ObjectKey": key, "VersionId": sections["storage"]["files"][key] });
    let described = world.call("mwaa-serverless", "get_workflow", json!({ "WorkflowArn": arn }));
    let other_role = world.call("iam", "get_role", json!({ "RoleName": "driven-data-dev-eu-central-1-glue" }));
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "airflow-serverless.amazonaws.com" }, "Action": "sts:AssumeRole"
    }]});
    let made = world.call(
        "iam",
        "create_role",
        json!({ "RoleName": "another", "AssumeRolePolicyDocument": trust.to_string() }),
    );
    assert!(other_role["Role"]["Arn"].is_string() && made["Role"]["Arn"].is_string(), "{made}");
    let rights =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    world.call(
        "iam",
        "put_role_policy",
        json!({ "RoleName": "another", "PolicyName": "x", "PolicyDocument": rights.to_string() }),
    );
    world.call("logs", "create_log_group", json!({ "logGroupName": "/another" }));

    let as_it_is = json!({
        "WorkflowArn": arn, "DefinitionS3Location": place, "RoleArn": role, "Description": described["Description"],
        "LoggingConfiguration": { "LogGroupName": GROUP }
    });
    let ways = [
        ("definition", "DefinitionS3Location", json!({ "Bucket": bucket, "ObjectKey": key })),
        ("role_arn", "RoleArn", made["Role"]["Arn"].clone()),
        ("description", "Description", json!("another owner's")),
        ("log_group", "LoggingConfiguration", json!({ "LogGroupName": "/another" })),
        ("trigger", "TriggerMode", json!("DISABLED")),
        ("subnets", "NetworkConfiguration", json!({ "SubnetIds": ["subnet-0a"], "SecurityGroupIds": ["sg-0a"] })),
    ];
    for (field, member, value) in ways {
        let mut words = as_it_is.clone();
        words[member] = value;
        let answer = world.call("mwaa-serverless", "update_workflow", words);
        assert!(answer["WorkflowVersion"].is_string(), "{field}: {answer}");
        let status = layer("airflow", &["status"], &document, &env);
        assert_eq!(status.status, Some(4), "{field}: {}", status.stderr);
        let plan = parse(&done("airflow", &["plan"], &document, &env));
        let changes = plan["changes"].as_array().unwrap();
        assert!(changes.len() == 1 && changes[0]["action"] == "update", "{field}: {plan}");
        let fields: Vec<&Value> = changes[0]["fields"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
        assert_eq!(fields, [field], "{plan}");
        let before = endpoint.count();
        let repaired = done("airflow", &["up"], &document, &env);
        assert_eq!(endpoint.mutating_since(before), ["airflow-serverless:UpdateWorkflow"], "{field}");
        assert_same(field, &repaired, &document);
        assert_eq!(layer("airflow", &["status"], &document, &env).status, Some(0), "{field}");
    }
    // How long logs are kept, tags, and a log group that is gone.
    let kept = |days: i32| assert_eq!(world.snapshot()["log-group"][GROUP]["retentionInDays"], json!(days));
    kept(30);
    world.call("logs", "delete_retention_policy", json!({ "logGroupName": GROUP }));
    assert_eq!(layer("airflow", &["status"], &document, &env).status, Some(4));
    let before = endpoint.count();
    done("airflow", &["up"], &document, &env);
    assert_eq!(endpoint.mutating_since(before), ["logs:PutRetentionPolicy"]);
    kept(30);
    world.call("mwaa-serverless", "untag_resource", json!({ "ResourceArn": arn, "TagKeys": ["strata:layer"] }));
    let before = endpoint.count();
    done("airflow", &["up"], &document, &env);
    assert_eq!(endpoint.mutating_since(before), ["airflow-serverless:TagResource"]);
    world.call("logs", "delete_log_group", json!({ "logGroupName": GROUP }));
    done("airflow", &["up"], &document, &env);
    assert!(ids(&world.snapshot(), "log-group").contains(&GROUP.to_owned()));

    // A changed pipeline is a new file, and the new file a new version of the workflow.
    let mut other = parse(&document);
    other["pipeline"]["airflow"]["schedule"] = json!("0 6 * * *");
    let before = endpoint.count();
    let other = up(&["storage", "airflow"], &other.to_string(), &env);
    let calls = endpoint.mutating_since(before);
    assert_eq!(calls, ["s3:PutObject", "airflow-serverless:UpdateWorkflow"], "{calls:?}");
    assert_ne!(parse(&other)["airflow"]["version"], sections["airflow"]["version"]);
    let described = world.call("mwaa-serverless", "get_workflow", json!({ "WorkflowArn": arn }));
    assert_eq!(described["ScheduleConfiguration"]["CronExpression"], "0 6 * * *", "{described}");
}

#[test]
fn the_kind_changes_there_and_back_and_asks_before_anything_is_lost() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let world = World::of(&endpoint);
    let first = up(&LAYERS, &wish("environment"), &env);
    let as_environment = world.snapshot();
    assert!(ids(&as_environment, "workflow").is_empty());

    // There is no terminal to ask on: nothing of `airflow` is touched.
    let below = up(&strata_tests::below("airflow"), &wish("serverless"), &env);
    let before = endpoint.count();
    let output = layer("airflow", &["up"], &below, &env);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("environment.main (driven-data-dev-airflow) will be removed"), "{}", output.stderr);
    let calls = endpoint.mutating_since(before);
    assert!(calls.iter().all(|call| call.starts_with("logs:")), "only the lock: {calls:?}");

    let output = layer("airflow", &["up", "--yes"], &below, &env);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let as_workflow = world.snapshot();
    for kind in ["environment", "nat-gateway", "address", "endpoint"] {
        assert_eq!(ids(&as_workflow, kind), Vec::<String>::new(), "{kind}");
    }
    assert_eq!(ids(&as_workflow, "workflow").len(), 1);
    assert_eq!(programs(&as_workflow), ["dags/driven-data.workflow.yaml"]);
    let groups: Vec<String> = ids(&as_workflow, "log-group").into_iter().filter(|id| id.contains("airflow")).collect();
    assert_eq!(groups, [GROUP]);

    let below = up(&strata_tests::below("airflow"), &wish("environment"), &env);
    let last = done("airflow", &["up", "--yes"], &below, &env);
    // An address of AWS's own choice, and new versions of the files.
    assert_same("there and back", &last, &first);
    let back = world.snapshot();
    assert_eq!(ids(&back, "workflow"), Vec::<String>::new());
    assert_eq!(programs(&back), ["dags/driven-data.strata.json", "dags/strata_pipeline.py", "requirements.txt"]);
    assert!(!ids(&back, "log-group").contains(&GROUP.to_owned()));
    assert_eq!(
        (ids(&back, "nat-gateway").len(), ids(&back, "address").len(), ids(&back, "environment").len()),
        (1, 1, 1)
    );
}

#[test]
fn somebody_elses_workflow_of_our_name_is_not_touched() {
    let endpoint = Endpoint::start();
    let env = endpoint.env();
    let world = World::of(&endpoint);
    let document = up(&["iam", "storage"], &wish("serverless"), &env);
    let sections = parse(&document);
    let place = json!({ "Bucket": sections["storage"]["bucket"], "ObjectKey": "dags/driven-data.workflow.yaml" });
    let words = json!({
        "Name": "driven-data-dev-airflow", "DefinitionS3Location": place, "RoleArn": sections["iam"]["role_arns"]["airflow"],
        "Tags": { "owner": "another" }
    });
    let made = world.call("mwaa-serverless", "create_workflow", words);
    assert!(made["WorkflowArn"].is_string(), "{made}");
    let before = endpoint.count();
    let output = layer("airflow", &["up"], &document, &env);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("belongs to another owner (its tags: owner=another)"), "{}", output.stderr);
    done("airflow", &["down", "--yes"], &document, &env);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    assert_eq!(ids(&world.snapshot(), "workflow").len(), 1);
}
