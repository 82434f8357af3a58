//! Times as MWAA writes them.

use serde_json::{Value, json};

/// AWS's time stamps: seconds since 1970 with a fraction.
pub(crate) fn now() -> Value {
    json!(chrono::Utc::now().timestamp_micros() as f64 / 1e6)
}
