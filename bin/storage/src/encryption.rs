//! What encrypts the objects of a bucket.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use serde::Serialize;

/// A bucket's default encryption.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Encryption {
    /// `AES256` or `aws:kms`.
    algorithm: Option<String>,
    /// Whether S3 asks KMS for a key of the bucket from time to time, and not for each object.
    bucket_key: bool,
}

impl Encryption {
    /// With S3's own key.
    pub(crate) fn own() -> Self {
        Self { algorithm: Some(ServerSideEncryption::Aes256.as_str().to_owned()), bucket_key: true }
    }

    /// What S3 answered.
    pub(crate) fn from_s3(rule: &ServerSideEncryptionRule) -> Self {
        let by = rule.apply_server_side_encryption_by_default();
        Self {
            algorithm: by.map(|by| by.sse_algorithm().as_str().to_owned()),
            bucket_key: rule.bucket_key_enabled().unwrap_or_default(),
        }
    }

    pub(crate) fn to_s3(&self) -> Result<ServerSideEncryptionConfiguration, BuildError> {
        let algorithm = self.algorithm.as_deref().map(ServerSideEncryption::from);
        let by = ServerSideEncryptionByDefault::builder().set_sse_algorithm(algorithm).build()?;
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(by)
            .bucket_key_enabled(self.bucket_key);
        ServerSideEncryptionConfiguration::builder().rules(rule.build()).build()
    }
}
