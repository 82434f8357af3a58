//! An error as an AWS client reads it.

use serde_json::Value;

/// What AWS answers instead of a result.
#[derive(Debug, Clone)]
pub struct AwsError {
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
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.into(), message: message.into(), members: Value::Null }
    }

    /// The same error with another HTTP status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same error with more in its document.
    #[must_use]
    pub fn with_members(self, members: Value) -> Self {
        Self { members, ..self }
    }

    /// The endpoint itself cannot serve the call.
    pub fn unavailable(why: &str) -> Self {
        Self::new("ServiceUnavailable", format!("the local endpoint cannot serve this call: {why}")).with_status(503)
    }

    /// The error that an XML error document holds.
    pub fn in_xml(status: u16, text: &str) -> Self {
        let code = crate::xml::first_element(text, "Code").unwrap_or_else(|| format!("HTTP {status}"));
        let message = crate::xml::first_element(text, "Message").unwrap_or_default();
        Self::new(code, message).with_status(status)
    }
}

/// What most handlers answer: the JSON body of the response, or AWS's error.
pub type Answer = Result<Value, AwsError>;
