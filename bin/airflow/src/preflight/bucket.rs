//! The bucket: here, versioned, closed to the public. MWAA asks for all three in the create call.

use super::Found;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketVersioningStatus, PublicAccessBlockConfiguration, ServerSideEncryption};
use strata_aws::{During, Error};
use strata_layer::Context;

const REPAIR: &str = "run `storage up`, which sets it";

pub(crate) async fn look(s3: &Client, cx: &Context) -> Result<Found, Error> {
    let mut found = Found::default();
    let Some(storage) = &cx.doc.storage else { return Ok(found) };
    let bucket = &storage.bucket;
    if storage.arn != format!("arn:{}:s3:::{bucket}", cx.session.partition) || bucket.ends_with('/') {
        found.say(format!("bucket ARN {}: it is not that of bucket {bucket}", storage.arn), "run `storage up`");
    }
    let doing = || format!("looking at bucket {bucket}");
    let owner = &cx.session.account;
    let head = match s3.head_bucket().bucket(bucket).expected_bucket_owner(owner).send().await.during(doing) {
        Ok(head) => head,
        Err(error) if error.is_gone() => {
            found.unseen(format!("bucket {bucket} does not exist"), "run `storage up`");
            return Ok(found);
        }
        Err(error) if error.is(&["301", "PermanentRedirect"]) => {
            let what = format!("bucket {bucket} is in another region, and MWAA requires it in {}", cx.session.region);
            found.say(what, "give the pipeline another bucket, and run `storage up`");
            return Ok(found);
        }
        Err(error) => return Err(error),
    };
    if let Some(region) = head.bucket_region()
        && region != cx.session.region
    {
        let what = format!("bucket {bucket} is in {region}, and MWAA requires it in {}", cx.session.region);
        found.say(what, "give the pipeline another bucket, and run `storage up`");
    }
    let (versioning, block, encryption) = futures::try_join!(
        async { s3.get_bucket_versioning().bucket(bucket).send().await.during(doing) },
        async { unset(s3.get_public_access_block().bucket(bucket).send().await.during(doing)) },
        async { unset(s3.get_bucket_encryption().bucket(bucket).send().await.during(doing)) },
    )?;
    if versioning.status() != Some(&BucketVersioningStatus::Enabled) {
        found.say(format!("bucket {bucket} keeps no versions, and MWAA requires them"), REPAIR);
    }
    let block = block.and_then(|answer| answer.public_access_block_configuration);
    let open = open(block.as_ref());
    if !open.is_empty() {
        found.say(format!("bucket {bucket} does not block public access: {} is off", open.join(", ")), REPAIR);
    }
    let encryption = encryption.and_then(|answer| answer.server_side_encryption_configuration);
    let rules = encryption.map(|encryption| encryption.rules).unwrap_or_default();
    let by = rules.iter().find_map(|rule| rule.apply_server_side_encryption_by_default());
    if let Some(by) = by
        && *by.sse_algorithm() != ServerSideEncryption::Aes256
        && let Some(key) = by.kms_master_key_id()
    {
        found.say(
            format!(
                "bucket {bucket} is encrypted with the key {key}, and MWAA requires the same key for the environment"
            ),
            "run `storage up`, which goes back to S3's own key",
        );
    }
    Ok(found)
}

/// Which of the four settings are off.
fn open(block: Option<&PublicAccessBlockConfiguration>) -> Vec<&'static str> {
    let is_on = |read: fn(&PublicAccessBlockConfiguration) -> Option<bool>| block.and_then(read) == Some(true);
    let settings = [
        ("BlockPublicAcls", is_on(PublicAccessBlockConfiguration::block_public_acls)),
        ("IgnorePublicAcls", is_on(PublicAccessBlockConfiguration::ignore_public_acls)),
        ("BlockPublicPolicy", is_on(PublicAccessBlockConfiguration::block_public_policy)),
        ("RestrictPublicBuckets", is_on(PublicAccessBlockConfiguration::restrict_public_buckets)),
    ];
    settings.into_iter().filter(|(_, on)| !on).map(|(name, _)| name).collect()
}

/// S3 answers an error for a setting that was never made.
fn unset<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error)
            if error
                .is(&["NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError"]) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
