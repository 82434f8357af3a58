//! A request, read: whose key, which parameters.

use http::HeaderMap;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::error::{Error, Result};

/// A key may have so many bytes.
const LONGEST_KEY: usize = 1024;

/// What a request says, without its body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub bucket: String,
    pub key: String,
    pub path: String,
    pub headers: HeaderMap,
    query: Vec<(String, String)>,
}

impl Request {
    /// Reads a request in path style.
    pub(crate) fn read(parts: Parts) -> Result<Self> {
        let path = parts.uri.path().to_string();
        let (bucket, key) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let decoded = percent_decode_str(key).decode_utf8();
        let key = decoded.map_err(|_| Error::new(400, "InvalidURI", "Couldn't parse the specified URI."))?.into_owned();
        if key.len() > LONGEST_KEY {
            return Err(Error::new(400, "KeyTooLongError", "Your key is too long")
                .with("Size", key.len().to_string())
                .with("MaxSizeAllowed", LONGEST_KEY.to_string()));
        }
        let query = query_of(parts.uri.query().unwrap_or_default());
        Ok(Self { bucket: bucket.to_string(), key, path: path.clone(), headers: parts.headers, query })
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }

    /// A parameter, decoded; `""` when it has no value.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that says something.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.query(name).filter(|value| !value.is_empty())
    }

    /// The version that is asked for.
    pub(crate) fn version(&self) -> Option<&str> {
        self.query("versionId")
    }

    /// A number of items, at most a thousand.
    pub(crate) fn max(&self, name: &'static str) -> Result<usize> {
        let Some(text) = self.given(name) else { return Ok(1000) };
        match text.parse::<u32>() {
            Ok(number) if number <= i32::MAX as u32 => Ok(number.min(1000) as usize),
            _ => {
                let why = format!("Provided {name} not an integer or within integer range");
                Err(Error::argument(name, text, why))
            }
        }
    }

    /// The number of a part.
    pub(crate) fn part_number(&self) -> Result<Option<u16>> {
        let Some(text) = self.query("partNumber") else { return Ok(None) };
        match text.parse::<u16>() {
            Ok(number @ 1..=10_000) => Ok(Some(number)),
            _ => {
                let why = "Part number must be an integer between 1 and 10000, inclusive";
                Err(Error::argument("partNumber", text, why))
            }
        }
    }
}

/// Names and values of a query, decoded.
pub(crate) fn query_of(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
