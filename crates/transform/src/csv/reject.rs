//! Rows that were set aside, and the file that keeps them: `line,reason,row`.

use super::part::Aside;
use std::collections::BTreeMap;

/// Rows that were set aside, in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct Rejects {
    rows: Vec<(u64, String, String)>,
}

impl Rejects {
    /// Find the line of each row; the first line of the file is 1.
    pub(super) fn new(text: &str, mut aside: Vec<Aside>) -> Self {
        aside.sort_by_key(|row| row.text.start);
        let (mut line, mut seen) = (1, 0);
        let rows = aside.into_iter().map(|row| {
            line += memchr::memchr_iter(b'\n', &text.as_bytes()[seen..row.text.start]).count() as u64;
            seen = row.text.start;
            (line, row.reason, text[row.text].to_owned())
        });
        Self { rows: rows.collect() }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// How many rows for each reason.
    pub(crate) fn reasons(&self) -> BTreeMap<String, u64> {
        let mut reasons = BTreeMap::new();
        for (_, reason, _) in &self.rows {
            *reasons.entry(reason.clone()).or_insert(0) += 1;
        }
        reasons
    }

    /// The file that keeps them.
    pub(crate) fn print(&self) -> Vec<u8> {
        let mut text = "line,reason,row\n".to_owned();
        for (line, reason, row) in &self.rows {
            let quoted = |field: &str| field.replace('"', "\"\"");
            text.push_str(&format!("{line},\"{}\",\"{}\"\n", quoted(reason), quoted(row)));
        }
        text.into_bytes()
    }
}
