//! What the bucket is: versioned, encrypted, closed to the public, without ACLs, TLS only, tidied by its lifecycle.
//! Each setting is one call, made only when it differs. MWAA wants the first and the third before it starts.

use crate::lifecycle;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ObjectOwnership, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use strata_aws::{During, Error, Exit};
use strata_layer::Context;

/// All settings as they shall be.
pub(crate) fn wished(cx: &Context) -> BTreeMap<&'static str, Value> {
    let closed = json!({ "block_acls": true, "ignore_acls": true, "block_policy": true, "restrict": true });
    BTreeMap::from([
        ("versioning", json!("Enabled")),
        ("encryption", json!({ "algorithm": "AES256", "bucket_key": true })),
        ("public_access_block", closed),
        ("ownership", json!("BucketOwnerEnforced")),
        ("policy", policy(cx, &cx.bucket())),
        ("lifecycle", lifecycle::wished(cx.doc.pipeline.storage())),
    ])
}

/// Nobody reads or writes without TLS.
fn policy(cx: &Context, bucket: &str) -> Value {
    let arn = format!("arn:{}:s3:::{bucket}", cx.session.partition);
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, format!("{arn}/*")],
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        }],
    })
}

/// All settings as they are, asked for at once.
pub(crate) async fn read(s3: &Client, bucket: &str) -> Result<BTreeMap<&'static str, Value>, Error> {
    let (versioning, encryption, block, ownership, policy, lifecycle) = futures::try_join!(
        async { s3.get_bucket_versioning().bucket(bucket).send().await.during(|| reading("versioning", bucket)) },
        async {
            s3.get_bucket_encryption().bucket(bucket).send().await.during(|| reading("encryption", bucket)).or_none()
        },
        async {
            s3.get_public_access_block().bucket(bucket).send().await.during(|| reading("access", bucket)).or_none()
        },
        async {
            s3.get_bucket_ownership_controls().bucket(bucket).send().await.during(|| reading("owner", bucket)).or_none()
        },
        async { s3.get_bucket_policy().bucket(bucket).send().await.during(|| reading("policy", bucket)).or_none() },
        async {
            let call = s3.get_bucket_lifecycle_configuration().bucket(bucket).send();
            call.await.during(|| reading("lifecycle", bucket)).or_none()
        },
    )?;
    let rule = encryption.as_ref().and_then(|answer| answer.server_side_encryption_configuration()?.rules().first());
    let algorithm =
        rule.and_then(|rule| rule.apply_server_side_encryption_by_default()).map(|by| by.sse_algorithm().as_str());
    let encryption =
        rule.map(|rule| json!({ "algorithm": algorithm, "bucket_key": rule.bucket_key_enabled().unwrap_or_default() }));
    let block = block.as_ref().and_then(|answer| answer.public_access_block_configuration());
    let block = block.map(|block| {
        json!({
            "block_acls": block.block_public_acls(),
            "ignore_acls": block.ignore_public_acls(),
            "block_policy": block.block_public_policy(),
            "restrict": block.restrict_public_buckets(),
        })
    });
    let ownership = ownership.as_ref().and_then(|answer| answer.ownership_controls()?.rules().first());
    let policy = policy.as_ref().and_then(|answer| serde_json::from_str(answer.policy()?).ok());
    Ok(BTreeMap::from([
        ("versioning", json!(versioning.status().map(BucketVersioningStatus::as_str))),
        ("encryption", encryption.unwrap_or_default()),
        ("public_access_block", block.unwrap_or_default()),
        ("ownership", json!(ownership.map(|rule| rule.object_ownership().as_str()))),
        ("policy", policy.unwrap_or_default()),
        ("lifecycle", lifecycle.map(|answer| lifecycle::normal(answer.rules())).unwrap_or_default()),
    ]))
}

fn reading(what: &str, bucket: &str) -> String {
    format!("reading the {what} of bucket {bucket}")
}

/// S3 answers an error for a setting that was never made.
trait OrNone<T> {
    fn or_none(self) -> Result<Option<T>, Error>;
}

impl<T> OrNone<T> for Result<T, Error> {
    fn or_none(self) -> Result<Option<T>, Error> {
        const UNSET: [&str; 5] = [
            "ServerSideEncryptionConfigurationNotFoundError",
            "NoSuchPublicAccessBlockConfiguration",
            "OwnershipControlsNotFoundError",
            "NoSuchBucketPolicy",
            "NoSuchLifecycleConfiguration",
        ];
        match self {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is(&UNSET) => Ok(None),
            // It is new, or on its way out: another look says which.
            Err(error) if error.is(&["NoSuchBucket"]) => Err(Error { exit: Exit::Again, ..error }),
            Err(error) => Err(error),
        }
    }
}

/// Make one setting as it shall be.
pub(crate) async fn set(s3: &Client, cx: &Context, bucket: &str, field: &str) -> Result<(), Error> {
    let doing = || format!("setting the {} of bucket {bucket}", field.replace('_', " "));
    let wrong = |error: aws_sdk_s3::error::BuildError| Error::failed(doing(), error.to_string());
    match field {
        "versioning" => {
            let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
            s3.put_bucket_versioning().bucket(bucket).versioning_configuration(on).send().await.during(doing).map(drop)
        }
        "encryption" => {
            let by = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256).build();
            let by = by.map_err(wrong)?;
            let rule = ServerSideEncryptionRule::builder()
                .apply_server_side_encryption_by_default(by)
                .bucket_key_enabled(true);
            let on = ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().map_err(wrong)?;
            let call = s3.put_bucket_encryption().bucket(bucket).server_side_encryption_configuration(on);
            call.send().await.during(doing).map(drop)
        }
        "public_access_block" => {
            let block = PublicAccessBlockConfiguration::builder()
                .block_public_acls(true)
                .ignore_public_acls(true)
                .block_public_policy(true)
                .restrict_public_buckets(true)
                .build();
            let call = s3.put_public_access_block().bucket(bucket).public_access_block_configuration(block);
            call.send().await.during(doing).map(drop)
        }
        "ownership" => {
            let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::BucketOwnerEnforced).build();
            let controls = OwnershipControls::builder().rules(rule.map_err(wrong)?).build().map_err(wrong)?;
            let call = s3.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls);
            call.send().await.during(doing).map(drop)
        }
        "policy" => {
            let call = s3.put_bucket_policy().bucket(bucket).policy(policy(cx, bucket).to_string());
            call.send().await.during(doing).map(drop)
        }
        "lifecycle" => lifecycle::set(s3, bucket, cx.doc.pipeline.storage()).await,
        _ => Err(Error::failed(doing(), "it cannot be set in place")),
    }
}
