//! `jobs` against the local endpoint, seen through boto3: what the jobs are, and what happens when they run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "jobs/lossy.rs"]
mod lossy;
#[path = "catalog/world.rs"]
mod world;

use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use strata_testkit::Output;
use strata_tests::{changed, json as parse, layer, pipeline};
use world::{BUCKET, World, day, raw, sorted};

const LAYERS: [&str; 4] = ["iam", "storage", "catalog", "jobs"];
const JOBS: [&str; 9] = [
    "non_pii_data",
    "payment_data",
    "pii_data",
    "staging_dim_address",
    "staging_dim_date",
    "staging_dim_finance",
    "staging_dim_person",
    "staging_fact_network_usage",
    "technical_data",
];

/// The log groups of Spark jobs, and the lock of a run that makes something.
const LOGS_MADE: [&str; 6] = [
    "logs:CreateLogGroup",
    "logs:CreateLogGroup",
    "logs:CreateLogGroup",
    "logs:PutRetentionPolicy",
    "logs:PutRetentionPolicy",
    "logs:DeleteLogGroup",
];
const OUTPUT: &str = "/aws-glue/jobs/driven-data-dev/output";
const ERROR: &str = "/aws-glue/jobs/driven-data-dev/error";

fn with_jobs(wish: &Value) -> (World, String) {
    let world = World::new();
    let document = world.up(&LAYERS, &wish.to_string());
    (world, document)
}

impl World {
    fn job(&self, name: &str) -> Value {
        self.boto("glue", "get_job", json!({ "JobName": name }))["Job"].clone()
    }

    /// Names and retentions of log groups whose names begin so.
    fn log_groups(&self, prefix: &str) -> Vec<(String, Value)> {
        let found = self.boto("logs", "describe_log_groups", json!({ "logGroupNamePrefix": prefix }));
        let groups = found["logGroups"].as_array().unwrap().iter();
        groups
            .map(|group| (group["logGroupName"].as_str().unwrap().to_owned(), group["retentionInDays"].clone()))
            .collect()
    }

    fn streams(&self, group: &str) -> Value {
        self.boto("logs", "describe_log_streams", json!({ "logGroupName": group }))["logStreams"].clone()
    }

    fn runs(&self, name: &str) -> Vec<Value> {
        self.boto("glue", "get_job_runs", json!({ "JobName": name }))["JobRuns"].as_array().unwrap().clone()
    }

    /// The transforms of a day, which have to work.
    fn day(&self, document: &str, date: &str) -> Output {
        let output = self.run("jobs", &["run", "--date", date], document);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        assert_eq!(output.stdout, document);
        output
    }
}

#[test]
fn d01_d23_jobs_have_the_names_the_dag_uses() {
    let (world, document) = with_jobs(&pipeline());
    assert_eq!(sorted(&world.boto("glue", "list_jobs", json!({}))["JobNames"]), JOBS);
    assert_eq!(parse(&document)["jobs"]["jobs"]["payment_data"], json!({ "name": "payment_data", "engine": "native" }));
    let other = world.up(&LAYERS, &changed("/env", "test").to_string());
    assert_eq!(parse(&other)["jobs"]["jobs"]["pii_data"]["name"], "pii_data_test");
    world.done("jobs", &["down", "--yes"], &other);
    assert_eq!(sorted(&world.boto("glue", "list_jobs", json!({}))["JobNames"]), JOBS);
}

