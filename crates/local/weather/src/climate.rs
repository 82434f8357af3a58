//! What a service says on a bad day, in its own words. Each service of this endpoint brings its climate; those that are moto's alone
//! have theirs in `planes.rs`.

use serde_json::Value;
use strata_local_wire::{AwsError, Seen};

/// The HTTP status, the code, the message.
pub type Words = (u16, &'static str, &'static str);

/// The errors of a service that have nothing to do with what it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Climate {
    /// Errors of its own, one of which is drawn.
    pub failures: &'static [Words],
    /// What it says to so many calls of an operation.
    pub throttled: fn(operation: &str) -> Words,
    /// What it says when this call meets other work on the same thing.
    pub conflict: fn(call: &Seen) -> Option<AwsError>,
    /// What it says of a role that it cannot assume yet.
    pub new_role: Option<NewRole>,
    /// What else its error documents have; the flag is for throttled calls.
    pub members: fn(message: &str, throttled: bool) -> Value,
}

/// How a service meets a role that was made a moment ago.
#[derive(Debug, Clone, Copy)]
pub struct NewRole {
    /// The operations that try the role.
    pub operations: &'static [&'static str],
    /// The member that names it.
    pub member: &'static str,
    /// The error for these parameters; the number is drawn.
    pub refused: fn(parameters: &Value, number: u64) -> AwsError,
}

impl Climate {
    /// What a service says that brings nothing of its own.
    pub const PLAIN: Self = Self {
        failures: &[(500, "InternalFailure", "The request processing has failed because of an unknown error.")],
        throttled: |_| (400, "ThrottlingException", "Rate exceeded"),
        conflict: |_| None,
        new_role: None,
        members: |_, _| Value::Null,
    };
}

/// An error in these words.
pub(crate) fn error((status, code, message): Words) -> AwsError {
    AwsError::new(code, message).with_status(status)
}
