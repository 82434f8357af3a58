//! Jobs as AWS runs them: the script in a Python of its own, without this checkout, fetches the portable build of `transform` and
//! starts it with the role's credentials. Held against the local endpoint's job runs, which start the program next to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "catalog/world.rs"]
mod world;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use strata_testkit::{bin, python, repository};
use strata_tests::{layer, pipeline};
use world::{World, day, raw};

const LAYERS: [&str; 4] = ["iam", "storage", "catalog", "jobs"];
const DATE: &str = "2024-09-15";

/// The folder with the portable build, which is made where it is missing.
fn portable() -> PathBuf {
    let output = Command::new(repository().join("scripts/portable")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let target = bin("transform").parent().unwrap().parent().unwrap().to_path_buf();
    target.join("portable")
}

struct Run {
    world: World,
    document: String,
    bucket: String,
    env: Vec<(&'static str, String)>,
}

impl Run {
    /// The layers of a pipeline; with `portable` jobs fetch the program.
    fn up(wish: &Value, portable: Option<&PathBuf>) -> Self {
        let world = World::new();
        let env: Vec<_> =
            portable.map(|folder| ("STRATA_PORTABLE", folder.display().to_string())).into_iter().collect();
        let mut run = Self { world, document: wish.to_string(), bucket: String::new(), env };
        for program in LAYERS {
            run.document = run.done(program, &["up"]);
        }
        run.bucket = strata_tests::json(&run.document)["storage"]["bucket"].as_str().unwrap().to_owned();
        run
    }

    fn done(&self, program: &str, words: &[&str]) -> String {
        let mut env = self.world.endpoint.env().to_vec();
        env.extend(self.env.iter().map(|(name, value)| (*name, value.as_str())));
        let output = layer(program, words, &self.document, &env);
        assert_eq!(output.status, Some(0), "{program} {words:?}: {}", output.stderr);
        output.stdout
    }

    fn put(&self, key: &str, text: &str) {
        self.world.boto("s3", "put_object", json!({ "Bucket": self.bucket, "Key": key, "Body": text }));
    }

    /// Key and ETag of each object below a prefix.
    fn below(&self, prefix: &str) -> BTreeMap<String, String> {
        let found = self.world.boto("s3", "list_objects_v2", json!({ "Bucket": self.bucket, "Prefix": prefix }));
        let text = |object: &Value, name: &str| object[name].as_str().unwrap().to_owned();
        let objects = found["Contents"].as_array().into_iter().flatten();
        objects.map(|object| (text(object, "Key"), text(object, "ETag"))).collect()
    }
}

/// The symbols that a program asks glibc for are not newer than Glue's.
#[test]
fn the_portable_build_runs_on_an_old_glibc_and_is_small() {
    let folder = portable();
    let bytes = std::fs::read(folder.join("transform")).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let versions = text.split("GLIBC_2.").skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    });
    let versions: Vec<u32> = versions.collect();
    assert!(versions.len() > 3 && versions.iter().all(|version| *version <= 17), "{versions:?}");
    let megabytes = |name: &str| std::fs::metadata(folder.join(name)).unwrap().len() / 1_000_000;
    assert!(megabytes("transform") <= 95 && megabytes("transform.gz") <= 30);
    let said = Command::new(folder.join("transform")).arg("--version").output().unwrap();
    assert!(said.status.success() && said.stdout.starts_with(b"transform "));
}

