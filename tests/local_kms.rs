//! KMS on the local endpoint, and objects that are encrypted with its keys, asked with boto3.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "local/check.rs"]
mod shared;

use std::path::Path;

use strata_testkit::{bin, python, repository, run};

fn kms(name: &str) {
    shared::check("kms.py", name, &[]);
}

fn objects(name: &str) {
    shared::check("encryption.py", name, &[]);
}

#[test]
fn a_key_is_made_deleted_in_a_while_and_brought_back() {
    kms("life");
}

#[test]
fn unknown_names_are_told_in_awss_words() {
    kms("names");
}

#[test]
fn aliases_are_listed_moved_and_deleted() {
    kms("aliases");
}

#[test]
fn lists_come_in_pages_and_tags_have_limits() {
    kms("pages");
}

#[test]
fn rotation_has_a_period_and_rests_while_deletion_is_pending() {
    kms("rotation");
}

#[test]
fn policies_are_read_before_they_are_taken() {
    kms("policies");
}

#[test]
fn only_an_enabled_key_encrypts_and_decrypts() {
    kms("cryptography");
}

#[test]
fn nobody_changes_keys_of_aws() {
    kms("keys_of_aws");
}

#[test]
fn objects_are_told_with_the_arn_of_their_key() {
    objects("objects");
}

#[test]
fn a_buckets_default_encryption_is_applied() {
    objects("by_default");
}

#[test]
fn an_object_is_closed_without_its_key() {
    objects("closed");
}

#[test]
fn keys_that_come_with_the_request_have_to_come_again() {
    objects("keys_of_customers");
}

#[test]
fn buckets_of_another_account_are_not_here() {
    objects("owners");
}

#[test]
fn keys_survive_stop_and_start_but_no_reset() {
    let folder = tempfile::tempdir().unwrap();
    // The environment exists after this.
    drop(strata_testkit::Endpoint::start());
    let start = || {
        let venv = repository().join(".local/venv");
        local(folder.path(), "start", &["--port", "0", "--venv", venv.to_str().unwrap()]);
        let about = std::fs::read_to_string(folder.path().join("endpoint.json")).unwrap();
        let about: serde_json::Value = serde_json::from_str(&about).unwrap();
        about["url"].as_str().unwrap().to_string()
    };
    let url = start();
    checked(folder.path(), &url, "before_a_restart");
    local(folder.path(), "stop", &[]);
    let url = start();
    checked(folder.path(), &url, "after_a_restart");
    local(folder.path(), "reset", &[]);
    checked(folder.path(), &url, "after_a_reset");
    local(folder.path(), "stop", &[]);
    let url = start();
    checked(folder.path(), &url, "after_a_reset");
    local(folder.path(), "stop", &[]);
}

fn local(folder: &Path, verb: &str, more: &[&str]) {
    let done = run(bin("local"), &[&[verb, "--dir", folder.to_str().unwrap()], more].concat(), "", &[]);
    assert_eq!(done.status, Some(0), "{verb}: {}", done.stderr);
}

fn checked(folder: &Path, url: &str, name: &str) {
    let script = repository().join("tests/local/encryption.py");
    let env = [("AWS_ENDPOINT_URL", url), ("FOLDER", folder.to_str().unwrap()), ("PYTHONDONTWRITEBYTECODE", "1")];
    let output = run(python(), &[script.to_str().unwrap(), name], "", &env);
    assert_eq!(output.status, Some(0), "{name}: {}", output.stderr);
}
