//! Rows that were rejected, and the file that keeps them: `line,reason,row`.

use super::part::Aside;
use std::collections::BTreeMap;
use std::io::{Result, Seek, Write};
use tempfile::SpooledTempFile;

/// More than this waits in a file without a name.
const HELD: usize = 1 << 20;

/// Rows that were rejected, in the order of the file.
pub(crate) struct Rejects {
    text: SpooledTempFile,
    reasons: BTreeMap<String, u64>,
}

impl Default for Rejects {
    fn default() -> Self {
        Self { text: SpooledTempFile::new(HELD), reasons: BTreeMap::new() }
    }
}

impl Rejects {
    /// Add rows of a stretch that starts in the line `first`; the first line of the file is 1.
    pub(super) fn add(&mut self, first: u64, rows: Vec<Aside>) -> Result<()> {
        let quoted = |field: &str| field.replace('"', "\"\"");
        for Aside { line, text, reason } in rows {
            writeln!(self.text, "{},\"{}\",\"{}\"", first + line, quoted(&reason), quoted(&text))?;
            *self.reasons.entry(reason).or_insert(0) += 1;
        }
        Ok(())
    }

    /// Add those of another file.
    pub(crate) fn append(&mut self, mut other: Self) -> Result<()> {
        other.text.rewind()?;
        std::io::copy(&mut other.text, &mut self.text)?;
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_insert(0) += count;
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// How many rows for each reason.
    pub(crate) fn reasons(&self) -> &BTreeMap<String, u64> {
        &self.reasons
    }

    /// Write the file that keeps them.
    pub(crate) fn print(&mut self, to: &mut dyn Write) -> Result<()> {
        to.write_all(b"line,reason,row\n")?;
        self.text.rewind()?;
        std::io::copy(&mut self.text, to).map(drop)
    }
}