#[test]
fn d02_a_spark_script_is_never_a_pythonshell_job() {
    let (world, document) = with_jobs(&pipeline());
    let job = world.job("staging_dim_date");
    assert_eq!((&job["Command"]["Name"], &job["Command"]["PythonVersion"]), (&json!("pythonshell"), &json!("3.9")));
    assert_eq!((&job["MaxCapacity"], &job["WorkerType"]), (&json!(0.0625), &Value::Null));
    let arguments = &job["DefaultArguments"];
    assert_eq!(arguments["--spec"], format!("s3://{BUCKET}/scripts/transforms/staging_dim_date.json"));
    assert_eq!((&arguments["--memory"], &arguments["--program"]), (&json!("600M"), &Value::Null));
    assert_eq!(job["Command"]["ScriptLocation"], format!("s3://{BUCKET}/scripts/glue/run_transform.py"));

    // A day that outgrows one machine makes all of them Spark jobs, in place.
    let mut large = parse(&document);
    large["pipeline"]["jobs"]["day_gb"] = json!(50);
    let calls = world.calls(|| drop(world.done("jobs", &["up"], &large.to_string())));
    let (jobs, logs): (Vec<String>, Vec<String>) = calls.into_iter().partition(|call| call == "glue:UpdateJob");
    assert_eq!((jobs.len(), logs), (9, LOGS_MADE.map(str::to_owned).to_vec()));
    for name in JOBS {
        let job = world.job(name);
        assert_eq!((&job["Command"]["Name"], &job["WorkerType"]), (&json!("glueetl"), &json!("G.1X")), "{name}");
        assert_eq!((&job["NumberOfWorkers"], &job["GlueVersion"]), (&json!(2), &json!("5.0")), "{name}");
        assert_eq!(
            job["Command"]["ScriptLocation"],
            format!("s3://{BUCKET}/scripts/glue/strata_transform.py"),
            "{name}"
        );
    }

    // One transform alone may ask for it, too.
    let mut one = parse(&document);
    one["pipeline"]["transforms"][0]["engine"] = json!("spark");
    world.done("jobs", &["up"], &one.to_string());
    assert_eq!(world.job("staging_dim_address")["Command"]["Name"], "glueetl");
    assert_eq!(world.job("staging_dim_date")["Command"]["Name"], "pythonshell");
}

#[test]
fn a_second_up_changes_nothing_and_one_changed_job_is_one_call() {
    let (world, document) = with_jobs(&pipeline());
    let calls = world.calls(|| {
        assert_eq!(world.done("jobs", &["up"], &document), document);
        world.done("jobs", &["plan", "--detailed-exitcode"], &document);
        world.done("jobs", &["status"], &document);
    });
    assert_eq!(calls, [""; 0]);
    world.boto(
        "glue",
        "tag_resource",
        json!({
            "ResourceArn": "arn:aws:glue:eu-central-1:123456789012:job/pii_data", "TagsToAdd": { "Project": "another" }
        }),
    );
    assert_eq!(world.calls(|| drop(world.done("jobs", &["up"], &document))), ["glue:TagResource"]);
    let mut wish = parse(&document);
    wish["pipeline"]["transforms"][8]["engine"] = json!("spark");
    let mut calls = world.calls(|| drop(world.done("jobs", &["up"], &wish.to_string())));
    calls.retain(|call| call.starts_with("glue:"));
    assert_eq!(calls, ["glue:UpdateJob"]);
    wish["pipeline"]["transforms"].as_array_mut().unwrap().pop();
    // What takes something away holds the lock meanwhile.
    let calls = world.calls(|| drop(world.done("jobs", &["up"], &wish.to_string())));
    assert_eq!(calls, ["logs:CreateLogGroup", "glue:DeleteJob", "logs:DeleteLogGroup"]);
}

#[test]
fn a_job_of_others_is_refused_and_not_touched() {
    let world = World::new();
    let document = world.up(&LAYERS[..3], &pipeline().to_string());
    let role = parse(&document)["iam"]["role_arns"]["glue"].clone();
    let command = json!({ "Name": "glueetl", "ScriptLocation": "s3://elsewhere/script.py" });
    world.boto(
        "glue",
        "create_job",
        json!({ "Name": "pii_data", "Role": role, "Command": command, "GlueVersion": "5.0" }),
    );
    let calls = world.calls(|| {
        let output = world.run("jobs", &["up"], &document);
        assert_eq!(output.status, Some(1), "{}", output.stderr);
        assert!(output.stderr.contains("belongs to another owner"), "{}", output.stderr);
        assert_eq!(world.run("jobs", &["down", "--yes"], &document).status, Some(0));
    });
    assert_eq!(calls, [""; 0]);
}

