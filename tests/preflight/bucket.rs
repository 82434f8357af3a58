//! The bucket and the files that MWAA requires.

use crate::kit::Site;
use serde_json::json;
use strata_tests::done;

fn site() -> Site {
    Site::new(&["net", "iam", "storage"])
}

#[test]
fn d21_the_bucket_keeps_versions_and_is_closed() {
    let site = site();
    let bucket = site.id("/storage/bucket");
    let off = json!({ "Bucket": bucket, "VersioningConfiguration": { "Status": "Suspended" } });
    site.world.call("s3", "put_bucket_versioning", off);
    site.world.call("s3", "delete_public_access_block", json!({ "Bucket": bucket }));
    let mut findings = site.caught("d21", &site.document, "keeps no versions", "run `storage up`");
    // The endpoint, unlike S3, loses the versions of a bucket that no longer makes them.
    findings.retain(|finding| !finding["what"].as_str().unwrap().contains("requirements.txt"));
    assert_eq!(findings.len(), 2, "{findings:#?}");
    site.caught(
        "d21",
        &site.document,
        "does not block public access: BlockPublicAcls, IgnorePublicAcls",
        "run `storage up`",
    );
    site.repaired("d21", "storage");

    // One of the four is as bad as none.
    let three = json!({ "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": false });
    let open = json!({ "Bucket": bucket, "PublicAccessBlockConfiguration": three });
    site.world.call("s3", "put_public_access_block", open);
    site.caught("d21, one", &site.document, "block public access: RestrictPublicBuckets is off", "run `storage up`");
    site.repaired("d21, one", "storage");
}

#[test]
fn d07_the_requirements_are_there_in_the_version_that_is_named() {
    let site = site();
    let (bucket, version) = (site.id("/storage/bucket"), site.id("/storage/files/requirements.txt"));
    let object = json!({ "Bucket": bucket, "Key": "requirements.txt", "VersionId": version });
    site.world.call("s3", "delete_object", object);
    let what = format!("has no requirements.txt in version {version}");
    site.caught("d07", &site.document, &what, "run `storage up`");
    site.repaired("d07", "storage");
}

#[test]
fn e02_an_environment_without_its_dag_is_named() {
    let site = site();
    let bucket = site.id("/storage/bucket");
    for key in ["dags/strata_pipeline.py", "dags/driven-data.strata.json"] {
        site.world.call("s3", "delete_object", json!({ "Bucket": bucket, "Key": key }));
    }
    site.caught("e02", &site.document, "the environment would come up without a DAG", "run `storage up`");
    site.repaired("e02", "storage");
}

#[test]
fn d22_history_that_lies_beside_the_folders_is_named() {
    let site = site();
    let bucket = site.id("/storage/bucket");
    let key = "batch_2024-09-14.csv";
    site.world.call("s3", "put_object", json!({ "Bucket": bucket, "Key": key, "Body": "person_name\n" }));
    let what = format!("no table reads s3://{bucket}/{key}: table raw is read from data/raw/");
    site.caught("d22", &site.document, &what, &format!("move it to s3://{bucket}/data/raw/"));
    site.world.call("s3", "delete_object", json!({ "Bucket": bucket, "Key": key }));
    site.repaired("d22", "storage");
}

#[test]
fn d09_the_bucket_has_one_name() {
    let site = site();
    let renamed = site.with("/pipeline/storage", json!({ "bucket": "my-own-bucket" }));
    let findings = site.caught("d09", &renamed, "the DAG reads bucket my-own-bucket", "run `storage up`");
    assert_eq!(findings.len(), 1, "{findings:#?}");
    // Done as it says, bucket, DAG and rights follow.
    let env = site.endpoint.env();
    let document =
        ["iam", "storage"].iter().fold(renamed.to_string(), |text, name| done(name, &["up", "--yes"], &text, &env));
    let plan = strata_tests::layer("airflow", &["plan"], &document, &env);
    assert_eq!(plan.status, Some(0), "{}", plan.stderr);
}

#[test]
fn a_bucket_that_is_not_there_or_has_a_key_of_its_own_is_named() {
    let site = site();
    let bucket = site.id("/storage/bucket");
    let key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let by = json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key });
    let rules = json!({ "Rules": [{ "ApplyServerSideEncryptionByDefault": by }] });
    let encryption = json!({ "Bucket": bucket, "ServerSideEncryptionConfiguration": rules });
    site.world.call("s3", "put_bucket_encryption", encryption);
    site.caught("KMS", &site.document, &format!("encrypted with the key {key}"), "run `storage up`");
    site.repaired("KMS", "storage");

    let gone = site.with("/storage/bucket", json!("nobodys-bucket-at-all"));
    site.caught("no such bucket", &gone, "bucket nobodys-bucket-at-all does not exist", "run `storage up`");
}
