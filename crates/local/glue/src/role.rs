//! The role that a crawler names: Glue tries to assume it when the crawler is made.

use strata_local_cloud::Cloud;
use strata_local_iam::Role;
use strata_local_wire::{AwsError, Caller};

use crate::check;

/// AWS's words when the role is missing or does not trust Glue.
const REFUSED: &str = "Service is unable to assume provided role. Please verify role's TrustPolicy";

/// Refuse a role that does not exist or that Glue may not assume.
pub(crate) async fn check_trust(cloud: &Cloud, principal: &'static str, role: &str) -> Result<(), AwsError> {
    match Role::find(cloud, &Caller::service(principal), role).await {
        Ok(role) if role.trusts(principal) => Ok(()),
        _ => Err(check::invalid(REFUSED)),
    }
}