#[test]
fn a_day_runs_in_order_and_every_table_answers() {
    let (world, document) = with_jobs(&pipeline());
    world.put(&raw("2024-09-15"), &day());
    let output = world.day(&document, "2024-09-15");
    assert!(output.stderr.contains("job pii_data: 189 rows in, 189 out, 0 rejected"), "{}", output.stderr);
    assert!(output.stderr.contains("jobs: 9 done, 0 failed, 0 not started"), "{}", output.stderr);
    let start = |name: &str| world.runs(name)[0]["StartedOn"].as_str().unwrap().to_owned();
    let end = |name: &str| world.runs(name)[0]["CompletedOn"].as_str().unwrap().to_owned();
    assert!(end("staging_fact_network_usage") <= start("payment_data"));
    assert!(end("staging_dim_finance") <= start("payment_data"));

    // Declared tables answer without a crawl, crawled ones after it.
    let sql = "SELECT count(*) AS n, min(batch_date) AS day FROM technical_data";
    assert_eq!(world.query(&document, sql), json!([{ "n": 189, "day": "2024-09-15" }]));
    let before = world.run("catalog", &["counts"], &document);
    assert!(before.stderr.contains("not in the catalog yet: raw, dim_address"), "{}", before.stderr);
    world.done("catalog", &["crawl"], &document);
    let counts = world.done("catalog", &["counts"], &document);
    let tables: Vec<&str> = counts.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    assert_eq!(tables.len(), 10, "{counts}");
    assert!(tables.iter().all(|line| line.ends_with(" 189")), "{counts}");
    assert!(counts.contains("payment_amount"), "{counts}");

    let logs = world.done("jobs", &["logs", "payment_data"], &document);
    assert!(logs.contains("payment_data 2024-09-15: read 189 of "), "{logs}");
    assert_eq!(world.done("jobs", &["logs", "payment_data", "--tail", "1"], &document).lines().count(), 1);
    let unknown = world.run("jobs", &["run", "payment", "--rebuild"], &document);
    assert_eq!(unknown.status, Some(2));
}

#[test]
fn d20_a_days_run_reads_and_writes_only_that_day() {
    let (world, document) = with_jobs(&pipeline());
    world.put(&raw("2024-09-15"), &day());
    world.day(&document, "2024-09-15");
    let first = world.objects("data/staging/");
    let text = day();
    let (header, row) = text.split_once('\n').unwrap();
    let row = row.lines().next().unwrap();
    world.put(&raw("2024-09-16"), &format!("{header}\n{row}\n"));
    let output = world.day(&document, "2024-09-16");
    assert!(output.stderr.contains("job staging_dim_date: 1 row in, 1 out, 0 rejected"), "{}", output.stderr);
    let second = world.objects("data/staging/");
    for (key, version) in first.as_object().unwrap() {
        assert_eq!(&second[key], version, "{key} was written again");
    }
    assert_eq!(second.as_object().unwrap().len(), 2 * first.as_object().unwrap().len());
}

#[test]
fn a_failed_transform_shows_glues_message_and_holds_up_only_what_reads_it() {
    let (world, document) = with_jobs(&pipeline());
    world.put(&raw("2024-09-15"), &day());
    world.put("sql/staging/dim_finance.sql", "SELECT unique_id, no_such_column AS iban FROM raw");
    let output = world.run("jobs", &["run", "--date", "2024-09-15"], &document);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    let said = &output.stderr;
    assert!(said.contains("running job staging_dim_finance: FAILED: ") && said.contains("no_such_column"), "{said}");
    assert!(said.contains("the end of the log of job staging_dim_finance"), "{said}");
    assert!(said.contains("jobs logs staging_dim_finance --run jr_"), "{said}");
    // technical_data does not read dim_finance; the three others do.
    assert!(said.contains("jobs: 5 done, 1 failed, 3 not started"), "{said}");
    for name in ["payment_data", "pii_data", "non_pii_data"] {
        assert_eq!(world.runs(name).len(), 0, "{name}");
    }
    assert_eq!(world.runs("technical_data")[0]["JobRunState"], "SUCCEEDED");
    let printed = parse(&output.stdout);
    assert_eq!(printed["failed"]["layer"], "jobs");
    let next = world.run("catalog", &["crawl"], &output.stdout);
    assert_eq!((next.status, next.stdout == output.stdout), (Some(1), true), "{}", next.stderr);
}

#[test]
fn a_lost_answer_does_not_start_a_second_run() {
    let (world, document) = with_jobs(&pipeline());
    world.put(&raw("2024-09-15"), &day());
    let (proxy, lost) = lossy::start(world.endpoint.url(), "StartJobRun");
    let mut env = world.endpoint.env();
    env[0].1 = &proxy;
    let output = layer("jobs", &["run", "staging_dim_date", "--date", "2024-09-15"], &document, &env);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(lost.load(Ordering::SeqCst), "the proxy lost nothing");
    assert_eq!(world.runs("staging_dim_date").len(), 1);
}

