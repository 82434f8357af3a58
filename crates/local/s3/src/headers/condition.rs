//! Conditional requests.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::protocol::Request;
use crate::store::{Object, Version};
use crate::time;

/// Conditions of a read. The names of the headers begin with `prefix`: a copy's begin with `x-amz-copy-source-`.
pub(crate) fn read(request: &Request, prefix: &str, object: &Object, modified: i64) -> Result<()> {
    let header = |name: &str| request.header(&format!("{prefix}{name}"));
    let date = |name: &str| header(name).and_then(time::parse);
    let written = modified.div_euclid(1000);
    match header("if-match") {
        Some(wanted) if !matches(wanted, &object.etag) => return Err(Error::precondition("If-Match")),
        // A matching one outweighs the date.
        Some(_) => {}
        None if date("if-unmodified-since").is_some_and(|date| written > date) => {
            return Err(Error::precondition("If-Unmodified-Since"));
        }
        None => {}
    }
    let (same, condition) = match header("if-none-match") {
        Some(unwanted) => (matches(unwanted, &object.etag), "If-None-Match"),
        None => (date("if-modified-since").is_some_and(|date| written <= date), "If-Modified-Since"),
    };
    if !same {
        return Ok(());
    }
    if !prefix.is_empty() {
        return Err(Error::precondition(condition));
    }
    let unchanged = Error::new(304, "NotModified", "Not Modified").with_header("etag", format!("\"{}\"", object.etag));
    Err(unchanged.with_header("last-modified", time::http(modified)))
}

fn matches(list: &str, etag: &str) -> bool {
    let bare = |one: &str| one.trim().trim_start_matches("W/").trim_matches('"') == etag;
    list.trim() == "*" || list.split(',').any(bare)
}

/// Conditions of a write, read before the body comes and checked when it is there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Write {
    key: String,
    if_match: Option<String>,
    if_absent: bool,
    /// The newest version when the request began, if a condition depends on it.
    before: Option<u64>,
}

impl Write {
    /// Reads the headers, and refuses what is hopeless already.
    pub(crate) fn of(request: &Request, latest: Option<&Arc<Version>>) -> Result<Self> {
        let if_absent = match request.header("if-none-match") {
            None => false,
            Some("*") => true,
            Some(_) => return Err(not_implemented("If-None-Match")),
        };
        let if_match = request.header("if-match").map(str::to_string);
        if if_match.is_some() && if_absent {
            return Err(not_implemented("If-None-Match"));
        }
        let before = latest.map(|version| version.seq);
        let conditions = Self { key: request.key.clone(), if_match, if_absent, before };
        conditions.check(latest)?;
        Ok(conditions)
    }

    /// Only of that ETag.
    pub(crate) fn only(key: &str, etag: Option<&str>) -> Self {
        Self { key: key.to_string(), if_match: etag.map(str::to_string), ..Self::default() }
    }

    /// Whether the write may happen over this version.
    pub(crate) fn check(&self, latest: Option<&Arc<Version>>) -> Result<()> {
        let object = latest.and_then(|version| version.object.as_ref());
        if self.if_absent {
            if object.is_some() {
                return Err(Error::precondition("If-None-Match"));
            }
            // It was deleted while the body came.
            if latest.map(|version| version.seq) != self.before {
                return Err(Error::conflict(&self.key));
            }
        }
        let Some(wanted) = &self.if_match else { return Ok(()) };
        match object {
            Some(object) if matches(wanted, &object.etag) => Ok(()),
            Some(_) => Err(Error::precondition("If-Match")),
            None if self.before.is_some() => Err(Error::conflict(&self.key)),
            None => Err(Error::no_such_key(&self.key)),
        }
    }
}

fn not_implemented(header: &str) -> Error {
    let why = "A header you provided implies functionality that is not implemented";
    Error::new(501, "NotImplemented", why).with("Header", header)
}
