//! Checks of input, in AWS's own codes and words.

use serde_json::Value;
use strata_local_wire::AwsError;

/// Input that the service refuses.
pub(crate) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInputException", message.into())
}

/// A thing that is not there.
pub(crate) fn missing(message: impl Into<String>) -> AwsError {
    AwsError::new("EntityNotFoundException", message.into())
}

/// A value that breaks the service's model.
fn constraint(value: &str, at: &str, rule: &str) -> AwsError {
    AwsError::new(
        "ValidationException",
        format!("1 validation error detected: Value {value} at '{at}' failed to satisfy constraint: {rule}"),
    )
}

/// `ContainsHeader` is `containsHeader` in AWS's messages.
fn member(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A required text.
pub(crate) fn text<'a>(body: &'a Value, key: &str) -> Result<&'a str, AwsError> {
    match body[key].as_str() {
        None => Err(constraint("null", &member(key), "Member must not be null")),
        Some("") => Err(constraint("''", &member(key), "Member must have length greater than or equal to 1")),
        Some(text) => Ok(text),
    }
}

/// A name: 1 to 255 characters on one line.
pub(crate) fn name<'a>(body: &'a Value, key: &str) -> Result<&'a str, AwsError> {
    let name = text(body, key)?;
    if name.chars().count() > 255 {
        return Err(constraint(
            &format!("'{name}'"),
            &member(key),
            "Member must have length less than or equal to 255",
        ));
    }
    if name.chars().any(|letter| letter.is_control() && letter != '\t') {
        return Err(constraint(
            &format!("'{name}'"),
            &member(key),
            "Member must satisfy regular expression pattern: [\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*",
        ));
    }
    Ok(name)
}

/// An optional text that must be one of `allowed`.
pub(crate) fn one_of(body: &Value, key: &str, allowed: &[&str]) -> Result<(), AwsError> {
    match body[key].as_str() {
        Some(value) if !allowed.contains(&value) => Err(constraint(
            &format!("'{value}'"),
            &member(key),
            &format!("Member must satisfy enum value set: [{}]", allowed.join(", ")),
        )),
        _ => Ok(()),
    }
}

/// An optional whole number of at least `least`.
pub(crate) fn at_least(body: &Value, key: &str, least: i64) -> Result<(), AwsError> {
    match body[key].as_i64() {
        Some(value) if value < least => Err(constraint(
            &format!("'{value}'"),
            &member(key),
            &format!("Member must have value greater than or equal to {least}"),
        )),
        _ => Ok(()),
    }
}

/// Now, as the JSON protocols write time: seconds with a fraction.
pub(crate) fn now() -> Value {
    Value::from(chrono::Utc::now().timestamp_millis() as f64 / 1000.0)
}
