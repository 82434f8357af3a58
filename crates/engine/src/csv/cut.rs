//! Cuts a file into stretches of whole records, one after another, without having more of it in memory.

use super::scan;
use crate::Source;
use std::io::Result;
use std::sync::{Mutex, PoisonError};

/// Some whole records.
pub(super) struct Stretch {
    buffer: Vec<u8>,
    /// What was read into it.
    length: usize,
    /// Where the last record ends.
    pub(super) records: usize,
    /// Where in the file it starts.
    pub(super) start: u64,
}

impl Stretch {
    /// The records, and perhaps some bytes after them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

/// Buffers of stretches that are done with. New ones would have to be cleared each time.
#[derive(Default)]
pub(super) struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give(&self, stretch: Stretch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(stretch.buffer);
    }
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
    spare: &'a Spare,
}

impl<'a> Cutter<'a> {
    /// From `body` on. With `malformed`, the file has records that break the rules.
    pub(super) fn new(
        source: &'a dyn Source,
        body: u64,
        chunk: usize,
        malformed: bool,
        spare: &'a Spare,
    ) -> Result<Self> {
        let malformed = if malformed { Some(last_quote(source, chunk)?) } else { None };
        Ok(Self { source, chunk, at: body, rest: Vec::new(), malformed, spare })
    }

    /// The next stretch. None at the end; `Ok(None)` when a record is malformed and `malformed` was not said.
    pub(super) fn next(&mut self) -> Option<Result<Option<Stretch>>> {
        let size = self.source.size();
        let start = self.at - self.rest.len() as u64;
        if start >= size {
            return None;
        }
        let mut buffer = self.spare.take();
        let mut length = self.rest.len();
        longer(&mut buffer, length);
        buffer[..length].copy_from_slice(&self.rest);
        self.rest.clear();
        loop {
            // Where a record is longer than a stretch, twice as much is read.
            let more = self.chunk.saturating_sub(length).max(length).max(1) as u64;
            let more = more.min(size - self.at);
            let end = length + usize::try_from(more).unwrap_or_default();
            longer(&mut buffer, end);
            if let Err(error) = self.source.read(self.at, &mut buffer[length..end]) {
                return Some(Err(error));
            }
            self.at += more;
            length = end;
            if self.at == size {
                return Some(Ok(Some(Stretch { buffer, length, records: length, start })));
            }
            let bytes = &buffer[..length];
            let records = match self.malformed {
                Some(quote) => scan::last_end_of_all(bytes, quote < self.at),
                None => match scan::last_end(bytes) {
                    Ok(end) => end,
                    Err(_) => return Some(Ok(None)),
                },
            };
            if records > 0 {
                self.rest.extend_from_slice(&bytes[records..]);
                if self.malformed.is_none() {
                    length = records;
                }
                return Some(Ok(Some(Stretch { buffer, length, records, start })));
            }
        }
    }
}

fn longer(buffer: &mut Vec<u8>, length: usize) {
    if buffer.len() < length {
        buffer.resize(length, 0);
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