fn compare(wish: &Value, fill: impl Fn(&Run), tables: usize) {
    let folder = portable();
    let [here, fetched] = [None, Some(&folder)].map(|portable| Run::up(wish, portable));
    for run in [&here, &fetched] {
        fill(run);
        run.done("jobs", &["run", "--date", DATE]);
    }
    let program = |run: &Run| run.below("scripts/glue/transform-");
    assert_eq!((program(&here).len(), program(&fetched).len()), (0, 1));
    let (ours, theirs) = (here.below("data/"), fetched.below("data/"));
    assert_eq!(ours.keys().filter(|key| key.ends_with(".parquet")).count(), tables, "{ours:?}");
    assert_eq!(theirs, ours);
    // What is there is used, and never replaced; the plan knows it.
    let before = program(&fetched);
    let calls = fetched.world.calls(|| {
        for program in LAYERS {
            fetched.done(program, &["up"]);
        }
    });
    assert_eq!(calls, [""; 0]);
    assert_eq!(program(&fetched), before);
    assert!(fetched.done("storage", &["sync"]).contains("scripts/glue/transform-"));
    assert_eq!(program(&fetched), before);
}

#[test]
fn d02_driven_data_is_the_same_from_jobs_that_fetch_the_program() {
    compare(&pipeline(), |run| run.put(&raw(DATE), &day()), 9);
}

#[test]
fn groups_and_joins_are_the_same_from_jobs_that_fetch_the_program() {
    let text = std::fs::read_to_string(repository().join("tests/transform_job/pipeline.json")).unwrap();
    let fill = |run: &Run| {
        let orders: String = (0..500).map(|id| format!("{id},{},{}.{:02}\n", id % 7, id * 3, id % 100)).collect();
        run.put(&format!("data/orders/orders_{DATE}.csv"), &format!("id,customer,amount\n{orders}"));
        let customers: String = (0..6).map(|id| format!("{id},City {}\n", id % 4)).collect();
        run.put(&format!("data/customers/customers_{DATE}.csv"), &format!("customer,city\n{customers}"));
    };
    compare(&strata_tests::json(&text), fill, 2);
}

/// A program that is not the one that was uploaded is not run, and the job says so.
#[test]
fn another_program_in_its_place_is_not_run() {
    let run = Run::up(&pipeline(), Some(&portable()));
    run.put(&raw(DATE), &day());
    let key = run.below("scripts/glue/transform-").into_keys().next().unwrap();
    let arguments = json!({
        "Bucket": run.bucket, "Key": key, "Body": "another", "Metadata": { "strata-sha256": "0".repeat(64) }
    });
    run.world.boto("s3", "put_object", arguments);
    let env = run.world.endpoint.env();
    let output = layer("jobs", &["run", "staging_dim_date", "--date", DATE], &run.document, &env);
    assert_eq!(output.status, Some(1));
    assert!(output.stderr.contains("is not the program that was uploaded"), "{}", output.stderr);
    assert_eq!(run.below("data/staging/"), BTreeMap::new());
}

/// Where the credentials are in no variable, as in Glue, the program asks the script for them.
#[test]
fn the_program_gets_the_credentials_that_boto3_finds() {
    let run = Run::up(&pipeline(), Some(&portable()));
    run.put(&raw(DATE), &day());
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("of-the-job");
    std::fs::write(
        &config,
        "[default]\nregion = eu-central-1\naws_access_key_id = local\naws_secret_access_key = local\n",
    )
    .unwrap();
    let key = run.below("scripts/glue/transform-").into_keys().next().unwrap();
    let url = |key: &str| format!("s3://{}/{key}", run.bucket);
    let mut command = Command::new(python());
    command.arg(repository().join("scripts/glue/run_transform.py")).args(["--program", &url(&key), "--date", DATE]);
    command.args(["--spec", &url("scripts/transforms/staging_dim_date.json"), "--JOB_NAME", "staging_dim_date"]);
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    command.env("AWS_ENDPOINT_URL", run.world.endpoint.url()).env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.env("HOME", folder.path()).env("AWS_CONFIG_FILE", &config).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("staging_dim_date 2024-09-15: read 189 of raw; wrote 189 rows\n"), "{said}");
    let last: Value = strata_tests::json(said.lines().last().unwrap());
    assert_eq!(last["transforms"][0]["slices"][0]["rows_out"], 189, "{said}");
}
