//! `airflow check`, which makes no AWS call: there is no endpoint here, and there are no credentials.

use serde_json::{Value, json};
use strata_testkit::{Output, bin, repository, run};
use strata_tests::pipeline;

/// The pipeline in a folder of its own, with these DAG files. The folder goes with the first value.
fn with_dags(files: &[(&str, &str)]) -> (tempfile::TempDir, Value) {
    let root = repository();
    let folder = tempfile::tempdir_in(root.join("target")).unwrap();
    std::fs::create_dir(folder.path().join("dags")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join("dags").join(name), text).unwrap();
    }
    let mut wish = pipeline();
    wish["pipeline"]["folder"] = json!(folder.path().strip_prefix(&root).unwrap());
    (folder, wish)
}

fn check(document: &Value) -> Output {
    // A program that calls AWS finds no endpoint there, and has no credentials.
    let no_endpoint = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    run(bin("airflow"), &["check"], &document.to_string(), &no_endpoint)
}

/// The findings of a check that fails: what, and what to do.
fn findings(document: &Value) -> Vec<(String, String)> {
    let output = check(document);
    assert_eq!((output.status, output.stdout.as_str()), (Some(1), ""), "{}", output.stderr);
    let lines = output.stderr.lines().filter_map(|line| line.strip_prefix("airflow x "));
    let found: Vec<_> = lines.map(|line| line.split_once("; ").map(|(a, b)| (a.into(), b.into())).unwrap()).collect();
    assert!(output.stderr.contains(&format!("{} findings", found.len())), "{}", output.stderr);
    found
}

fn says(found: &[(String, String)], what: &str, remedy: &str) {
    let is_it = |(a, b): &&(String, String)| a.contains(what) && b.contains(remedy);
    assert_eq!(found.iter().filter(is_it).count(), 1, "`{what}`; `{remedy}`: {found:#?}");
}

#[test]
fn the_pipeline_as_it_is_passes() {
    let output = check(&pipeline());
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""), "{}", output.stderr);
    assert!(output.stderr.contains("all that they use is in the document"), "{}", output.stderr);
}

/// The published DAG and the names of its Terraform.
fn published() -> (tempfile::TempDir, Value) {
    let (folder, mut wish) = with_dags(&[("published_dag.py", include_str!("published_dag.py"))]);
    wish["pipeline"]["airflow"]["variables"] = json!(["S3_BUCKET_NAME", "S3_FILE_PATH"]);
    (folder, wish)
}

#[test]
fn d01_all_11_names_that_the_terraform_of_seed_000_gives_other_things_are_found() {
    let (_folder, mut wish) = published();
    wish["pipeline"]["names"]["job"] = json!("{name}_glue");
    wish["pipeline"]["names"]["crawler"] = json!("{name}_crawler");
    let found = findings(&wish);
    for table in ["dim_address", "dim_date", "dim_finance", "dim_person", "fact_network_usage"] {
        let (job, crawler) =
            (format!("starts the job staging_{table},"), format!("starts the crawler staging_{table},"));
        says(&found, &job, &format!("write staging_{table}_glue"));
        says(&found, &crawler, &format!("write staging_{table}_crawler"));
    }
    says(&found, "starts the crawler raw_driven_data,", "write raw_driven_data_crawler");
    assert_eq!(found.len(), 11, "{found:#?}");
    assert!(found.iter().all(|(what, _)| what.contains("dags/published_dag.py:")), "each with its place: {found:#?}");
}

#[test]
fn d01_the_same_dag_with_the_names_that_strata_gives_passes() {
    let (_folder, wish) = published();
    let output = check(&wish);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    // What cannot be known is said, and is no finding.
    assert!(
        output.stderr.contains("the key of load_file is only known when it runs: not checked"),
        "{}",
        output.stderr
    );
}

