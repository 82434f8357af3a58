//! Members of requests and answers.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// A text member, empty where it is absent.
pub(crate) fn text<'a>(body: &'a Value, member: &str) -> &'a str {
    body[member].as_str().unwrap_or_default()
}

/// A time as this service writes it.
pub(crate) fn time(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// Without the members that are null, which AWS leaves out.
pub(crate) fn compact(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}
