//! All writers of the graph say the same, task by task: the DAG and the definition for MWAA Serverless are loaded by real
//! Airflow and compared, and so is what the shell follows; for the pipelines that are checked in and for others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use serde_json::{Value, json};
use std::path::Path;
use strata_state::wish::{Grain, Input, Pipeline, Table};
use strata_state::{Kind, dag, workflow};
use strata_tasks::shell::{self, Part};
use strata_testkit::{repository, run};
use strata_tests::{added_packages, airflow, pipeline, pipeline_of};

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";
/// What `tests/airflow/workflow.py` renders templates for.
const DAY: &str = "2024-09-15";
const SENSOR: &str = "airflow.providers.amazon.aws.sensors.s3.S3KeySensor";

fn read(document: &Value) -> Pipeline {
    strata_state::read(&document.to_string()).unwrap().pipeline
}

/// What Airflow makes of the DAG and of this definition.
fn loaded(pipeline: &Pipeline, definition: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let at = |key: &str| folder.path().join(Path::new(key).file_name().unwrap());
    std::fs::copy(repository().join("scripts").join(dag::MODULE_KEY), at(dag::MODULE_KEY)).unwrap();
    std::fs::write(at(&dag::key(pipeline)), strata_tasks::airflow::print(&dag::graph(pipeline, ACCOUNT, REGION)))
        .unwrap();
    // Elsewhere: Airflow would look into it, too.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), definition).unwrap();
    let python = airflow("3.0");
    let packages = added_packages("workflow");
    let script = repository().join("tests/airflow/workflow.py");
    let arguments = [script.to_str().unwrap(), folder.path().to_str().unwrap(), file.path().to_str().unwrap()];
    let output = run(python, &arguments, "", &[("PYTHONPATH", packages.to_str().unwrap())]);
    let last = output.stdout.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|_| panic!("{}{}", output.stdout, output.stderr))
}

/// The check of the day is Python in the DAG and a sensor in the workflow; both look for the same folders.
fn check_of_the_day(task: &Value) -> Value {
    let prefixes = &task["arguments"]["op_kwargs"]["prefixes"];
    let keys = prefixes.as_array().unwrap().iter().map(|prefix| format!("{}*", prefix.as_str().unwrap()));
    let bucket = &task["arguments"]["op_kwargs"]["bucket"];
    json!({ "bucket_name": bucket, "bucket_key": keys.collect::<Vec<_>>(), "wildcard_match": true })
}

/// Everything in which the two differ, in words.
fn differences(pipeline: &Pipeline, definition: &str) -> Vec<String> {
    let found = loaded(pipeline, definition);
    let id = dag::id(pipeline);
    let (dag, workflow) = (&found["dags"][&id], &found["workflows"][&id]);
    assert!(dag.is_object() && workflow.is_object(), "{found}");
    let mut differences: Vec<String> = found["unknown"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| format!("AWS's validator does not know {word}"))
        .collect();
    let mut hold = |what: String, one: &Value, other: &Value| {
        if one != other {
            differences.push(format!("{what}: {one} in the DAG, {other} in the workflow"));
        }
    };
    for field in ["schedule", "params", "max_active_runs"] {
        hold(field.to_owned(), &dag[field], &workflow[field]);
    }
    let (tasks, others) = (dag["tasks"].as_object().unwrap(), workflow["tasks"].as_object().unwrap());
    let names = |tasks: &serde_json::Map<String, Value>| json!(tasks.keys().collect::<Vec<_>>());
    hold("tasks".into(), &names(tasks), &names(others));
    for (name, task) in tasks {
        let Some(other) = others.get(name) else { continue };
        for field in ["after", "retries", "retry_delay"] {
            hold(format!("{name}: {field}"), &task[field], &other[field]);
        }
        if name == "ready" {
            hold(format!("{name}: operator"), &json!(SENSOR), &other["operator"]);
            let wanted = check_of_the_day(task);
            for (field, value) in wanted.as_object().unwrap() {
                hold(format!("{name}: {field}"), value, &other["arguments"][field]);
            }
        } else {
            hold(format!("{name}: operator"), &task["operator"], &other["operator"]);
            hold(format!("{name}: arguments"), &task["arguments"], &other["arguments"]);
        }
    }
    differences.extend(in_the_shell(pipeline, tasks));
    differences
}

