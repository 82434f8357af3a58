//! Glue on the local endpoint: classifiers, crawlers, jobs and runs, asked with boto3.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "local/check.rs"]
mod shared;

use polars::prelude::*;

fn glue(name: &str) {
    shared::check("glue.py", name, &[]);
}

fn jobs(name: &str) {
    shared::check("glue_jobs.py", name, &[]);
}

#[test]
fn d17_quoted_commas_do_not_shift_columns() {
    glue("d17_quotes");
}

#[test]
fn d17_the_built_in_classifier_does_not_honour_quotes() {
    glue("d17_built_in");
}

#[test]
fn d18_header_of_all_string_tables_is_kept() {
    glue("d18_header");
}

#[test]
fn d22_a_crawler_sees_its_path_only() {
    glue("d22_path");
}

#[test]
fn classifiers_type_columns_and_are_checked() {
    glue("classifier_types");
}

#[test]
fn parquet_folders_become_partitions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part.parquet");
    let frame = df!("id" => ["a", "b"], "n" => [1_i32, 2], "big" => [1_i64, 2], "money" => ["1.50", "2.00"], "day" => ["2024-09-15", "2024-09-16"],
        "at" => ["2024-09-15 10:11:12", "2024-09-16 10:11:12"], "ok" => [true, false], "x" => [1.5, 2.5])
    .unwrap();
    let typed = [
        col("id"),
        col("n"),
        col("big"),
        col("money").cast(DataType::Decimal(18, 2)),
        col("day").cast(DataType::Date),
        col("at").cast(DataType::Datetime(TimeUnit::Microseconds, None)),
        col("ok"),
        col("x"),
    ];
    let mut frame = frame.lazy().select(typed).collect().unwrap();
    ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
    shared::check("glue.py", "parquet_partitions", &[("PARQUET", &path)]);
}

#[test]
fn new_folders_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part.parquet");
    let mut frame = df!("id" => ["a", "b"], "n" => [1_i32, 2]).unwrap();
    ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
    shared::check("glue.py", "new_folders_only", &[("PARQUET", &path)]);
}

#[test]
fn a_sample_of_a_folder_stands_for_all() {
    glue("samples");
}

#[test]
fn exclusions_empty_prefixes_and_missing_buckets() {
    glue("exclusions_and_empty");
}

#[test]
fn a_crawler_whose_targets_are_not_served_fails() {
    glue("other_targets");
}

#[test]
fn schema_change_policy_is_honoured() {
    glue("schema_policy");
}

#[test]
fn a_crawler_is_never_ready_before_it_has_run() {
    // A crawl that lasts until the test has asked for all that is refused meanwhile, on a busy machine, too.
    let endpoint = strata_testkit::Endpoint::start_with(&["--pace", "400"]);
    shared::check_at(&endpoint, "glue.py", "crawler_states", &[]);
}

#[test]
fn crawlers_are_checked_as_aws_checks_them() {
    glue("crawler_checks");
}

#[test]
fn d2_jobs_are_checked_as_aws_checks_them() {
    jobs("job_checks");
}

#[test]
fn a_job_run_runs_the_transform() {
    jobs("job_run");
}

#[test]
fn a_job_run_says_why_it_failed() {
    jobs("job_failures");
}

#[test]
fn a_spark_job_logs_where_it_says() {
    jobs("job_logs");
}

#[test]
fn a_job_run_can_be_stopped() {
    jobs("job_stop");
}

#[test]
fn the_catalog_of_moto_does_what_is_needed() {
    glue("catalog_of_moto");
}
