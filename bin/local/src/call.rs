//! One AWS call as the parts of this program see it, and the answer they give.

use serde_json::Value;

/// A call whose service, operation and body have been read.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The signing name of the service: `glue`, `athena`, `airflow-serverless`.
    pub service: String,
    /// The operation as AWS names it: `StartCrawler`.
    pub operation: String,
    /// The region in the credential scope.
    pub region: String,
    /// The account that the caller's key belongs to.
    pub account: String,
    /// The JSON body; `{}` when there was none.
    pub body: Value,
}

/// An error as an AWS client reads it.
#[derive(Debug, Clone)]
pub(crate) struct AwsError {
    /// The HTTP status.
    pub status: u16,
    /// AWS's error code: `EntityNotFoundException`.
    pub code: String,
    /// AWS's wording.
    pub message: String,
    /// What else the error's document has, an object; null for most.
    pub members: Value,
}

impl AwsError {
    /// A refused call (status 400).
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.into(), message: message.into(), members: Value::Null }
    }

    /// The same error with another HTTP status.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same error with more in its document.
    pub(crate) fn with_members(self, members: Value) -> Self {
        Self { members, ..self }
    }
}

impl From<strata_s3::Error> for AwsError {
    fn from(why: strata_s3::Error) -> Self {
        Self::new(why.code, why.message).with_status(why.status)
    }
}

/// What a handler answers: the JSON body of the response, or AWS's error.
pub(crate) type Answer = Result<Value, AwsError>;
