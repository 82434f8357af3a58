//! AWS's errors for calls that it cannot serve now, in each service's own words.

use serde_json::json;

use super::draw::{number, pick};
use super::{Kind, Seen};
use crate::call::AwsError;

/// The error of a strike.
pub(super) fn of(kind: Kind, call: &Seen, seed: u64, nth: u64) -> AwsError {
    let error = match kind {
        Kind::Throttle => throttled(call),
        _ => failed(call, number(seed, &["error", call.service, call.operation], nth)),
    };
    if call.service != "airflow-serverless" {
        return error;
    }
    let mut members = json!({ "Message": error.message });
    if kind == Kind::Throttle {
        members["ServiceCode"] = json!(call.service);
        members["QuotaCode"] = json!("L-LOCAL003");
    }
    error.with_members(members)
}

/// A server error: the status, the code, the message.
type Words = (u16, &'static str, &'static str);

fn failed(call: &Seen, number: u64) -> AwsError {
    let all: &[Words] = match call.service {
        "ec2" => &[
            (500, "InternalError", "An internal error has occurred"),
            (503, "Unavailable", "The server is overloaded and can't handle the request."),
            (503, "ServiceUnavailable", "Service is unavailable. Please try again shortly."),
        ],
        "s3" => &[
            (500, "InternalError", "We encountered an internal error. Please try again."),
            (503, "ServiceUnavailable", "Service is unable to handle request."),
        ],
        "iam" => &[
            (
                500,
                "ServiceFailure",
                "The request processing has failed because of an unknown error, exception or failure.",
            ),
            (503, "ServiceUnavailable", "Service is unavailable. Please try again shortly."),
        ],
        "sts" => &[(500, "InternalFailure", "The request processing has failed because of an unknown error.")],
        "glue" => &[
            (500, "InternalServiceException", "Internal service error."),
            (500, "InternalFailure", "The request processing has failed because of an unknown error."),
        ],
        "athena" => &[(500, "InternalServerException", "Internal server error.")],
        "logs" => &[
            (500, "InternalFailure", "The request processing has failed because of an unknown error."),
            (503, "ServiceUnavailableException", "The service cannot complete the request."),
        ],
        "kms" => &[
            (500, "KMSInternalException", "The request was rejected because an internal exception occurred."),
            (503, "DependencyTimeoutException", "The system timed out while trying to fulfill the request."),
        ],
        "airflow-serverless" => &[
            (500, "InternalServerException", "Internal server error"),
            (500, "OperationTimeoutException", "The operation timed out."),
        ],
        "airflow" => &[
            (500, "InternalServerException", "Internal server error"),
            (503, "ServiceUnavailableException", "The service is unavailable. Please try again later."),
        ],
        _ => &[(500, "InternalFailure", "The request processing has failed because of an unknown error.")],
    };
    error(pick(number, all))
}

fn throttled(call: &Seen) -> AwsError {
    error(match (call.service, call.operation) {
        ("ec2", _) => (503, "RequestLimitExceeded", "Request limit exceeded."),
        ("s3", _) => (503, "SlowDown", "Please reduce your request rate."),
        ("iam" | "sts", _) => (400, "Throttling", "Rate exceeded"),
        ("kms", _) => (
            400,
            "ThrottlingException",
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
        ),
        ("athena", "StartQueryExecution") => (
            400,
            "TooManyRequestsException",
            "You have exceeded the limit for the number of queries you can run concurrently.",
        ),
        _ => (400, "ThrottlingException", "Rate exceeded"),
    })
}

fn error((status, code, message): Words) -> AwsError {
    AwsError::new(code, message).with_status(status)
}
