//! What encrypts the objects of a bucket.

use crate::key;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use serde::Serialize;
use strata_aws::Error;
use strata_layer::{Context, Promise};
use strata_state::layers::storage;

/// A bucket's default encryption.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Encryption {
    /// `AES256` or `aws:kms`.
    algorithm: Option<String>,
    /// The key in KMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Promise>,
    /// Whether S3 asks KMS for a key of the bucket from time to time, and not for each object.
    bucket_key: bool,
}

impl Encryption {
    pub(crate) fn wished(cx: &Context, wish: storage::Encryption) -> Self {
        let (algorithm, key) = match wish {
            storage::Encryption::SseS3 => (ServerSideEncryption::Aes256, None),
            storage::Encryption::Key => (ServerSideEncryption::AwsKms, Some(key::arn(cx))),
        };
        Self { algorithm: Some(algorithm.as_str().to_owned()), key, bucket_key: true }
    }

    /// What S3 answered.
    pub(crate) fn from_s3(rule: &ServerSideEncryptionRule) -> Self {
        let by = rule.apply_server_side_encryption_by_default();
        Self {
            algorithm: by.map(|by| by.sse_algorithm().as_str().to_owned()),
            key: by.and_then(ServerSideEncryptionByDefault::kms_master_key_id).map(Promise::from),
            bucket_key: rule.bucket_key_enabled().unwrap_or_default(),
        }
    }

    pub(crate) fn to_s3(&self, doing: impl Fn() -> String) -> Result<ServerSideEncryptionConfiguration, Error> {
        let wrong = |error: BuildError| Error::failed(doing(), error.to_string());
        let algorithm = self.algorithm.as_deref().map(ServerSideEncryption::from);
        let key = self.key.as_ref().map(Promise::known).transpose()?;
        let by = ServerSideEncryptionByDefault::builder().set_sse_algorithm(algorithm);
        let by = by.set_kms_master_key_id(key.cloned()).build().map_err(wrong)?;
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(by)
            .bucket_key_enabled(self.bucket_key);
        ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().map_err(wrong)
    }
}
