//! The climates of control planes that are moto's alone.

use strata_local_wire::AwsError;

use crate::climate::Climate;

/// By the signing name.
pub(crate) const PLANES: [(&str, Climate); 5] =
    [("ec2", EC2), ("iam", IAM), ("sts", STS), ("logs", LOGS), ("kms", KMS)];

const EC2: Climate = Climate {
    failures: &[
        (500, "InternalError", "An internal error has occurred"),
        (503, "Unavailable", "The server is overloaded and can't handle the request."),
        (503, "ServiceUnavailable", "Service is unavailable. Please try again shortly."),
    ],
    throttled: |_| (503, "RequestLimitExceeded", "Request limit exceeded."),
    ..Climate::PLAIN
};

const IAM: Climate = Climate {
    failures: &[
        (500, "ServiceFailure", "The request processing has failed because of an unknown error, exception or failure."),
        (503, "ServiceUnavailable", "Service is unavailable. Please try again shortly."),
    ],
    throttled: |_| (400, "Throttling", "Rate exceeded"),
    conflict: |call| {
        let why = "The request was rejected because multiple requests to change this object were submitted \
             simultaneously. Wait a few minutes and submit your request again.";
        ["CreateRole", "DeleteRole", "TagRole"]
            .contains(&call.operation)
            .then(|| AwsError::new("ConcurrentModification", why).with_status(409))
    },
    ..Climate::PLAIN
};

const STS: Climate = Climate { throttled: |_| (400, "Throttling", "Rate exceeded"), ..Climate::PLAIN };

const LOGS: Climate = Climate {
    failures: &[
        (500, "InternalFailure", "The request processing has failed because of an unknown error."),
        (503, "ServiceUnavailableException", "The service cannot complete the request."),
    ],
    conflict: |call| {
        let why = "A conflicting operation is currently in progress against this resource. Please try again.";
        ["CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy"]
            .contains(&call.operation)
            .then(|| AwsError::new("OperationAbortedException", why))
    },
    ..Climate::PLAIN
};

const KMS: Climate = Climate {
    failures: &[
        (500, "KMSInternalException", "The request was rejected because an internal exception occurred."),
        (503, "DependencyTimeoutException", "The system timed out while trying to fulfill the request."),
    ],
    throttled: |_| {
        let why = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";
        (400, "ThrottlingException", why)
    },
    conflict: |call| {
        let why = "The request was rejected because an automatic rotation of this key is currently in progress or \
             scheduled to begin within the next 20 minutes.";
        (call.operation == "RotateKeyOnDemand").then(|| AwsError::new("ConflictException", why))
    },
    ..Climate::PLAIN
};
