//! The request log: every AWS call, in memory for `/_local/requests` and as JSON lines in a file.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use strata_local_wire::is_mutating;

use strata_local_process::file::{FileError, file};

/// How many calls stay in memory; the file has them all.
const KEPT: usize = 100_000;

/// One AWS call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1.
    pub n: u64,
    /// When it was answered.
    pub time: String,
    /// The signing name of the service.
    pub service: String,
    /// The operation as AWS names it.
    pub operation: String,
    /// The HTTP status of the answer.
    pub status: u16,
    /// Milliseconds until the answer's head was known.
    pub ms: f64,
    /// Whether such a call changes something.
    pub mutating: bool,
    /// AWS's error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the weather did to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weather: Option<String>,
}

/// All calls since the start.
pub struct Requests {
    inner: Mutex<Inner>,
}

struct Inner {
    count: u64,
    last: VecDeque<Entry>,
    file: File,
}

impl Requests {
    /// Where the calls are written to, in the endpoint's folder.
    pub fn file(dir: &Path) -> PathBuf {
        dir.join("requests.jsonl")
    }

    /// An empty log; the file of an earlier run is overwritten, because its resources are gone, too.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(dir: &Path) -> Result<Self, FileError> {
        let path = Self::file(dir);
        let file = File::create(&path).map_err(file("creating", &path))?;
        Ok(Self { inner: Mutex::new(Inner { count: 0, last: VecDeque::new(), file }) })
    }

    /// Adds a call and returns its number. The status is 0 where there was no answer.
    pub(crate) fn add(
        &self,
        service: &str,
        operation: &str,
        status: u16,
        took: Duration,
        code: Option<String>,
        weather: Option<String>,
    ) -> u64 {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.count += 1;
        let entry = Entry {
            n: inner.count,
            time: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            service: service.to_string(),
            operation: operation.to_string(),
            status,
            ms: (took.as_secs_f64() * 100_000.0).round() / 100.0,
            mutating: is_mutating(service, operation),
            code,
            weather,
        };
        if let Ok(mut line) = serde_json::to_string(&entry) {
            line.push('\n');
            // A full disk must not fail the call that was answered.
            let _ = inner.file.write_all(line.as_bytes());
        }
        if inner.last.len() == KEPT {
            inner.last.pop_front();
        }
        inner.last.push_back(entry);
        inner.count
    }

    /// The number of calls so far.
    pub(crate) fn count(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// The calls after the one numbered `n`.
    pub(crate) fn since(&self, n: u64) -> Vec<Entry> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.last.iter().filter(|entry| entry.n > n).cloned().collect()
    }
}
