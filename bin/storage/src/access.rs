//! What is closed to the public. MWAA requires all four before it starts.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use serde::Serialize;

/// The four switches; null where one is not set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct AccessBlock {
    block_acls: Option<bool>,
    ignore_acls: Option<bool>,
    block_policy: Option<bool>,
    restrict: Option<bool>,
}

impl AccessBlock {
    /// All of them.
    pub(crate) const CLOSED: Self =
        Self { block_acls: Some(true), ignore_acls: Some(true), block_policy: Some(true), restrict: Some(true) };

    pub(crate) fn from_s3(block: &PublicAccessBlockConfiguration) -> Self {
        Self {
            block_acls: block.block_public_acls(),
            ignore_acls: block.ignore_public_acls(),
            block_policy: block.block_public_policy(),
            restrict: block.restrict_public_buckets(),
        }
    }

    pub(crate) fn to_s3(&self) -> PublicAccessBlockConfiguration {
        PublicAccessBlockConfiguration::builder()
            .set_block_public_acls(self.block_acls)
            .set_ignore_public_acls(self.ignore_acls)
            .set_block_public_policy(self.block_policy)
            .set_restrict_public_buckets(self.restrict)
            .build()
    }
}
