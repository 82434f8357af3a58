//! Splits records into fields, as RFC 4180 has it. A quote inside a field without quotes is an ordinary character.

use super::marks::Marks;

/// Where a field is in the text, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
    /// It has doubled quotes, each of which means one.
    pub(super) doubled: bool,
}

/// Why a record cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    Unclosed,
    TextAfterQuote,
    CarriageReturn,
}

impl Malformed {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Unclosed => "a quote is never closed",
            Self::TextAfterQuote => "text follows a closing quote",
            Self::CarriageReturn => "a carriage return is outside of quotes",
        }
    }
}

/// Split the record at `at` into `fields` and return where the next one starts.
#[inline(always)]
pub(super) fn record(marks: &mut Marks<'_>, mut at: usize, fields: &mut Vec<Field>) -> Result<usize, Malformed> {
    let bytes = marks.bytes();
    fields.clear();
    loop {
        if bytes.get(at) == Some(&b'"') {
            let field = quoted(marks, at + 1)?;
            fields.push(field);
            at = field.end + 1;
        } else {
            let start = at;
            at = marks.end(start);
            fields.push(Field { start, end: at, doubled: false });
        }
        match bytes.get(at) {
            None => return Ok(at),
            Some(b',') => at += 1,
            Some(b'\n') => return Ok(at + 1),
            Some(b'\r') => {
                while bytes.get(at) == Some(&b'\r') {
                    at += 1;
                }
                return match bytes.get(at) {
                    None => Ok(at),
                    Some(b'\n') => Ok(at + 1),
                    Some(_) => Err(Malformed::CarriageReturn),
                };
            }
            Some(_) => return Err(Malformed::TextAfterQuote),
        }
    }
}

/// The quoted field whose text starts at `start`.
fn quoted(marks: &mut Marks<'_>, start: usize) -> Result<Field, Malformed> {
    let mut from = start;
    let mut doubled = false;
    while let Some(end) = marks.quote(from) {
        if marks.bytes().get(end + 1) != Some(&b'"') {
            return Ok(Field { start, end, doubled });
        }
        doubled = true;
        from = end + 2;
    }
    Err(Malformed::Unclosed)
}

/// Where the line after the one at `at` starts.
pub(super) fn next_line(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found + 1)
}

/// Where the last whole record of `bytes` ends, which start with a record; 0 when none does. It holds as long as no
/// record is malformed; text after a quote is seen here, the rest by who splits the records.
pub(super) fn last_end(bytes: &[u8]) -> Result<usize, Malformed> {
    let mut marks = Marks::new(bytes);
    let (mut from, mut end) = (0, 0);
    loop {
        // Here the text is outside of quotes.
        let quote = memchr::memchr(b'"', &bytes[from..]).map(|found| from + found);
        if let Some(found) = memchr::memrchr(b'\n', &bytes[from..quote.unwrap_or(bytes.len())]) {
            end = from + found + 1;
        }
        let Some(quote) = quote else { return Ok(end) };
        let opens = quote == 0 || matches!(bytes[quote - 1], b',' | b'\n');
        if !opens {
            from = quote + 1;
            continue;
        }
        let Ok(field) = quoted(&mut marks, quote + 1) else { return Ok(end) };
        from = field.end + 1;
        match bytes.get(from) {
            None => return Ok(end),
            Some(b',' | b'\n' | b'\r') => {}
            Some(_) => return Err(Malformed::TextAfterQuote),
        }
    }
}

/// As [`last_end`], also where records are malformed: each one is split, and a line that cannot be is one by itself. With
/// `no_more`, no quote follows after `bytes`.
pub(super) fn last_end_of_all(bytes: &[u8], no_more: bool) -> usize {
    let (mut marks, mut fields) = (Marks::new(bytes), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        at = match record(&mut marks, at, &mut fields) {
            // More may follow, unless the record ends with its line.
            Ok(next) if next < bytes.len() || bytes.last() == Some(&b'\n') => next,
            Ok(_) => return at,
            Err(Malformed::Unclosed) if !no_more => return at,
            Err(_) => match memchr::memchr(b'\n', &bytes[at..]) {
                Some(found) => at + found + 1,
                None => return at,
            },
        };
    }
    at
}