#[test]
fn sql_that_cannot_be_parsed_is_found_before_anything_is_touched() {
    let world = World::new();
    let document = world.up(&LAYERS[..3], &pipeline().to_string());
    let mut wish = parse(&document);
    wish["pipeline"]["transforms"][1]["reads"] = json!(["dim_address"]);
    let calls = world.calls(|| {
        let output = world.run("jobs", &["up"], &wish.to_string());
        assert_eq!(output.status, Some(2), "{}", output.stderr);
        assert!(output.stderr.contains("dim_date.sql:3:6: there is no table `raw`"), "{}", output.stderr);
    });
    assert_eq!(calls, [""; 0]);
}

#[test]
fn down_stops_runs_and_takes_their_logs_with_and_without_a_document() {
    let world = World::slow();
    let document = world.up(&LAYERS, &pipeline().to_string());
    world.put(&raw("2024-09-15"), &day());
    for by_name in [false, true] {
        world.up(&["jobs"], &document);
        world.done("jobs", &["run", "staging_dim_date", "--date", "2024-09-15"], &document);
        world.boto("glue", "start_job_run", json!({ "JobName": "staging_dim_person" }));
        let words: &[&str] =
            if by_name { &["down", "--yes", "--pipeline", "driven-data", "--env", "dev"] } else { &["down", "--yes"] };
        let output = world.run("jobs", words, if by_name { "" } else { &document });
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        assert_eq!(world.boto("glue", "get_jobs", json!({}))["Jobs"], json!([]));
        for group in ["/aws-glue/python-jobs/output", "/aws-glue/python-jobs/error"] {
            let streams = world.boto("logs", "describe_log_streams", json!({ "logGroupName": group }));
            assert_eq!(streams["logStreams"], json!([]), "{group}");
        }
    }
}

fn with_spark(wish: &mut Value) -> String {
    wish["pipeline"]["transforms"][0]["engine"] = json!("spark");
    wish.to_string()
}

#[test]
fn spark_jobs_have_log_groups_of_their_own_that_end_and_go() {
    let (world, polars) = with_jobs(&pipeline());
    assert_eq!(world.log_groups("/aws-glue/jobs/"), []);
    let wish = with_spark(&mut parse(&polars));
    let document = world.done("jobs", &["up"], &wish);
    let both = |days: i64| vec![(ERROR.to_owned(), json!(days)), (OUTPUT.to_owned(), json!(days))];
    assert_eq!(world.log_groups("/aws-glue/jobs/"), both(30));
    assert_eq!(parse(&document)["jobs"]["log_groups"], json!([ERROR, OUTPUT]));
    let arn = format!("arn:aws:logs:eu-central-1:123456789012:log-group:{OUTPUT}");
    let tags = &world.boto("logs", "list_tags_for_resource", json!({ "resourceArn": arn }))["tags"];
    assert_eq!((&tags["strata:id"], &tags["strata:env"]), (&json!("log-group.output"), &json!("dev")));
    let arguments = &world.job("staging_dim_address")["DefaultArguments"];
    assert_eq!(arguments["--custom-logGroup-prefix"], "/aws-glue/jobs/driven-data-dev");
    assert_eq!(world.calls(|| drop(world.done("jobs", &["up"], &document))), [""; 0]);

    // What a run prints is there, and nowhere else.
    world.put(&raw("2024-09-15"), &day());
    let output =
        world.run("jobs", &["run", "staging_dim_address", "staging_dim_date", "--date", "2024-09-15"], &document);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(output.stderr.contains("job staging_dim_address: 189 rows in"), "{}", output.stderr);
    assert_eq!(world.streams(OUTPUT).as_array().unwrap().len(), 1);
    assert_eq!(world.log_groups("/aws-glue/jobs/"), both(30));
    let logs = world.done("jobs", &["logs", "staging_dim_address"], &document);
    assert!(logs.contains("staging_dim_address 2024-09-15: read 189 of raw"), "{logs}");

    // Another number of days is one call for each.
    let mut week = parse(&document);
    week["pipeline"]["jobs"]["log_days"] = json!(7);
    let calls = world.calls(|| drop(world.done("jobs", &["up"], &week.to_string())));
    assert_eq!((calls, world.log_groups("/aws-glue/jobs/")), (vec!["logs:PutRetentionPolicy".to_owned(); 2], both(7)));
    week["pipeline"]["jobs"]["log_days"] = json!(8);
    let refused = world.run("jobs", &["plan"], &week.to_string());
    assert_eq!(refused.status, Some(2));
    assert!(refused.stderr.contains("pipeline.jobs.log_days: 8 is none of the numbers"), "{}", refused.stderr);

    // Without Spark they stay as long as what is in them; without the pipeline they go, and those of the account stay.
    let without = world.done("jobs", &["up"], &polars);
    assert_eq!(world.log_groups("/aws-glue/jobs/"), both(30));
    assert_eq!(world.streams(OUTPUT).as_array().unwrap().len(), 1);
    world.done("jobs", &["down", "--yes"], &without);
    assert_eq!(world.log_groups("/aws-glue/jobs/"), []);
    assert_eq!(world.streams("/aws-glue/python-jobs/output"), json!([]));
}

