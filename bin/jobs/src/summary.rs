//! What a run says it did, from the lines that the transforms print, here and in AWS alike:
//!
//! ```text
//! dim_date 2024-09-15: read 189 of raw; wrote 187 rows
//! dim_date 2024-09-15: warning: 2 rows rejected: birth_date is not a date; see s3://...
//! ```

/// The numbers of a run, over all its days.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    days: u64,
    read: u64,
    written: u64,
    rejected: u64,
    /// Warnings, word for word.
    pub(crate) warnings: Vec<String>,
}

impl Summary {
    /// From the lines that begin with the transform's name.
    pub(crate) fn new(transform: &str, lines: &[String]) -> Self {
        let mut summary = Self::default();
        for line in lines {
            let said = line.strip_prefix(transform).and_then(|rest| rest.strip_prefix(' ')?.split_once(": "));
            let Some((_, said)) = said else { continue };
            if let Some(warning) = said.strip_prefix("warning: ") {
                summary.rejected += before(warning, " rows rejected").unwrap_or_default();
                summary.warnings.push(line.clone());
                continue;
            }
            let Some(written) = said.rsplit_once("wrote ").and_then(|(_, rest)| before(rest, " rows")) else {
                continue;
            };
            summary.days += 1;
            summary.written += written;
            // The largest input counts: a join reads its tables side by side.
            let read = said.strip_prefix("read ").and_then(|rest| rest.split_once(';'));
            let tables = read.into_iter().flat_map(|(tables, _)| tables.split(", "));
            summary.read += tables.filter_map(|table| before(table, " of ")).max().unwrap_or_default();
        }
        summary
    }

    /// `189 rows in, 187 out, 2 rejected`; nothing when the log has said nothing yet.
    pub(crate) fn text(&self) -> Option<String> {
        if self.days == 0 && self.rejected == 0 {
            return None;
        }
        let read = if self.read > 0 { format!("{} in, ", rows(self.read)) } else { String::new() };
        let days = if self.days > 1 { format!(" over {} days", self.days) } else { String::new() };
        Some(format!("{read}{} out, {} rejected{days}", self.written, self.rejected))
    }
}

/// `1 row`, `2 rows`.
fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// The number right before `word`.
fn before(text: &str, word: &str) -> Option<u64> {
    text.split_once(word)?.0.trim().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn numbers_come_from_the_transforms_own_lines() {
        let log = lines(&[
            "Collecting polars",
            "pii_data 2024-09-14: read 189 of dim_date, 187 of dim_person; wrote 187 rows",
            "pii_data 2024-09-15: wrote 3 rows",
            "pii_data 2024-09-14: warning: 2 rows rejected: x is not a date; see s3://b/k",
            "non_pii_data 2024-09-14: wrote 50 rows",
        ]);
        let summary = Summary::new("pii_data", &log);
        assert_eq!(summary.text().unwrap(), "189 rows in, 190 out, 2 rejected over 2 days");
        assert_eq!(summary.warnings.len(), 1);
    }

    #[test]
    fn a_silent_log_has_no_summary() {
        assert_eq!(Summary::new("x", &lines(&["hello", "x starts"])).text(), None);
    }
}
