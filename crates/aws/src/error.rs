//! One error for everything that can go wrong on the way to AWS and back.

use crate::failure::{Failure, is_unreachable, lacks_credentials, last_cause};
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
        let message = "interrupted; the document lists what exists; run the command again to continue".into();
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

    /// What AWS's answer means; None where AWS has not answered.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.code.as_deref().map(|code| Failure::of(code, &self.message))
    }

    /// Whether AWS says that it does not exist.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.failure() == Some(Failure::Gone)
    }

    /// Whether AWS says that something of that name is there already.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.failure() == Some(Failure::Exists)
    }

    /// Whether the call may have been done although it failed: the answer was lost, or AWS broke down midway. A call
    /// that was throttled has not been done.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        self.exit == Exit::Again && self.failure() != Some(Failure::Throttled)
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
        let failure = Failure::of(&code, &message);
        let exit = if status >= 500 || failure.passes() { Exit::Again } else { Exit::Failed };
        let advice = remedy(&code, failure);
        return Error { doing, code: Some(code), message, advice, exit };
    }
    let (exit, message, advice) = match &error {
        _ if lacks_credentials(&error) => (
            Exit::Usage,
            "no usable AWS credentials were found".to_owned(),
            Some(
                "sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned(),
            ),
        ),
        SdkError::ConstructionFailure(_) => (Exit::Failed, DisplayErrorContext(&error).to_string(), None),
        SdkError::TimeoutError(_) => (Exit::Again, "no answer in time".to_owned(), None),
        SdkError::DispatchFailure(_) if is_unreachable(&error) => (
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
