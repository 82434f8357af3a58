//! The request log: every AWS call, in memory for `/_local/requests` and as JSON lines in a file.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::background::{running, write_out};
use crate::cli::{Logs, requests_file};
use crate::error::{Error, file};

mod mutating;

pub(crate) use mutating::is_mutating;

/// How many calls stay in memory; the file has them all.
const KEPT: usize = 100_000;

/// One AWS call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
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
pub(crate) struct Requests {
    inner: Mutex<Inner>,
}

struct Inner {
    count: u64,
    last: VecDeque<Entry>,
    file: File,
}

impl Requests {
    /// An empty log; the file of an earlier run is overwritten, because its resources are gone, too.
    pub(crate) fn create(dir: &Path) -> Result<Self, Error> {
        let path = requests_file(dir);
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

/// `local logs`: prints the calls, one line each.
pub(crate) fn print(options: &Logs) -> Result<ExitCode, Error> {
    let path = options.place.requests_file();
    let text = match std::fs::read_to_string(&path) {
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => String::new(),
        other => other.map_err(file("reading", &path))?,
    };
    let lines: Vec<&str> = text.lines().collect();
    let skip = options.last.map_or(0, |last| lines.len().saturating_sub(last));
    for line in &lines[skip..] {
        print_line(line)?;
    }
    let mut read = text.len() as u64;
    while options.follow && running(&options.place).is_some() {
        std::thread::sleep(Duration::from_millis(200));
        read = follow(&path, read)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what came after the first `read` bytes.
fn follow(path: &Path, read: u64) -> Result<u64, Error> {
    let mut log = File::open(path).map_err(file("reading", path))?;
    let length = log.metadata().map_err(file("reading", path))?.len();
    // A restart empties the file.
    let from = if length < read { 0 } else { read };
    log.seek(SeekFrom::Start(from)).map_err(file("reading", path))?;
    let text = std::io::read_to_string(log).map_err(file("reading", path))?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    for line in text[..whole].lines() {
        print_line(line)?;
    }
    Ok(from + whole as u64)
}

fn print_line(line: &str) -> Result<(), Error> {
    let Ok(entry) = serde_json::from_str::<Entry>(line) else { return Ok(()) };
    let name = format!("{}:{}", entry.service, entry.operation);
    let mark = if entry.mutating { "*" } else { " " };
    let code = entry.code.unwrap_or_default();
    let weather = entry.weather.map(|kind| format!(" (weather: {kind})")).unwrap_or_default();
    write_out(&format!("{} {mark} {name:<44} {} {:>8.2} ms  {code}{weather}", entry.time, entry.status, entry.ms))
}
