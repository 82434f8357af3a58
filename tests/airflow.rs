//! `airflow` as a process, behind the layers it needs, against the local endpoint.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use serde_json::Value;
use strata_testkit::{Endpoint, Output, bin, python, repository, run};

const ENVIRONMENT: &str = "driven-data-dev-airflow";

fn pipeline() -> String {
    std::fs::read_to_string(repository().join("pipelines/driven-data/pipeline.json")).unwrap()
}

fn program(endpoint: &Endpoint, name: &str, args: &[&str], stdin: &str) -> Output {
    run(bin(name), args, stdin, &endpoint.env())
}

/// The document after `up` of these layers, one after the other.
fn up(endpoint: &Endpoint, layers: &[&str]) -> String {
    layers.iter().fold(pipeline(), |document, layer| {
        let output = program(endpoint, layer, &["up"], &document);
        assert_eq!(output.status, Some(0), "{layer}: {}", output.stderr);
        output.stdout
    })
}

fn boto(endpoint: &Endpoint, script: &str) -> String {
    let output = run(python(), &["-c", &format!("import boto3, json\n{script}")], "", &endpoint.env());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    output.stdout.trim().to_owned()
}

fn change(document: &str, pointer: &str, value: Value) -> String {
    let mut document: Value = serde_json::from_str(document).unwrap();
    *document.pointer_mut(pointer).unwrap() = value;
    document.to_string()
}

#[test]
fn an_environment_comes_changes_and_goes() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &["net", "iam", "storage", "airflow"]);
    let section: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(section["airflow"]["environment"], ENVIRONMENT);
    assert!(section["airflow"]["webserver"].as_str().is_some_and(|host| !host.is_empty()));
    let asked = format!(
        "e = boto3.client('mwaa').get_environment(Name='{ENVIRONMENT}')['Environment']\nprint(json.dumps(e, default=str))"
    );
    let made: Value = serde_json::from_str(&boto(&endpoint, &asked)).unwrap();
    assert_eq!(made["Status"], "AVAILABLE");
    assert_eq!((&made["EnvironmentClass"], &made["MaxWorkers"]), (&"mw1.small".into(), &5.into()));
    assert_eq!(made["Tags"]["strata:id"], "environment.main");
    assert_eq!(made["RequirementsS3ObjectVersion"], section["storage"]["files"]["requirements.txt"]);
    for log in ["DagProcessingLogs", "SchedulerLogs", "TaskLogs", "WebserverLogs", "WorkerLogs"] {
        assert_eq!(made["LoggingConfiguration"][log]["LogLevel"], "INFO", "{log}");
    }

    let groups = "{g['logGroupName']: g.get('retentionInDays') for g in \
                  boto3.client('logs').describe_log_groups(logGroupNamePrefix='airflow-')['logGroups']}";
    let groups = format!("print(json.dumps({groups}))");
    let kept = |days: i64| {
        let all = ["DAGProcessing", "Scheduler", "Task", "WebServer", "Worker"];
        Value::Object(all.map(|log| (format!("airflow-{ENVIRONMENT}-{log}"), days.into())).into_iter().collect())
    };
    assert_eq!(serde_json::from_str::<Value>(&boto(&endpoint, &groups)).unwrap(), kept(30));

    let before = endpoint.count();
    assert_eq!(program(&endpoint, "airflow", &["up"], &document).stdout, document);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());

    let mut longer: Value = serde_json::from_str(&document).unwrap();
    longer["pipeline"]["airflow"]["log_days"] = 90.into();
    let before = endpoint.count();
    assert_eq!(program(&endpoint, "airflow", &["up"], &longer.to_string()).status, Some(0));
    assert_eq!(endpoint.mutating_since(before), ["logs:PutRetentionPolicy"; 5]);
    assert_eq!(serde_json::from_str::<Value>(&boto(&endpoint, &groups)).unwrap(), kept(90));
    let document = longer.to_string();

    let more = change(&document, "/pipeline/airflow/max_workers", 7.into());
    let more = change(&more, "/pipeline/airflow/maintenance", "SUN:10:30".into());
    let before = endpoint.count();
    let output = program(&endpoint, "airflow", &["up"], &more);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(endpoint.mutating_since(before), ["airflow:UpdateEnvironment"]);

    let next = change(&more, "/pipeline/airflow/version", "3.0.6".into());
    let plan: Value = serde_json::from_str(&program(&endpoint, "airflow", &["plan"], &next).stdout).unwrap();
    assert_eq!(plan["changes"][0]["action"], "replace", "{plan}");
    let minor = change(&more, "/pipeline/airflow/version", "2.11.0".into());
    let plan: Value = serde_json::from_str(&program(&endpoint, "airflow", &["plan"], &minor).stdout).unwrap();
    assert_eq!(plan["changes"][0]["action"], "update", "{plan}");

    let down = program(&endpoint, "airflow", &["down", "--pipeline", "driven-data"], "");
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    let left = "print(boto3.client('mwaa').list_environments()['Environments'], \
                boto3.client('logs').describe_log_groups(logGroupNamePrefix='airflow-')['logGroups'])";
    assert_eq!(boto(&endpoint, left), "[] []", "D8: log groups go with the environment");
}

