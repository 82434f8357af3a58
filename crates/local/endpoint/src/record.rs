//! The record (`--record`): each different AWS call as one JSON line, with everything that its request says.
//!
//! The policies of `policies/deployer/` are made from it, and its requests are held against AWS's service models. A call
//! that differs from an earlier one only in ids says nothing new and is left out, so that polling does not fill the disk.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use strata_local_process::file::{FileError, file};

/// A body longer than this is left out.
const LONGEST_BODY: usize = 256 << 10;

/// A run of so many hexadecimal digits is an id.
const SHORTEST_ID: usize = 8;

/// What a request says.
#[derive(Debug, Serialize)]
pub(crate) struct Heard {
    /// The program of strata that sent it: `net`. None for any other client.
    pub program: Option<String>,
    /// What that program was doing: `up`.
    pub verb: Option<String>,
    /// The region that it was signed for.
    pub region: String,
    pub method: String,
    /// As it came, but with the bucket in it.
    pub path: String,
    pub query: String,
    /// Those that carry parameters, in lower case.
    pub headers: BTreeMap<String, String>,
    /// None where it is an object's content, or too long.
    pub body: Option<String>,
}

impl Heard {
    /// The text of a body, where the record keeps it.
    pub(crate) fn text(body: &[u8]) -> Option<String> {
        let short = body.len() <= LONGEST_BODY;
        short.then(|| String::from_utf8(body.to_vec()).ok()).flatten()
    }
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    service: &'a str,
    operation: &'a str,
    status: u16,
    code: Option<&'a str>,
    #[serde(flatten)]
    heard: &'a Heard,
}

/// The file, and what is in it.
pub struct Record {
    inner: Mutex<(File, HashSet<u64>)>,
}

impl Record {
    /// An empty record.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(file("making the folder", folder))?;
        }
        let record = File::create(path).map_err(file("creating", path))?;
        Ok(Self { inner: Mutex::new((record, HashSet::new())) })
    }

    /// Adds a call and its outcome.
    pub(crate) fn add(&self, heard: &Heard, service: &str, operation: &str, status: u16, code: Option<&str>) {
        let Ok(mut line) = serde_json::to_string(&Line { service, operation, status, code, heard }) else { return };
        line.push('\n');
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, seen) = &mut *inner;
        if seen.insert(shape(&line)) {
            // One write for the whole line: the endpoint of a test is killed, and has no time to flush.
            let _ = file.write_all(line.as_bytes());
        }
    }
}

/// A hash of the line without the ids in it.
fn shape(line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut rest = line.as_bytes();
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits < SHORTEST_ID {
            rest[..digits.max(1)].hash(&mut hasher);
        }
        rest = &rest[digits.max(1)..];
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn calls_that_differ_in_ids_alone_are_alike() {
        assert_eq!(shape("VpcId=vpc-0123456789abcdef0&x=1"), shape("VpcId=vpc-fedcba9876543210f&x=1"));
        assert_ne!(shape("VpcId=vpc-0123456789abcdef0&x=1"), shape("VpcId=vpc-0123456789abcdef0&x=2"));
        assert_ne!(shape("Port=443"), shape("Port=5432"));
    }
}
