//! The script of a Spark job, started as Glue starts it: spark-submit, the job's own arguments and those that Glue adds,
//! and S3 through the endpoint, also for Spark itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "catalog/world.rs"]
mod world;

use serde_json::{Value, json};
use std::process::Command;
use strata_testkit::{python, repository};
use strata_tests::pipeline;
use world::{BUCKET, World, day, raw};

const LAYERS: [&str; 4] = ["iam", "storage", "catalog", "jobs"];
const DATE: &str = "2024-09-15";

/// Glue's own arguments, which a script gets whether it asks for them or not.
const OWN: [&str; 8] =
    ["--JOB_NAME", "NAME", "--JOB_ID", "j_1", "--JOB_RUN_ID", "jr_1", "--job-bookmark-option", "job-bookmark-disable"];

/// The jars with which Spark reads S3.
fn jars() -> String {
    let output = Command::new("python3").arg(repository().join("scripts/spark-jars")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The arguments of a run: `--KEY value`, or `--KEY=value` where `joined`; awsglue's getResolvedOptions reads both.
fn arguments(world: &World, name: &str, joined: bool) -> Vec<String> {
    let job = world.boto("glue", "get_job", json!({ "JobName": name }))["Job"].clone();
    assert_eq!(job["Command"]["Name"], "glueetl");
    let mut pairs: Vec<(String, String)> =
        OWN.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].replace("NAME", name))).collect();
    let defaults = job["DefaultArguments"].as_object().unwrap().iter();
    pairs.extend(defaults.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())));
    pairs.push(("--date".into(), DATE.into()));
    pairs.push(("--started-as".into(), "a-mark".into()));
    let each = |(key, value): (String, String)| if joined { vec![format!("{key}={value}")] } else { vec![key, value] };
    pairs.into_iter().flat_map(each).collect()
}

/// A run, which has to work; what it printed.
fn submit(world: &World, jars: &str, folder: &std::path::Path, words: &[String]) -> String {
    let script = folder.join("strata_transform.py");
    let text = world.boto("s3", "get_object", json!({ "Bucket": BUCKET, "Key": "scripts/glue/strata_transform.py" }));
    // As Glue does, the script is taken from the bucket.
    std::fs::write(&script, text["Body"].as_str().unwrap()).unwrap();
    let url = world.endpoint.url();
    let conf = [
        "spark.ui.enabled=false".to_owned(),
        "spark.driver.host=127.0.0.1".to_owned(),
        "spark.driver.bindAddress=127.0.0.1".to_owned(),
        "spark.sql.shuffle.partitions=2".to_owned(),
        // Glue's own reader of s3:// is not to be had; S3A is Hadoop's.
        "spark.hadoop.fs.s3.impl=org.apache.hadoop.fs.s3a.S3AFileSystem".to_owned(),
        "spark.hadoop.fs.s3a.path.style.access=true".to_owned(),
        format!("spark.hadoop.fs.s3a.endpoint={url}"),
        "spark.hadoop.fs.s3a.aws.credentials.provider=com.amazonaws.auth.EnvironmentVariableCredentialsProvider"
            .to_owned(),
    ];
    let bin = python().parent().unwrap().to_path_buf();
    let mut command = Command::new(bin.join("spark-submit"));
    command.args(["--master", "local[2]", "--jars", jars]).args(conf.iter().flat_map(|one| ["--conf", one]));
    command.arg(script).args(words).envs(world.endpoint.env()).current_dir(folder);
    command.env("PYSPARK_PYTHON", python()).env("PYSPARK_DRIVER_PYTHON", python());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The keys that were read since, of those below `data/`.
fn read(world: &World, since: usize) -> Vec<String> {
    let text = std::fs::read_to_string(world.endpoint.record()).unwrap();
    let calls = text.lines().skip(since).map(strata_tests::json);
    let gets = calls.filter(|call| call["operation"] == "GetObject");
    let path = |call: Value| call["path"].as_str().unwrap().split_once("/data/").map(|(_, key)| key.to_owned());
    gets.filter_map(path).collect()
}

/// The rows of the day, in an order of their own.
fn rows(world: &World, document: &str, table: &str) -> Value {
    let sql = format!("SELECT * FROM {table} WHERE batch_date = '{DATE}' ORDER BY unique_id");
    world.query(document, &sql)
}

#[test]
fn the_script_runs_as_glue_runs_it_and_reads_the_day_alone() {
    let jars = jars();
    let folder = tempfile::tempdir().unwrap();
    let world = World::new();
    let mut wish = pipeline();
    wish["pipeline"]["jobs"]["day_gb"] = json!(12);
    let document = world.up(&LAYERS, &wish.to_string());
    for date in ["2024-09-14", DATE] {
        world.put(&raw(date), &day());
    }
    for date in ["2024-09-14", DATE] {
        world.done("jobs", &["run", "--date", date], &document);
    }
    world.done("catalog", &["crawl"], &document);
    let tables = ["dim_finance", "payment_data"];
    let before = tables.map(|table| rows(&world, &document, table));
    assert_eq!(before[1].as_array().unwrap().len(), 189);
    for (job, table, before, joined) in [
        ("staging_dim_finance", "data/staging/dim_finance", &before[0], false),
        ("payment_data", "data/trusted/payment_data", &before[1], true),
    ] {
        let of_day = format!("{table}/batch_date={DATE}/");
        let old = world.objects(&of_day);
        let since = std::fs::read_to_string(world.endpoint.record()).unwrap().lines().count();
        let said = submit(&world, &jars, folder.path(), &arguments(&world, job, joined));
        assert!(said.contains(&format!("{job} {DATE}: wrote 189 rows")), "{said}");
        let others: Vec<String> = read(&world, since).into_iter().filter(|key| !key.contains(DATE)).collect();
        assert_eq!(others, [""; 0], "{job} reads other days");
        // The same one file, written by another engine, with the same rows in it.
        let new = world.objects(&of_day);
        assert_ne!(new, old, "{job} wrote nothing");
        assert_eq!(new.as_object().unwrap().keys().collect::<Vec<_>>(), [&format!("{of_day}part-00000.parquet")]);
        assert_eq!(&rows(&world, &document, table.rsplit('/').next().unwrap()), before, "{job}");
        assert_eq!(world.objects("data/unfinished/"), json!({}));
    }
}
