//! What Athena says on a bad day.

use strata_local_weather::Climate;

/// Its errors.
pub const CLIMATE: Climate = Climate {
    failures: &[(500, "InternalServerException", "Internal server error.")],
    throttled: |operation| match operation {
        "StartQueryExecution" => (
            400,
            "TooManyRequestsException",
            "You have exceeded the limit for the number of queries you can run concurrently.",
        ),
        _ => (400, "ThrottlingException", "Rate exceeded"),
    },
    ..Climate::PLAIN
};
