//! Cuts a file into stretches of whole records, one after another, without having more of it in memory.

use super::scan;
use crate::Source;
use std::io::Result;

/// Some whole records.
pub(super) struct Stretch {
    /// The records, and perhaps some bytes after them.
    pub(super) bytes: Vec<u8>,
    /// Where the last record ends.
    pub(super) records: usize,
    /// Where in the file it starts.
    pub(super) start: u64,
}

/// Cuts what follows the header.
pub(super) struct Cutter<'a> {
    source: &'a dyn Source,
    /// Bytes in a stretch; more where a record is longer.
    chunk: usize,
    /// Where the next bytes are read.
    at: u64,
    /// What was read behind the last record.
    rest: Vec<u8>,
    /// With malformed records: where the last quote of the file is.
    malformed: Option<u64>,
}

impl<'a> Cutter<'a> {
    /// From `body` on. With `malformed`, the file has records that break the rules.
    pub(super) fn new(source: &'a dyn Source, body: u64, chunk: usize, malformed: bool) -> Result<Self> {
        let malformed = if malformed { Some(last_quote(source, chunk)?) } else { None };
        Ok(Self { source, chunk, at: body, rest: Vec::new(), malformed })
    }

    /// The next stretch. None at the end; `Ok(None)` when a record is malformed and `malformed` was not said.
    pub(super) fn next(&mut self) -> Option<Result<Option<Stretch>>> {
        let size = self.source.size();
        let mut bytes = std::mem::take(&mut self.rest);
        let start = self.at - bytes.len() as u64;
        if start >= size {
            return None;
        }
        loop {
            // Where a record is longer than a stretch, twice as much is read.
            let more = self.chunk.saturating_sub(bytes.len()).max(bytes.len()).max(1) as u64;
            let more = more.min(size - self.at);
            let had = bytes.len();
            bytes.resize(had + usize::try_from(more).unwrap_or_default(), 0);
            if let Err(error) = self.source.read(self.at, &mut bytes[had..]) {
                return Some(Err(error));
            }
            self.at += more;
            if self.at == size {
                return Some(Ok(Some(Stretch { records: bytes.len(), bytes, start })));
            }
            let records = match self.malformed {
                Some(quote) => scan::last_end_of_all(&bytes, quote < self.at),
                None => match scan::last_end(&bytes) {
                    Ok(end) => end,
                    Err(_) => return Some(Ok(None)),
                },
            };
            if records > 0 {
                self.rest = bytes[records..].to_vec();
                if self.malformed.is_none() {
                    bytes.truncate(records);
                }
                return Some(Ok(Some(Stretch { bytes, records, start })));
            }
        }
    }
}

/// Where the last quote is; 0 when there is none.
fn last_quote(source: &dyn Source, chunk: usize) -> Result<u64> {
    let mut end = source.size();
    let mut bytes = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(chunk.max(1) as u64);
        bytes.resize(usize::try_from(end - start).unwrap_or_default(), 0);
        source.read(start, &mut bytes)?;
        if let Some(found) = memchr::memrchr(b'"', &bytes) {
            return Ok(start + found as u64);
        }
        end = start;
    }
    Ok(0)
}
