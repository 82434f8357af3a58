//! A raw file: its stretches are read one after another and checked side by side.
//!
//! A file whose records are malformed is read again, with a slower way to tell them apart. Rows that share a key are
//! known when all keys are: then the file is read again, too, without them.

use super::cut::{Cutter, Spare, Stretch};
use super::key;
use super::layout::{Layout, layout};
use super::part::{Part, Removed, Stop, Task, part};
use super::reject::Rejects;
use crate::error::Halt;
use crate::hashes::Hashes;
use crate::order::in_order;
use crate::{Error, Limits, Source};
use std::collections::HashSet;
use strata_state::spec::Place;

/// The first line is no longer than this.
const HEADER: u64 = 1 << 20;

/// A raw file that is read.
pub(crate) struct Raw<'a> {
    url: &'a str,
    source: &'a dyn Source,
    layout: Layout<'a>,
    limits: Limits,
    /// Lines of the header.
    lines: u64,
    malformed: bool,
    removed: Removed,
}

/// What was seen of a file in one go.
pub(crate) struct Seen {
    /// Rows of the file, right or not.
    pub(crate) rows: u64,
    /// Rows that are right.
    pub(crate) kept: u64,
    pub(crate) rejects: Rejects,
    hashes: Hashes,
}

impl<'a> Raw<'a> {
    /// Read the header.
    pub(crate) fn open(
        url: &'a str,
        source: &'a dyn Source,
        place: &'a Place,
        used: &dyn Fn(&str) -> bool,
        limits: Limits,
    ) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Input { url: url.to_owned(), reason };
        let mut bytes = vec![0; usize::try_from(source.size().min(HEADER)).unwrap_or_default()];
        source.read(0, &mut bytes).map_err(|source| failed(url, source))?;
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text,
            // The header's end may be in the middle of a letter, far behind the first line.
            Err(error) if error.valid_up_to() > 0 => {
                std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Err(wrong("line 1 is not UTF-8; convert the file".to_owned())),
        };
        let from = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let layout = layout(text, from, place, used).map_err(wrong)?;
        let lines = memchr::memchr_iter(b'\n', &bytes[..layout.body]).count() as u64;
        Ok(Self { url, source, layout, limits, lines, malformed: false, removed: Removed::default() })
    }

    /// Read the file: `work` gets the rows of each stretch, side by side, and `done` what it made of them, in order, with
    /// the rows and bytes of the stretch.
    pub(crate) fn each<T: Send>(
        &self,
        work: impl Fn(Part) -> Result<T, Error> + Sync,
        mut done: impl FnMut(T, u64, u64) -> Result<(), Error> + Send,
    ) -> Result<Seen, Halt> {
        let mut seen = Seen { rows: 0, kept: 0, rejects: Rejects::default(), hashes: Hashes::new(self.limits.hashes) };
        let mut line = 1 + self.lines;
        let task = Task { malformed: self.malformed, removed: &self.removed, only: None };
        let read = |part: Part| {
            let Part { kept, lines, bytes, .. } = part;
            let mut part = part;
            let (aside, hashes) = (std::mem::take(&mut part.aside), std::mem::take(&mut part.hashes));
            Ok((work(part)?, kept, lines, bytes, aside, hashes))
        };
        self.parts(task, read, &mut line, |(made, kept, lines, bytes, aside, hashes), line| {
            let rows = kept + aside.len() as u64;
            seen.rejects.add(*line, aside).map_err(|source| failed(self.url, source))?;
            seen.hashes.add(&hashes).map_err(|source| failed(self.url, source))?;
            *line += lines;
            (seen.rows, seen.kept) = (seen.rows + rows, seen.kept + kept);
            done(made, rows, bytes)
        })?;
        Ok(seen)
    }

    fn parts<T: Send>(
        &self,
        task: Task<'_>,
        work: impl Fn(Part) -> Result<T, Error> + Sync,
        line: &mut u64,
        mut done: impl FnMut(T, &mut u64) -> Result<(), Error> + Send,
    ) -> Result<(), Halt> {
        let (body, spare) = (self.layout.body as u64, Spare::default());
        let mut cutter = Cutter::new(self.source, body, self.limits.chunk, self.malformed, &spare)
            .map_err(|source| failed(self.url, source))?;
        let next = || match cutter.next()? {
            Ok(Some(stretch)) => Some(Ok(stretch)),
            Ok(None) => Some(Err(Halt::Again)),
            Err(error) => Some(Err(Halt::Failed(failed(self.url, error)))),
        };
        let one = |stretch: Stretch| match part(&stretch, &self.layout, task) {
            Ok(part) => {
                spare.give(stretch);
                Ok(Ok(work(part)?))
            }
            Err(Stop::Unsure) => Err(Halt::Again),
            Err(stop) => Ok(Err(stop)),
        };
        // Which line it is, only those before it tell.
        in_order(self.limits.threads, next, one, |result| match result {
            Ok(made) => Ok(done(made, line)?),
            Err(stop) => Err(Halt::Failed(self.stopped(stop, *line))),
        })
    }

    fn stopped(&self, stop: Stop, line: u64) -> Error {
        let reason = match stop {
            Stop::Line(more, reason) => format!("line {} {reason}", line + more),
            Stop::Engine(reason) => reason,
            Stop::Unsure => "its records cannot be told apart".to_owned(),
        };
        Error::Input { url: self.url.to_owned(), reason }
    }

    /// Make `attempt`, which reads the file by [`Raw::each`], and make it again where the file turns out to need it.
    pub(crate) fn settle<T>(
        &mut self,
        mut attempt: impl FnMut(&Self) -> Result<(T, Seen), Halt>,
    ) -> Result<(T, Seen), Error> {
        let first = self.insist(&mut attempt);
        let hashes = match first {
            Ok((made, mut seen)) if self.layout.has_key => {
                let hashes = std::mem::replace(&mut seen.hashes, Hashes::new(0));
                let twice = hashes.twice().map_err(|source| failed(self.url, source))?;
                if twice.is_empty() {
                    return self.full(made, seen);
                }
                Ok(((made, seen), twice))
            }
            Ok((made, seen)) => return self.full(made, seen),
            // What failed may be a row that another one with the same key contradicts.
            Err(error @ (Error::Query { .. } | Error::Answer { .. })) if self.layout.has_key => {
                let ((), seen) = self.insist(&mut |raw: &Self| Ok(((), raw.each(|_| Ok(()), |(), _, _| Ok(()))?)))?;
                Err((error, seen.hashes.twice().map_err(|source| failed(self.url, source))?))
            }
            Err(error) => return Err(error),
        };
        let (first, twice) = match hashes {
            Ok((first, twice)) => (Ok(first), twice),
            Err((error, twice)) => (Err(error), twice),
        };
        self.removed = self.sharing(&twice)?;
        let (made, seen) = if self.removed.is_empty() { first? } else { self.insist(&mut attempt)? };
        self.full(made, seen)
    }

    fn insist<T>(&mut self, attempt: &mut impl FnMut(&Self) -> Result<T, Halt>) -> Result<T, Error> {
        match attempt(self) {
            Err(Halt::Again) if !self.malformed => {
                self.malformed = true;
                self.insist(attempt)
            }
            Err(Halt::Again) => Err(self.stopped(Stop::Unsure, 0)),
            Err(Halt::Failed(error)) => Err(error),
            Ok(made) => Ok(made),
        }
    }

    /// Which of the rows whose key has one of these hashes are rejected.
    fn sharing(&self, twice: &HashSet<u64>) -> Result<Removed, Error> {
        let mut rows = Vec::new();
        let task = Task { malformed: self.malformed, removed: &self.removed, only: Some(twice) };
        let read = self.parts(
            task,
            |part| Ok(part.shared),
            &mut 0,
            |shared, _| {
                rows.extend(shared);
                Ok(())
            },
        );
        match read {
            Ok(()) => Ok(key::decide(&self.layout, rows)),
            Err(Halt::Failed(error)) => Err(error),
            Err(Halt::Again) => Err(self.stopped(Stop::Unsure, 0)),
        }
    }

    fn full<T>(&self, made: T, seen: Seen) -> Result<(T, Seen), Error> {
        if seen.rows == 0 || seen.kept > 0 {
            return Ok((made, seen));
        }
        let most = seen.rejects.reasons().iter().max_by_key(|(_, count)| **count);
        let most = most.map(|(reason, count)| format!("{count} times {reason}")).unwrap_or_default();
        let reason = format!("none of its {} rows fits the declared columns: {most}; is it the right file?", seen.rows);
        Err(Error::Input { url: self.url.to_owned(), reason })
    }
}

fn failed(url: &str, source: std::io::Error) -> Error {
    Error::Store { doing: "reading", url: url.to_owned(), source }
}
