//! Watches a CSV file go by for what the `csv` crate forgives and the transforms do not: text after a closing quote, a
//! carriage return outside of quotes, a quote that is never closed, a zero byte.

use std::io::{Read, Result};

/// A reader that notes the first such place.
#[derive(Debug)]
pub struct Strict<R> {
    inner: R,
    state: State,
    line: u64,
    opened: u64,
    /// The line and what is wrong there.
    found: Option<(u64, &'static str)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote within quotes: the end, or the first of two.
    Quote,
    Return,
}

impl<R> Strict<R> {
    /// Watch what is read from `inner`.
    #[must_use]
    pub fn new(inner: R) -> Self {
        Self { inner, state: State::FieldStart, line: 1, opened: 0, found: None }
    }

    /// What was found; to be asked at the end of the file.
    #[must_use]
    pub fn found(&self) -> Option<(u64, &'static str)> {
        let open = (self.state == State::Quoted).then_some((self.opened, "a quote is never closed"));
        self.found.or(open)
    }

    fn step(&mut self, byte: u8) {
        let at = self.line;
        let mut wrong = |what| {
            self.found.get_or_insert((at, what));
        };
        if byte == 0 {
            wrong("it has a zero byte, so it is not text");
        }
        if self.state == State::Return && !matches!(byte, b'\n' | b'\r') {
            wrong("a carriage return is outside of quotes");
        }
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::Quote,
            (State::Quoted, _) => State::Quoted,
            (State::Quote, b'"') => State::Quoted,
            (State::FieldStart, b'"') => {
                self.opened = at;
                State::Quoted
            }
            (_, b',' | b'\n') => State::FieldStart,
            (_, b'\r') => State::Return,
            (State::Quote, _) => {
                wrong("text follows a closing quote");
                State::Plain
            }
            _ => State::Plain,
        };
        self.line += u64::from(byte == b'\n');
    }
}

impl<R: Read> Read for Strict<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.inner.read(buffer)?;
        buffer[..read].iter().for_each(|byte| self.step(*byte));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(u64, &'static str)> {
        let mut strict = Strict::new(text.as_bytes());
        let _ = std::io::copy(&mut strict, &mut std::io::sink());
        strict.found()
    }

    #[test]
    fn what_the_transforms_set_aside_is_found_with_its_line() {
        for fine in ["", "a,b\r\n\"x\r\n\"\"y\"\"\",5\" disk\r\n", "\u{feff}a\r\n", "a\r\r\n", "a,\"\"\n", "a\r"] {
            assert_eq!(found(fine), None, "{fine:?}");
        }
        assert_eq!(found("a\n\"x\"y\n"), Some((2, "text follows a closing quote")));
        assert_eq!(found("a\n\"x\" ,\n"), Some((2, "text follows a closing quote")));
        assert_eq!(found("a\nx\ry\n"), Some((2, "a carriage return is outside of quotes")));
        assert_eq!(found("a\nx\n\"y\nz\n"), Some((3, "a quote is never closed")));
        assert_eq!(found("a\nx\0\n"), Some((2, "it has a zero byte, so it is not text")));
    }
}
