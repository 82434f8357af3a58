//! Athena on the local endpoint, asked with boto3.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "local/check.rs"]
mod shared;

fn athena(name: &str) {
    shared::check("athena.py", name, &[]);
}

#[test]
fn d17_a_table_without_quotes_is_as_shifted_as_at_aws() {
    athena("d17_shift");
}

#[test]
fn results_are_written_as_athena_writes_them() {
    athena("results");
}

#[test]
fn results_come_in_pages() {
    athena("paging");
}

#[test]
fn several_files_of_each_kind_are_one_table() {
    athena("files");
}

#[test]
fn errors_have_athenas_words() {
    athena("errors");
}

#[test]
fn workgroups_rule_output_and_scan_limit() {
    athena("workgroup");
}

#[test]
fn a_query_can_be_cancelled() {
    athena("cancel");
}

#[test]
fn catalog_statements_and_partitions() {
    athena("catalog_statements");
}

#[test]
fn trino_functions_are_understood() {
    athena("dialect");
}

#[test]
fn every_type_can_be_grouped_joined_and_sorted() {
    shared::check("athena_types.py", "types", &[]);
}

#[test]
fn values_that_the_serde_cannot_read_fail() {
    athena("bad_values");
}