/// Where the lines that the shell follows differ from the tasks of the DAG, which were rendered for the same day.
fn in_the_shell(pipeline: &Pipeline, tasks: &serde_json::Map<String, Value>) -> Vec<String> {
    let graph = dag::graph(pipeline, ACCOUNT, REGION);
    assert_eq!(graph.check(), Ok(()));
    let lines = shell::lines(&graph, &Part::Day(DAY.to_owned()));
    let mut found = Vec::new();
    if lines.len() != tasks.len() {
        found.push(format!("{} tasks in the shell, {} in the DAG", lines.len(), tasks.len()));
    }
    for line in lines {
        let task = &tasks[&line.id];
        let mut after = line.after.clone();
        after.sort();
        if task["after"] != json!(after) {
            found.push(format!("{}: after: {after:?} in the shell, {} in the DAG", line.id, task["after"]));
        }
        let words: Vec<&str> = line.command.iter().map(String::as_str).collect();
        let arguments = &task["arguments"];
        let physical = |kind, name: &str| json!(pipeline.physical(kind, name, ACCOUNT, REGION));
        let is_same = match words[..] {
            ["datagen", "input", "--table", table, "--date", DAY] => {
                let key = key_of_day(&pipeline.tables[table]);
                let is_pattern = arguments.get("wildcard_match") == Some(&json!(true));
                arguments["bucket_key"] == key && is_pattern == key.contains('*')
            }
            ["catalog", "crawl", table] => {
                let crawler = pipeline.tables[table].crawler.as_deref().unwrap();
                arguments["config"]["Name"] == physical(Kind::Crawler, crawler)
            }
            ["jobs", "run", transform, "--date", DAY] => {
                let is_job = arguments["job_name"] == physical(Kind::Job, transform);
                is_job && arguments["script_args"] == json!({ "--date": DAY })
            }
            ["storage", "ready", ref prefixes @ ..] => arguments["op_kwargs"]["prefixes"] == json!(prefixes),
            _ => false,
        };
        if !is_same {
            found.push(format!("{}: {words:?} in the shell, {arguments} in the DAG", line.id));
        }
    }
    found
}

/// What a run of the day waits for.
fn key_of_day(table: &Table) -> String {
    let digits = match (table.input(), table.grain) {
        (Input::Newest, Grain::Day) => "20240915",
        (Input::Newest, Grain::Month) => "202409",
        _ => "",
    };
    let file = table.file.as_deref().unwrap().replace("{date}", DAY).replace("{month}", "2024-09");
    format!("{}{digits}{file}", table.path)
}

fn printed(pipeline: &Pipeline) -> String {
    workflow::print(pipeline, ACCOUNT, REGION)
}

#[test]
fn the_workflow_of_driven_data_equals_its_dag() {
    let mut document = pipeline();
    assert_eq!(differences(&read(&document), &printed(&read(&document))), Vec::<String>::new());
    // Another copy, with names of its own.
    document["pipeline"]["env"] = json!("prod");
    document["pipeline"]["storage"]["bucket"] = json!("my-own-bucket");
    document["pipeline"]["airflow"]["schedule"] = json!("30 6 * * 1-5");
    document["pipeline"]["names"]["job"] = json!("{pipeline}-{name}-{env}");
    assert_eq!(differences(&read(&document), &printed(&read(&document))), Vec::<String>::new());
}

#[test]
fn all_writers_say_the_same_of_minimal() {
    let minimal = read(&pipeline_of("minimal"));
    assert_eq!(differences(&minimal, &printed(&minimal)), Vec::<String>::new());
}

/// One raw table for each grain and rule, and a table of each grain that is made of them all.
fn slices() -> Pipeline {
    let mut document = pipeline_of("minimal");
    let table = |name: &str, more: Value| {
        let mut table = json!({ "format": "csv", "path": format!("data/{name}/"), "columns": ["id int"] });
        table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (name.to_owned(), table)
    };
    let raw = [
        ("dated", json!({ "file": "{date}.csv" })),
        ("monthly", json!({ "file": "m_{month}.csv", "grain": "month" })),
        ("parts", json!({ "file": "p_{date}_*.csv", "input": "glob" })),
        ("newest_of_day", json!({ "file": "*_a.csv", "input": "newest" })),
        ("newest_of_month", json!({ "file": "*", "input": "newest", "grain": "month" })),
        ("newest", json!({ "file": "*.csv", "input": "newest", "grain": "whole" })),
        ("reference", json!({ "file": "reference.csv", "grain": "whole" })),
    ];
    let made = [
        ("by_day", json!({ "format": "parquet", "partition": "day" })),
        ("by_month", json!({ "format": "parquet", "partition": "month", "grain": "month" })),
        ("everything", json!({ "format": "parquet", "grain": "whole" })),
    ];
    let reads: Vec<&str> = raw.iter().map(|(name, _)| *name).collect();
    let transforms =
        made.iter().map(|(name, _)| json!({ "name": name, "sql": "sql/x.sql", "reads": reads, "writes": name }));
    document["pipeline"]["transforms"] = transforms.collect();
    let tables = raw.iter().chain(&made).map(|(name, more)| table(name, more.clone()));
    document["pipeline"]["tables"] = tables.collect::<serde_json::Map<_, _>>().into();
    read(&document)
}

