//! The role that a crawler names: Glue tries to assume it when the crawler is made.

use super::{Place, check};
use crate::{call::AwsError, world::World};

/// AWS's words when the role is missing or does not trust Glue.
const REFUSED: &str = "Service is unable to assume provided role. Please verify role's TrustPolicy";

/// Refuse a role that does not exist or that Glue may not assume.
pub(super) async fn check_trust(world: &World, place: &Place, role: &str) -> Result<(), AwsError> {
    let name = match role.strip_prefix("arn:") {
        Some(arn) => arn.rsplit('/').next().unwrap_or(arn),
        None => role.rsplit('/').next().unwrap_or(role),
    };
    let params = [("Action", "GetRole"), ("Version", "2010-05-08"), ("RoleName", name)];
    let answer = world.upstream.query(&place.1, "iam", &params).await.map_err(|_| check::invalid(REFUSED))?;
    // The trust document is URL-encoded JSON inside XML; a service name survives both as it is.
    if answer.contains("glue.amazonaws.com") { Ok(()) } else { Err(check::invalid(REFUSED)) }
}