#[test]
fn d07_the_environment_is_asked_for_when_all_it_needs_is_there() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &["net", "iam"]);
    let early = program(&endpoint, "airflow", &["up"], &document);
    assert_eq!(early.status, Some(2));
    assert!(early.stderr.contains("run `storage up` first"), "{}", early.stderr);
    assert!(!endpoint.mutating_since(0).iter().any(|call| call.ends_with(":CreateEnvironment")));

    let output = program(&endpoint, "storage", &["up"], &document);
    let output = program(&endpoint, "airflow", &["up"], &output.stdout);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let calls = endpoint.mutating_since(0);
    let at =
        |name: &str| calls.iter().rposition(|call| call.ends_with(name)).unwrap_or_else(|| panic!("{name}: {calls:?}"));
    for first in [":PutRolePolicy", ":PutBucketVersioning", ":PutPublicAccessBlock", ":PutObject"] {
        assert!(at(first) < at(":CreateEnvironment"), "{first}");
    }
}

/// `airflow up` after a change from outside broke what it needs.
fn refused(script: &str) -> (Output, Value) {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &["net", "iam", "storage"]);
    let bucket: Value = serde_json::from_str(&document).unwrap();
    let bucket = bucket["storage"]["bucket"].as_str().unwrap().to_owned();
    boto(&endpoint, &script.replace("BUCKET", &format!("Bucket='{bucket}'")));
    let before = endpoint.count();
    let output = program(&endpoint, "airflow", &["up"], &document);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    (output, document["failed"].clone())
}

#[test]
fn d21_a_bucket_that_is_open_or_forgets_is_refused_before_mwaa_is_asked() {
    let open = "boto3.client('s3').delete_public_access_block(BUCKET)";
    let (output, failed) = refused(open);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert_eq!(failed["layer"], "airflow");
    assert!(failed["message"].as_str().unwrap().contains("does not block public access"), "{failed}");
    assert!(output.stderr.contains("run `storage up`"), "{}", output.stderr);

    let forgets = "boto3.client('s3').put_bucket_versioning(BUCKET, VersioningConfiguration={'Status': 'Suspended'})";
    let (output, failed) = refused(forgets);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert_eq!(failed["layer"], "airflow");
    assert!(output.stderr.contains("keeps no versions, and MWAA requires them"), "{}", output.stderr);
}

#[test]
fn d06_an_environment_that_failed_is_made_good_by_the_next_up() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &["net", "iam", "storage"]);
    let sections: Value = serde_json::from_str(&document).unwrap();
    // The group loses its rule for itself, and an `up` of an hour ago asks for an environment in it.
    let failed = format!(
        "ec2 = boto3.client('ec2')\nmwaa = boto3.client('mwaa')\n\
         for group in ec2.describe_security_groups(GroupIds=['{group}'])['SecurityGroups']:\n    \
             ec2.revoke_security_group_ingress(GroupId=group['GroupId'], IpPermissions=group['IpPermissions'])\n\
         tags = {{'strata:pipeline': 'driven-data', 'strata:env': 'dev', 'strata:layer': 'airflow', 'strata:id': 'environment.main'}}\n\
         mwaa.create_environment(Name='{ENVIRONMENT}', ExecutionRoleArn='{role}', SourceBucketArn='{bucket}', DagS3Path='dags',\
         NetworkConfiguration=dict(SubnetIds={subnets}, SecurityGroupIds=['{group}']), Tags=tags)\n\
         import time\n\
         while mwaa.get_environment(Name='{ENVIRONMENT}')['Environment']['Status'] == 'CREATING': time.sleep(0.01)\n\
         print(mwaa.get_environment(Name='{ENVIRONMENT}')['Environment']['Status'])",
        group = sections["net"]["security_group_id"].as_str().unwrap(),
        role = sections["iam"]["role_arns"]["airflow"].as_str().unwrap(),
        bucket = sections["storage"]["arn"].as_str().unwrap(),
        subnets = sections["net"]["private_subnet_ids"],
    );
    assert_eq!(boto(&endpoint, &failed), "CREATE_FAILED");

    // As long as the rule is missing a new one would fail, too: that is said, and nothing is touched.
    let before = endpoint.count();
    let output = program(&endpoint, "airflow", &["up", "--yes"], &document);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("no inbound rule for its own members"), "{}", output.stderr);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());

    // `net` repairs the rule, and `airflow` replaces the environment that failed.
    assert_eq!(program(&endpoint, "net", &["up"], &document).status, Some(0));
    let output = program(&endpoint, "airflow", &["up", "--yes"], &document);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
}

#[test]
fn log_groups_that_mwaa_has_made_get_tags_and_an_end() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &["net", "iam", "storage", "airflow"]);
    // As an environment leaves them that was created by hand; of a log that is off, what is there stays as long as the rest.
    let group = format!("airflow-{ENVIRONMENT}-Worker");
    let bare = format!(
        "logs = boto3.client('logs')\nlogs.delete_log_group(logGroupName='{group}')\nlogs.create_log_group(logGroupName='{group}')"
    );
    boto(&endpoint, &bare);
    let mut off: Value = serde_json::from_str(&document).unwrap();
    off["pipeline"]["airflow"]["logs"] = serde_json::json!({ "worker": "OFF" });
    let off = off.to_string();
    let status = program(&endpoint, "airflow", &["status"], &off);
    assert_eq!(status.status, Some(4), "{}", status.stderr);
    let before = endpoint.count();
    assert_eq!(program(&endpoint, "airflow", &["up"], &off).status, Some(0));
    let mut calls = endpoint.mutating_since(before);
    calls.sort();
    assert_eq!(calls, ["airflow:UpdateEnvironment", "logs:PutRetentionPolicy", "logs:TagResource"]);
    assert_eq!(program(&endpoint, "airflow", &["status"], &off).status, Some(0));
}

#[test]
fn d12_a_schedule_that_runs_sixty_times_is_refused() {
    let wrong = change(&pipeline(), "/pipeline/airflow/schedule", "* 7 * * *".into());
    let output = run(bin("airflow"), &["plan"], &wrong, &[]);
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("runs every minute"), "{}", output.stderr);
}
