//! What the DAG will start, and what a person's own DAG files name.

use crate::kit::Site;
use serde_json::{Value, json};
use std::path::Path;
use strata_testkit::repository;
use strata_tests::{done, pipeline};

#[test]
fn d01_d23_the_dag_starts_what_was_made() {
    let site = Site::new(&strata_tests::below("airflow"));
    // The names of the published Terraform, which its DAG did not know.
    let jobs = site.with("/jobs/jobs/staging_dim_address/name", json!("staging_dim_address_glue"));
    let what = "the DAG's task staging_dim_address starts the job staging_dim_address, which `jobs` has not created";
    let findings = site.caught("d01, job", &jobs, what, "run `jobs up`");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let crawlers = site.with("/catalog/crawlers/raw", json!("raw_driven_data_crawler"));
    let what = "the DAG's task crawl_raw starts the crawler raw_driven_data, which `catalog` has not created";
    site.caught("d01, crawler", &crawlers, what, "run `catalog up`");
    let network = site.with("/jobs/jobs/staging_fact_network_usage/name", json!("fact_network_usage"));
    site.caught("d23", &network, "starts the job staging_fact_network_usage", "run `jobs up`");
    site.repaired("d01", "jobs");
}

#[test]
fn d02_a_job_is_made_for_the_engine_that_runs_it() {
    let site = Site::new(&strata_tests::below("airflow"));
    let large = site.with("/pipeline/jobs/day_gb", json!(50));
    let what = "job staging_dim_date was created for native, and the pipeline has spark";
    site.caught("d02", &large, what, "run `jobs up`");
    let made = done("jobs", &["up"], &large.to_string(), &site.endpoint.env());
    let plan = strata_tests::layer("airflow", &["plan"], &made, &site.endpoint.env());
    assert_eq!(plan.status, Some(0), "{}", plan.stderr);
    // A command that was changed by hand is drift, which `jobs` finds and sets back.
    let job = site.world.call("glue", "get_job", json!({ "JobName": "staging_dim_date" }))["Job"].clone();
    let command =
        json!({ "Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": job["Command"]["ScriptLocation"] });
    let update = json!({ "Role": job["Role"], "Command": command, "MaxCapacity": 1.0 });
    site.world.call("glue", "update_job", json!({ "JobName": "staging_dim_date", "JobUpdate": update }));
    assert_eq!(strata_tests::layer("jobs", &["status"], &made, &site.endpoint.env()).status, Some(4));
    done("jobs", &["up"], &made, &site.endpoint.env());
    let job = site.world.call("glue", "get_job", json!({ "JobName": "staging_dim_date" }))["Job"].clone();
    assert_eq!(job["Command"]["Name"], "glueetl");
}

/// driven-data in a folder of its own with this DAG file. The folder goes with the first value.
fn with_dag(file: &str) -> (tempfile::TempDir, Value) {
    let root = repository();
    let folder = tempfile::tempdir_in(root.join("target")).unwrap();
    std::fs::create_dir(folder.path().join("dags")).unwrap();
    std::fs::copy(root.join("tests/preflight").join(file), folder.path().join("dags").join(file)).unwrap();
    std::fs::create_dir(folder.path().join("sql")).unwrap();
    for sql in std::fs::read_dir(root.join("pipelines/driven-data/sql")).unwrap() {
        copy_all(&sql.unwrap().path(), &folder.path().join("sql"));
    }
    let mut wish = pipeline();
    wish["pipeline"]["folder"] = json!(folder.path().strip_prefix(&root).unwrap());
    (folder, wish)
}

fn copy_all(from: &Path, into: &Path) {
    let to = into.join(from.file_name().unwrap());
    if from.is_dir() {
        std::fs::create_dir(&to).unwrap();
        std::fs::read_dir(from).unwrap().for_each(|inner| copy_all(&inner.unwrap().path(), &to));
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

#[test]
fn d01_d09_d10_a_persons_own_dag_is_read_before_anything_exists() {
    let (_folder, wish) = with_dag("seed_dag.py");
    let site = Site::of(&wish, &[]);
    let plan = strata_tests::layer("airflow", &["plan"], &wish.to_string(), &site.endpoint.env());
    assert_eq!(plan.status, Some(1), "{}", plan.stderr);
    for (what, remedy) in [
        ("reads the Variable S3_BUCKET_NAME while the file is imported", "give it a default, or read it in the task"),
        ("names the bucket driven-data-bucket; the pipeline's is", "from driven-data.strata.json"),
        ("starts the crawler raw_driven_data_crawler", "write raw_driven_data"),
        ("starts the job staging_dim_address_glue", "write staging_dim_address"),
        ("starts the job fact_network_usage", "write staging_fact_network_usage"),
    ] {
        let line =
            plan.stderr.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {}", plan.stderr));
        assert!(line.contains(remedy), "{line}");
    }
    assert_eq!(strata_tests::json(&plan.stdout)["findings"].as_array().map(Vec::len), Some(5), "{}", plan.stdout);

    let site = Site::of(&wish, &["net", "iam", "storage"]);
    site.caught("d10", &site.document, "reads the Variable S3_BUCKET_NAME", "{{ var.value.S3_BUCKET_NAME }}");
}
