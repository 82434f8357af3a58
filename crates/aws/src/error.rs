//! One error for everything that can go wrong on the way to AWS and back.

use crate::remedy::remedy;
use crate::trace::mark;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// What an error means for the exit code and for trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Bad input or a wrong set-up; nothing was touched. Exit 2.
    Usage,
    /// AWS said no, and will say no again.
    Failed,
    /// It may work in a moment. The call may or may not have been done: look before doing it again.
    Again,
    /// A person pressed Ctrl-C. Exit 130.
    Interrupted,
}

/// What was being done, to what; AWS's own code and message; what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{doing}: {}{message}{}", .code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default(), .advice.as_ref().map(|advice| format!("; {advice}")).unwrap_or_default())]
pub struct Error {
    /// What was being done, to what: `creating VPC driven-data-dev`.
    pub doing: String,
    /// AWS's code, where AWS answered.
    pub code: Option<String>,
    /// AWS's message, or ours.
    pub message: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// What it means.
    pub exit: Exit,
}

impl Error {
    /// Bad input: nothing was touched.
    pub fn usage(doing: impl Into<String>, message: impl Into<String>) -> Self {
        Self { doing: doing.into(), code: None, message: message.into(), advice: None, exit: Exit::Usage }
    }

    /// A failure that is ours to tell, not AWS's.
    pub fn failed(doing: impl Into<String>, message: impl Into<String>) -> Self {
        Self { doing: doing.into(), code: None, message: message.into(), advice: None, exit: Exit::Failed }
    }

    /// Something that is not there yet and may be in a moment.
    pub fn again(doing: impl Into<String>, message: impl Into<String>) -> Self {
        Self { doing: doing.into(), code: None, message: message.into(), advice: None, exit: Exit::Again }
    }

    /// Ctrl-C.
    pub fn interrupted(doing: impl Into<String>) -> Self {
        let message = "interrupted; what exists is in the document, run it again to go on".into();
        Self { doing: doing.into(), code: None, message, advice: None, exit: Exit::Interrupted }
    }

    /// With a word on what to do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Whether AWS answered with one of these codes.
    #[must_use]
    pub fn is(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// Whether AWS says that the thing does not exist. Codes are spelled in many ways: `NoSuchBucket`,
    /// `InvalidVpcID.NotFound`, `EntityNotFoundException`, `ResourceNotFoundException`, `NatGatewayNotFound`, `404`.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.code.as_deref().is_some_and(|code| {
            code.starts_with("NoSuch")
                || code.ends_with("NotFound")
                || code.ends_with("NotFoundException")
                || code == "404"
        })
    }

    /// Whether AWS says that something of that name is there already. Spelled in many ways, too.
    #[must_use]
    pub fn is_there(&self) -> bool {
        const CODES: [&str; 6] = [
            "EntityAlreadyExists",
            "BucketAlreadyOwnedByYou",
            "InvalidGroup.Duplicate",
            "InvalidSubnet.Conflict",
            "RouteAlreadyExists",
            "InvalidPermission.Duplicate",
        ];
        self.code.as_deref().is_some_and(|code| CODES.contains(&code) || code.ends_with("AlreadyExistsException"))
            || self.code.is_some() && self.message.contains("already exists")
    }

    /// Whether the call may have been done although it failed: the answer was lost, or AWS broke down midway. A call
    /// that was throttled has not been done.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        self.exit == Exit::Again && self.code.as_deref().is_none_or(|code| !THROTTLES.contains(&code))
    }
}

/// Turns an SDK's result into ours, saying what was being done.
pub trait During<T> {
    /// `doing` is the sentence's start: `creating VPC driven-data-dev`.
    ///
    /// # Errors
    /// The SDK's error as an [`Error`].
    fn during(self, doing: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E> During<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn during(self, doing: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| {
            let error = convert(doing(), error);
            mark(format_args!("error {}", error.code.as_deref().unwrap_or("without a code")));
            error
        })
    }
}

fn convert<E>(doing: String, error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    if let SdkError::ServiceError(service) = &error {
        let code = service.err().code().map_or_else(|| status.to_string(), str::to_owned);
        let message = told(service.err().message().unwrap_or("AWS gave no message")).to_owned();
        let again = status >= 500 || may_pass(&code, &message);
        let exit = if again { Exit::Again } else { Exit::Failed };
        let advice = remedy(&code, &message);
        return Error { doing, code: Some(code), message, advice, exit };
    }
    let text = DisplayErrorContext(&error).to_string();
    let lower = text.to_lowercase();
    let (exit, message, advice) = match &error {
        _ if lower.contains("credential") => (
            Exit::Usage,
            "no usable AWS credentials were found".to_owned(),
            Some(
                "sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned(),
            ),
        ),
        SdkError::ConstructionFailure(_) => (Exit::Failed, text, None),
        SdkError::TimeoutError(_) => (Exit::Again, "no answer in time".to_owned(), None),
        SdkError::DispatchFailure(_) if lower.contains("refused") || lower.contains("connect") => (
            Exit::Again,
            "the endpoint does not answer".to_owned(),
            Some("is it up? (a local one: local start, local status)".to_owned()),
        ),
        _ => (Exit::Again, format!("the answer was lost: {}", last_cause(&error)), None),
    };
    Error { doing, code: None, message, advice, exit }
}

/// AWS answers a wrong signature with all that should have been signed, and the session's token is part of that.
fn told(message: &str) -> &str {
    message.split_once("The Canonical String").map_or(message, |(said, _)| said).trim()
}

fn last_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Too many calls: this one was not done, and may be tried again.
const THROTTLES: [&str; 9] = [
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

/// Whether an answer's body names one of these.
pub(crate) fn is_throttle(body: &str) -> bool {
    THROTTLES.iter().any(|code| body.contains(code))
}

/// Codes and wordings that pass by themselves: throttling, consistency, and a new role that a service cannot use yet.
/// The wordings are AWS's own; a code alone says too little there.
fn may_pass(code: &str, message: &str) -> bool {
    const CODES: [&str; 14] = [
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
    const WORDS: [&str; 12] = [
        "Insufficient Lake Formation permission",
        "is not authorized to perform: glue:GetConnection",
        "Error trying to retrieve security config, error message: The security token included in the request is invalid",
        "unable to assume provided role",
        "unable to assume the role",
        "You need to enable AWS Security Token Service for this region",
        "role defined for the function cannot be assumed",
        "should be given assume role permissions",
        "does not have sufficient permissions",
        "Invalid principal in policy",
        "one or more invalid principals",
        "is currently in progress against this resource",
    ];
    // "The security token included in the request is invalid" without the trailer speaks of our own credentials.
    let service_token = message.contains("security token included in the request is invalid. (Service:");
    THROTTLES.contains(&code)
        || CODES.contains(&code)
        || WORDS.iter().any(|words| message.contains(words))
        || service_token
}

#[cfg(test)]
mod tests {
    use super::may_pass;

    #[test]
    fn a_new_role_passes_and_our_own_token_does_not() {
        let glue = "Service is unable to assume provided role. Please verify role's TrustPolicy";
        assert!(may_pass("InvalidInputException", glue));
        assert!(!may_pass("InvalidInputException", "Invalid crawler name"));
        assert!(!may_pass("UnrecognizedClientException", "The security token included in the request is invalid."));
        assert!(may_pass("Throttling", "Rate exceeded"));
    }
}
