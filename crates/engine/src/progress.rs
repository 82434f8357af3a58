//! Says how far a long run is, every two seconds; a short one says nothing.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_secs(2);

/// Lines for the log of a run.
pub(crate) type Log<'a> = &'a mut (dyn FnMut(&str) + Send);

/// How far a run is.
pub(crate) struct Progress<'a> {
    log: Log<'a>,
    name: String,
    total: u64,
    bytes: u64,
    rows: u64,
    start: Instant,
    told: Instant,
}

impl<'a> Progress<'a> {
    /// A run that will read `total` bytes.
    pub(crate) fn new(log: Log<'a>, name: String, total: u64) -> Self {
        Self { log, name, total, bytes: 0, rows: 0, start: Instant::now(), told: Instant::now() }
    }

    /// So many more are done.
    pub(crate) fn add(&mut self, rows: u64, bytes: u64) {
        self.rows += rows;
        self.bytes += bytes;
        if self.told.elapsed() >= PAUSE && self.bytes < self.total {
            self.told = Instant::now();
            let line = line(self.rows, self.bytes, self.total, self.start.elapsed());
            (self.log)(&format!("{}: {line}", self.name));
        }
    }
}

fn line(rows: u64, bytes: u64, total: u64, took: Duration) -> String {
    let (seconds, done) = (took.as_secs_f64(), bytes as f64);
    let left = (total.saturating_sub(bytes) as f64) * seconds / done.max(1.0);
    let (done, total) = (done / 1e6, total as f64 / 1e6);
    format!("{rows} rows, {done:.0} of {total:.0} MB, {:.0} MB/s, {left:.0} s left", done / seconds.max(1e-9))
}

#[cfg(test)]
mod tests {
    use super::line;
    use std::time::Duration;

    #[test]
    fn a_line_has_rows_megabytes_speed_and_the_time_that_is_left() {
        let said = line(1000, 50_000_000, 200_000_000, Duration::from_secs(2));
        assert_eq!(said, "1000 rows, 50 of 200 MB, 25 MB/s, 6 s left");
    }
}