#[test]
fn a_log_group_that_glue_made_is_taken_over_and_anothers_is_not() {
    let (world, polars) = with_jobs(&pipeline());
    let wish = with_spark(&mut parse(&polars));
    // A run that ends when its group is gone has Glue create it, without tags and for ever.
    world.boto("logs", "create_log_group", json!({ "logGroupName": OUTPUT }));
    let theirs = json!({ "logGroupName": ERROR, "tags": { "Owner": "a person" } });
    world.boto("logs", "create_log_group", theirs);
    let calls = world.calls(|| {
        let output = world.run("jobs", &["up"], &wish);
        assert_eq!(output.status, Some(1), "{}", output.stderr);
        assert!(output.stderr.contains("belongs to another owner (its tags: Owner=a person)"), "{}", output.stderr);
    });
    assert_eq!(calls, [""; 0]);
    world.boto("logs", "delete_log_group", json!({ "logGroupName": ERROR }));
    let mut calls = world.calls(|| drop(world.done("jobs", &["up"], &wish)));
    calls.retain(|call| call.starts_with("logs:"));
    calls.sort();
    // The other group, and the lock.
    let made = ["logs:CreateLogGroup", "logs:CreateLogGroup", "logs:DeleteLogGroup"];
    let repaired = ["logs:PutRetentionPolicy", "logs:PutRetentionPolicy", "logs:TagResource"];
    assert_eq!(calls, [made, repaired].concat());
    let both = [(ERROR.to_owned(), json!(30)), (OUTPUT.to_owned(), json!(30))];
    assert_eq!(world.log_groups("/aws-glue/jobs/"), both);

    world.done("jobs", &["down", "--yes"], &polars);
    world.boto("logs", "create_log_group", json!({ "logGroupName": OUTPUT }));
    world.done("jobs", &["down", "--yes", "--pipeline", "driven-data", "--env", "dev"], "");
    assert_eq!(world.log_groups("/aws-glue/jobs/"), []);
}

#[test]
fn older_glue_logs_into_one_group_as_it_goes() {
    let mut wish = pipeline();
    wish["pipeline"]["jobs"] = json!({ "glue_version": "4.0" });
    with_spark(&mut wish);
    let (world, document) = with_jobs(&wish);
    let arguments = &world.job("staging_dim_address")["DefaultArguments"];
    assert_eq!(arguments["--continuous-log-logGroup"], OUTPUT);
    assert_eq!(arguments["--custom-logGroup-prefix"], Value::Null);
    world.put(&raw("2024-09-15"), &day());
    let output = world.run("jobs", &["run", "staging_dim_address", "--date", "2024-09-15"], &document);
    assert!(output.stderr.contains("job staging_dim_address: 189 rows in"), "{}", output.stderr);
    for group in [OUTPUT, "/aws-glue/jobs/output"] {
        assert_eq!(world.streams(group).as_array().unwrap().len(), 1, "{group}");
    }
    // What is in the account's groups goes with the job.
    world.done("jobs", &["down", "--yes"], &document);
    assert_eq!(world.log_groups(OUTPUT), []);
    assert_eq!(world.streams("/aws-glue/jobs/output"), json!([]));
}
