//! A value that may not be known yet, such as the id of a VPC that has to be made first.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use strata_aws::Error;

/// The field that marks a value as not known yet, in properties by name.
const LATER: &str = "$later";

/// A value, or what has to be there before it is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise<T = String> {
    /// It is known.
    Known(T),
    /// It is known when this kind, or this layer, is there.
    Later(&'static str),
}

impl<T> Promise<T> {
    /// Known when the section of `layer` is in the document.
    #[must_use]
    pub fn of(value: Option<T>, layer: &'static str) -> Self {
        value.map_or(Self::Later(layer), Self::Known)
    }

    /// The value, for the call that needs it.
    ///
    /// # Errors
    /// When it is not known: what it depends on is missing.
    pub fn known(&self) -> Result<&T, Error> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Later(what) => Err(Error::again("looking at what is there", format!("{what} is not there yet"))),
        }
    }

    /// The value, where it is known.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Later(_) => None,
        }
    }

    /// The same of another type.
    #[must_use]
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Promise<U> {
        match self {
            Self::Known(value) => Promise::Known(with(value)),
            Self::Later(what) => Promise::Later(what),
        }
    }
}

impl<T: Default> Default for Promise<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl From<&str> for Promise {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

/// An answer of AWS: what it leaves out is empty.
impl From<Option<&str>> for Promise {
    fn from(text: Option<&str>) -> Self {
        Self::Known(text.unwrap_or_default().to_owned())
    }
}

impl<T> From<T> for Promise<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Serialize> Serialize for Promise<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Later(what) => later(what).serialize(serializer),
        }
    }
}

/// The value of something that is not there yet.
pub(crate) fn later(what: &str) -> Value {
    json!({ LATER: what })
}

/// Whether a value, or anything in it, is not known yet.
pub(crate) fn is_later(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(is_later),
        Value::Object(values) => values.contains_key(LATER) || values.values().any(is_later),
        _ => false,
    }
}

/// A value for people and for the plan as JSON: what is not known says when it will be.
pub(crate) fn shown(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(shown).collect(),
        Value::Object(fields) => match fields.get(LATER).and_then(Value::as_str) {
            Some(what) => json!(format!("(known after {what})")),
            None => fields.iter().map(|(name, value)| (name.clone(), shown(value))).collect(),
        },
        other => other.clone(),
    }
}
