//! What a person can do about an error of AWS, where there is something to say that AWS does not.

use crate::failure::Failure;

/// One clause, or nothing.
pub(crate) fn remedy(code: &str, failure: Failure) -> Option<String> {
    let text = match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the credentials have expired: sign in again (aws sso login)"
        }
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch" => "AWS does not know these credentials: check AWS_PROFILE or AWS_ACCESS_KEY_ID",
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" => {
            "the credentials lack this right: have it granted, or use another profile"
        }
        "VpcLimitExceeded" => {
            "the region's quota of VPCs (5 by default) is used up: remove one, or ask for more in Service Quotas"
        }
        "AddressLimitExceeded" => {
            "the region's quota of addresses (5 by default) is used up: release one, or ask for more"
        }
        "NatGatewayLimitExceeded" => {
            "the zone's quota of NAT gateways (5 by default) is used up: remove one, or ask for more"
        }
        "BucketAlreadyExists" => {
            "another account holds this bucket name: leave pipeline.storage.bucket out, and the name is yours alone"
        }
        "DependencyViolation" => "something still uses it: `status` of the other layers says what",
        "LimitExceeded" | "LimitExceededException" | "ResourceNumberLimitExceededException" => {
            "a quota is used up: ask for more in Service Quotas"
        }
        "OptInRequired" => "the region has to be enabled for this account first",
        _ if failure == Failure::LakeFormation => {
            "grant the role the database in Lake Formation, or let IAM decide there"
        }
        _ => return None,
    };
    Some(text.to_owned())
}
