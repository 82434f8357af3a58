//! `local logs`: the calls that the endpoint has answered.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use strata_local_endpoint::Entry;

use crate::background::{running, write_out};
use crate::cli::Logs;
use crate::error::Error;
use strata_local_process::file::file;

/// Prints the calls, one line each.
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
