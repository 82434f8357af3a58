//! What each bucket is: versioned, encrypted, closed to the public, without ACLs, TLS only, tidied by its lifecycle.
//! Each setting is one call, made only when it differs. MWAA requires the first and the third before it starts.

use crate::access::AccessBlock;
use crate::encryption::Encryption;
use crate::lifecycle::{self, Rules};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ObjectOwnership, OwnershipControls, OwnershipControlsRule, VersioningConfiguration,
};
use serde_json::{Value, json};
use strata_aws::{During, Error, Exit};
use strata_layer::{Context, Observed, props};
use strata_state::demand::MAIN_BUCKET;
use strata_state::layers::storage::Bucket as Wish;

props! {
    /// What a bucket is. A setting that was never made is null.
    pub(crate) struct Props {
        fixed {
            /// Its name.
            name: String,
        }
        mutable {
            /// Whether it keeps old versions.
            versioning: Option<String>,
            /// What encrypts new objects.
            encryption: Option<Encryption>,
            /// What is closed to the public.
            public_access_block: Option<AccessBlock>,
            /// Whose objects are, and whether ACLs count.
            ownership: Option<String>,
            /// Its policy.
            policy: Option<Value>,
            /// What S3 removes or moves by itself.
            lifecycle: Option<Rules>,
        }
    }
}

pub(crate) type Seen = Observed<Props>;

/// All settings as they shall be.
pub(crate) fn wished(cx: &Context, id: &str, name: &str, wish: &Wish) -> Props {
    let results = (id == MAIN_BUCKET).then_some(cx.doc.pipeline.storage().query_results_days);
    Props {
        name: name.to_owned(),
        versioning: Some(BucketVersioningStatus::Enabled.as_str().to_owned()),
        encryption: Some(Encryption::wished(cx, wish.encryption)),
        public_access_block: Some(AccessBlock::CLOSED),
        ownership: Some(ObjectOwnership::BucketOwnerEnforced.as_str().to_owned()),
        policy: Some(policy(cx, name)),
        lifecycle: Some(Rules::wished(wish, results)),
    }
}

/// Denies reads and writes without TLS.
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
pub(crate) async fn read(s3: &Client, bucket: &str) -> Result<Props, Error> {
    let reading = |what: &'static str| move || format!("reading the {what} of bucket {bucket}");
    let (versioning, encryption, block, ownership, policy, lifecycle) = futures::try_join!(
        async { s3.get_bucket_versioning().bucket(bucket).send().await.during(reading("versioning")) },
        async { s3.get_bucket_encryption().bucket(bucket).send().await.during(reading("encryption")).or_none() },
        async { s3.get_public_access_block().bucket(bucket).send().await.during(reading("access")).or_none() },
        async { s3.get_bucket_ownership_controls().bucket(bucket).send().await.during(reading("owner")).or_none() },
        async { s3.get_bucket_policy().bucket(bucket).send().await.during(reading("policy")).or_none() },
        async {
            let call = s3.get_bucket_lifecycle_configuration().bucket(bucket).send();
            call.await.during(reading("lifecycle")).or_none()
        },
    )?;
    let rule = encryption.as_ref().and_then(|answer| answer.server_side_encryption_configuration()?.rules().first());
    let block = block.as_ref().and_then(|answer| answer.public_access_block_configuration());
    let ownership = ownership.as_ref().and_then(|answer| answer.ownership_controls()?.rules().first());
    Ok(Props {
        name: bucket.to_owned(),
        versioning: versioning.status().map(|status| status.as_str().to_owned()),
        encryption: rule.map(Encryption::from_s3),
        public_access_block: block.map(AccessBlock::from_s3),
        ownership: ownership.map(|rule| rule.object_ownership().as_str().to_owned()),
        policy: policy.and_then(|answer| serde_json::from_str(answer.policy()?).ok()),
        lifecycle: lifecycle.map(|answer| Rules::from_s3(answer.rules())),
    })
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

/// Make each setting as it shall be that is not.
pub(crate) async fn set(s3: &Client, is: &Props, shall: &Props) -> Result<(), Error> {
    let bucket = &is.name;
    let doing = |what: &'static str| move || format!("setting the {what} of bucket {bucket}");
    let wrong = |error: BuildError| Error::failed(doing("ownership")(), error.to_string());
    if let Some(encryption) = &shall.encryption
        && is.encryption != shall.encryption
    {
        let on = encryption.to_s3(doing("encryption"))?;
        let call = s3.put_bucket_encryption().bucket(bucket).server_side_encryption_configuration(on);
        call.send().await.during(doing("encryption"))?;
    }
    if let Some(rules) = &shall.lifecycle
        && is.lifecycle != shall.lifecycle
    {
        lifecycle::set(s3, bucket, rules).await?;
    }
    if let Some(ownership) = &shall.ownership
        && is.ownership != shall.ownership
    {
        let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::from(ownership.as_str())).build();
        let controls = OwnershipControls::builder().rules(rule.map_err(wrong)?).build().map_err(wrong)?;
        let call = s3.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls);
        call.send().await.during(doing("ownership"))?;
    }
    if let Some(policy) = &shall.policy
        && is.policy != shall.policy
    {
        let call = s3.put_bucket_policy().bucket(bucket).policy(policy.to_string());
        call.send().await.during(doing("policy"))?;
    }
    if let Some(block) = &shall.public_access_block
        && is.public_access_block != shall.public_access_block
    {
        let call = s3.put_public_access_block().bucket(bucket).public_access_block_configuration(block.to_s3());
        call.send().await.during(doing("public access block"))?;
    }
    if let Some(status) = &shall.versioning
        && is.versioning != shall.versioning
    {
        let on = VersioningConfiguration::builder().status(BucketVersioningStatus::from(status.as_str())).build();
        let call = s3.put_bucket_versioning().bucket(bucket).versioning_configuration(on);
        call.send().await.during(doing("versioning"))?;
    }
    Ok(())
}