#[test]
fn all_writers_say_the_same_of_every_grain_and_rule() {
    let pipeline = slices();
    let definition = printed(&pipeline);
    assert_eq!(differences(&pipeline, &definition), Vec::<String>::new(), "{definition}");
    for text in [
        "data/newest_of_month/{{ (params.date or ds)[:7] | replace('-', '') }}*",
        "data/newest_of_day/{{ (params.date or ds) | replace('-', '') }}*_a.csv",
        "data/by_month/month={{ (params.date or ds)[:7] }}/*",
        "data/everything/*",
    ] {
        assert!(definition.contains(text), "no {text} in {definition}");
    }
}

/// A pipeline of several inputs, with and without crawlers and files, and transforms that read whatever comes before.
fn generated(seed: u64) -> Pipeline {
    let mut state = seed;
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut document = pipeline();
    let (mut tables, mut transforms, mut names) = (json!({}), Vec::new(), Vec::new());
    for n in 0..1 + draw(3) {
        let name = format!("input_{n}");
        tables[&name] = json!({
            "format": "csv", "path": format!("data/{name}/"), "file": format!("{name}_{{date}}.csv"), "key": ["id"],
            "columns": ["id string", "amount int"]
        });
        if draw(3) > 0 {
            tables[&name]["crawler"] = json!(format!("crawl_of_{n}"));
        }
        names.push(name);
    }
    for n in 0..1 + draw(12) {
        let (name, table) = (format!("make_{n}"), format!("made_{n}"));
        let mut reads: Vec<String> = names.iter().filter(|_| draw(3) == 0).cloned().collect();
        if reads.is_empty() {
            reads.push(names[draw(names.len() as u64) as usize].clone());
        }
        tables[&table] = json!({
            "format": "parquet", "path": format!("data/{table}/"), "partition": "batch_date", "key": ["id"],
            "columns": ["id string", "amount int"]
        });
        if draw(2) == 0 {
            tables[&table]["crawler"] = json!(format!("crawl_{table}"));
        }
        transforms.push(json!({ "name": name, "sql": format!("sql/{name}.sql"), "reads": reads, "writes": table }));
        names.push(table);
    }
    let pipeline = document["pipeline"].as_object_mut().unwrap();
    pipeline.remove("generate");
    pipeline["tables"] = tables;
    pipeline["transforms"] = json!(transforms);
    read(&document)
}

#[test]
fn the_workflows_of_other_pipelines_equal_their_dags() {
    for seed in 1..=4 {
        let pipeline = generated(seed);
        let definition = printed(&pipeline);
        assert_eq!(differences(&pipeline, &definition), Vec::<String>::new(), "seed {seed}: {definition}");
    }
}

#[test]
fn whatever_is_changed_in_a_workflow_is_found() {
    let pipeline = read(&pipeline());
    let definition = printed(&pipeline);
    let changed = |from: &str, to: &str| {
        assert!(definition.contains(from), "no {from} in {definition}");
        differences(&pipeline, &definition.replacen(from, to, 1))
    };
    let edge = changed(
        "dependencies: [staging_dim_finance, staging_fact_network_usage]",
        "dependencies: [staging_dim_finance]",
    );
    assert_eq!(edge.len(), 1, "{edge:?}");
    assert!(edge[0].starts_with("payment_data: after: "), "{edge:?}");
    let job = changed("job_name: staging_dim_address", "job_name: another");
    assert!(job.len() == 1 && job[0].starts_with("staging_dim_address: arguments: "), "{job:?}");
    let folder = changed("batch_date={{ params.date or ds }}/*", "batch_date={{ ds }}/*");
    assert!(folder.len() == 1 && folder[0].starts_with("ready: bucket_key: "), "{folder:?}");
    let word = changed("    retries: 2", "    retires: 2");
    assert!(word.iter().any(|found| found.contains("driven_data_pipeline.default_args.retires")), "{word:?}");
}