#[test]
fn d01_what_the_sections_say_counts_more_than_the_wish() {
    let mut document = pipeline();
    let transforms = document["pipeline"]["transforms"].as_array().unwrap().clone();
    let names = transforms.iter().map(|transform| transform["name"].as_str().unwrap());
    let jobs: serde_json::Map<String, Value> =
        names.map(|name| (name.to_owned(), json!({ "name": name, "engine": "native" }))).collect();
    document["jobs"] = json!({ "jobs": jobs });
    assert_eq!(check(&document).status, Some(0));
    document["jobs"]["jobs"]["staging_dim_address"]["name"] = json!("staging_dim_address_glue");
    let found = findings(&document);
    says(
        &found,
        "task staging_dim_address starts the job staging_dim_address, which `jobs` has not created",
        "run `jobs up`",
    );
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn d23_the_job_that_is_called_otherwise_in_one_place_is_found() {
    let (_folder, wish) = with_dags(&[("own.py", "one = GlueJobOperator(job_name='fact_network_usage')\n")]);
    says(&findings(&wish), "own.py:1 starts the job fact_network_usage", "write staging_fact_network_usage");
}

#[test]
fn d03_a_write_that_the_role_does_not_allow_is_found() {
    let dag = "
hook = S3Hook()
def extract(day):
    hook.load_string('x', f'data/raw/raw_batch_data_{day}.csv', bucket_name=BUCKET)
    hook.load_string('x', f'archive/{day}.csv', bucket_name=BUCKET)
S3CreateObjectOperator(task_id='a', s3_key='data/trusted/x.csv')
";
    let (_folder, wish) = with_dags(&[("own.py", dag)]);
    let found = findings(&wish);
    says(
        &found,
        "own.py:5 needs s3:PutObject on arn:aws:s3:::driven-data-dev-000000000000-eu-central-1-an/archive/*",
        "input table",
    );
    says(&found, "own.py:6 needs s3:PutObject", "input table");
    assert_eq!(found.len(), 2, "the input may be written: {found:#?}");
}

#[test]
fn d04_e03_what_else_the_role_does_not_allow_is_found() {
    let dag = "
S3DeleteObjectsOperator(task_id='a', prefix='data/raw/')
DmsTaskCompletedSensor(task_id='b', replication_task_arn=ARN)
";
    let (_folder, wish) = with_dags(&[("own.py", dag)]);
    let found = findings(&wish);
    says(&found, "own.py:2 needs s3:DeleteObject", "input table");
    says(&found, "own.py:3 needs dms:DescribeReplicationTasks", "airflow.permissions.json");
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn d10_variables_that_nobody_sets_are_found() {
    let (_folder, mut wish) = published();
    wish["pipeline"]["airflow"]["variables"] = json!(["S3_FILE_PATH"]);
    let found = findings(&wish);
    says(
        &found,
        "reads the Variable S3_BUCKET_NAME while the file is imported",
        "airflow variables set S3_BUCKET_NAME",
    );
    assert_eq!(found.len(), 1, "{found:#?}");

    let dag = "BashOperator(task_id='a', bash_command='echo {{ var.value.WHERE }}')\n";
    let (_folder, mut wish) = with_dags(&[("own.py", dag)]);
    says(&findings(&wish), "own.py:1 reads the Variable WHERE", "pipeline.airflow.variables");
    wish["pipeline"]["airflow"]["variables"] = json!(["WHERE"]);
    assert_eq!(check(&wish).status, Some(0));
}

#[test]
fn a10_connections_that_nobody_makes_are_found() {
    let dag = "
S3ToRedshiftOperator(task_id='a', redshift_conn_id='redshift_default', aws_conn_id='aws_default')
GlueJobOperator(task_id='b', job_name='payment_data', aws_conn_id=None)
";
    let (_folder, mut wish) = with_dags(&[("own.py", dag)]);
    let found = findings(&wish);
    says(&found, "own.py:2 uses the connection redshift_default", "pipeline.airflow.connections");
    assert_eq!(found.len(), 1, "{found:#?}");
    wish["pipeline"]["airflow"]["connections"] = json!(["redshift_default"]);
    assert_eq!(check(&wish).status, Some(0));
}

#[test]
fn d09_a11_a_bucket_that_is_written_out_is_found_and_ours_is_not() {
    let dag = "
S3KeySensor(task_id='a', bucket_key='s3://driven-data-dev-123456789012-eu-central-1-an/data/raw/x.csv')
S3KeySensor(task_id='b', bucket_name='driven-data-bucket', bucket_key='data/raw/x.csv')
";
    let (_folder, wish) = with_dags(&[("own.py", dag)]);
    let found = findings(&wish);
    says(&found, "own.py:3 names the bucket driven-data-bucket", "read `bucket`");
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn the_region_has_to_be_known_and_a_wrong_document_is_exit_2() {
    let mut wish = pipeline();
    wish["pipeline"].as_object_mut().unwrap().remove("region");
    let output = run(bin("airflow"), &["check", "--region", "eu-west-1"], &wish.to_string(), &[]);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert_eq!(run(bin("airflow"), &["check"], "{}", &[]).status, Some(2));
}
