//! What AWS's answers mean. Codes decide. Where AWS has one code for many failures, its sentences are told apart here, and
//! nowhere else but in a layer's own `refusal.rs`.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::dns::ResolveDnsError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use std::error::Error;
use std::io::ErrorKind;

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It does not exist.
    Gone,
    /// Something of that name is there already.
    Exists,
    /// Too many calls: this one was not done, and may be tried again.
    Throttled,
    /// AWS is busy, or broke down: it passes.
    Busy,
    /// A service does not know yet what another one has made, most often a role: it passes.
    Unsettled,
    /// Lake Formation has not granted it. For a new role it passes.
    LakeFormation,
    /// Anything else.
    Other,
}

impl Failure {
    /// Whether it passes by itself.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self, Self::Throttled | Self::Busy | Self::Unsettled | Self::LakeFormation)
    }

    /// What this code with this message means.
    #[must_use]
    pub fn of(code: &str, message: &str) -> Self {
        let by_code = [(THROTTLES, Self::Throttled), (BUSY, Self::Busy), (EXISTS, Self::Exists)];
        if let Some((_, failure)) = by_code.iter().find(|(codes, _)| codes.contains(&code)) {
            return *failure;
        }
        // Spelled in many ways: NoSuchBucket, InvalidVpcID.NotFound, EntityNotFoundException, NatGatewayNotFound.
        if code.starts_with("NoSuch")
            || code.ends_with("NotFound")
            || code.ends_with("NotFoundException")
            || code == "404"
        {
            return Self::Gone;
        }
        if code.ends_with("AlreadyExistsException") {
            return Self::Exists;
        }
        SENTENCES.iter().find(|(words, _)| message.contains(words)).map_or(Self::Other, |(_, failure)| *failure)
    }
}

/// Too many calls.
const THROTTLES: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "SlowDown",
    "BandwidthLimitExceeded",
];

/// Busy, or broken down.
const BUSY: &[&str] = &[
    "PriorRequestNotComplete",
    "TransactionInProgressException",
    "ServiceUnavailable",
    "InternalError",
    "InternalFailure",
    "InternalServiceException",
    "InternalServerException",
    "OperationAborted",
    "OperationAbortedException",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "EntityTemporarilyUnmodifiable",
    "RequestTimeout",
    "OperationTimeoutException",
];

/// There already, besides what ends in `AlreadyExistsException`.
const EXISTS: &[&str] = &[
    "EntityAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "InvalidGroup.Duplicate",
    "InvalidSubnet.Conflict",
    "RouteAlreadyExists",
    "InvalidPermission.Duplicate",
];

/// What AWS says in English alone, under codes such as `InvalidInputException`, `ValidationException` and
/// `AccessDeniedException`. The longer sentences come first.
const SENTENCES: [(&str, Failure); 14] = [
    // Terraform retries these for Glue (internal/service/glue: crawler.go, job.go).
    ("Insufficient Lake Formation permission", Failure::LakeFormation),
    ("is not authorized to perform: glue:GetConnection", Failure::Unsettled),
    ("unable to assume provided role", Failure::Unsettled),
    ("You need to enable AWS Security Token Service for this region", Failure::Unsettled),
    // Seen for Glue (terraform-provider-aws issues 30371 and 50018). Without what follows "invalid", the sentence speaks of
    // the caller's own credentials.
    (
        "Error trying to retrieve security config, error message: The security token included in the request is invalid",
        Failure::Unsettled,
    ),
    ("security token included in the request is invalid. (Service:", Failure::Unsettled),
    ("unable to assume the role", Failure::Unsettled),
    // Glue's guide, "Troubleshooting errors".
    ("should be given assume role permissions", Failure::Unsettled),
    // Lambda, and MWAA.
    ("role defined for the function cannot be assumed", Failure::Unsettled),
    ("does not have sufficient permissions", Failure::Unsettled),
    // S3 for bucket policies, KMS and IAM for key and trust policies, that name a new role.
    ("Invalid principal in policy", Failure::Unsettled),
    ("one or more invalid principals", Failure::Unsettled),
    // S3: two calls about one bucket.
    ("is currently in progress against this resource", Failure::Busy),
    // MWAA under ValidationException, EC2 under InvalidParameterValue.
    ("already exists", Failure::Exists),
];

/// Whether an answer's body names a code of throttling.
pub(crate) fn is_throttle(body: &str) -> bool {
    THROTTLES.iter().any(|code| body.contains(code))
}

/// The error and what caused it, cause by cause.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}

/// Whether there are no credentials that could be used.
pub(crate) fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<CredentialsError>())
}

/// Whether nothing has answered: the name is unknown, or nothing listens there.
pub(crate) fn is_unreachable(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        let connecting = cause.downcast_ref::<hyper_util::client::legacy::Error>();
        // The one time-out of a connector is that of connecting.
        let connector = cause.downcast_ref::<ConnectorError>();
        connecting.is_some_and(hyper_util::client::legacy::Error::is_connect)
            || connector.is_some_and(ConnectorError::is_timeout)
            || cause.downcast_ref::<std::io::Error>().is_some_and(|it| it.kind() == ErrorKind::ConnectionRefused)
            || cause.is::<ResolveDnsError>()
    })
}

/// What was at the bottom of it.
pub(crate) fn last_cause(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_role_passes_and_our_own_token_does_not() {
        let glue = "Service is unable to assume provided role. Please verify role's TrustPolicy";
        assert_eq!(Failure::of("InvalidInputException", glue), Failure::Unsettled);
        assert_eq!(Failure::of("InvalidInputException", "Invalid crawler name"), Failure::Other);
        let own = "The security token included in the request is invalid.";
        assert_eq!(Failure::of("UnrecognizedClientException", own), Failure::Other);
        let theirs = "The security token included in the request is invalid. (Service: AWSSecurityTokenService)";
        assert_eq!(Failure::of("InvalidInputException", theirs), Failure::Unsettled);
    }

    #[test]
    fn codes_decide_before_sentences() {
        assert_eq!(Failure::of("Throttling", "Rate exceeded, it already exists"), Failure::Throttled);
        for code in ["NoSuchBucket", "InvalidVpcID.NotFound", "EntityNotFoundException", "404"] {
            assert_eq!(Failure::of(code, "what you asked for"), Failure::Gone, "{code}");
        }
        assert_eq!(Failure::of("ResourceAlreadyExistsException", ""), Failure::Exists);
        assert_eq!(Failure::of("ValidationException", "Environment x already exists"), Failure::Exists);
        assert!(Failure::of("OperationAborted", "").passes() && !Failure::Exists.passes());
    }

    #[test]
    fn who_does_not_listen_is_told_from_a_lost_answer() {
        let refused = || std::io::Error::from(ErrorKind::ConnectionRefused);
        assert!(is_unreachable(&ConnectorError::io(refused().into())));
        assert!(is_unreachable(&ConnectorError::io(ResolveDnsError::new(std::io::Error::other("unknown")).into())));
        assert!(is_unreachable(&ConnectorError::timeout("connecting".into())));
        assert!(!is_unreachable(&ConnectorError::io(std::io::Error::from(ErrorKind::ConnectionReset).into())));
        assert!(lacks_credentials(&ConnectorError::user(CredentialsError::not_loaded("none").into())));
    }
}
