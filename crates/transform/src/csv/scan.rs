//! Splits records into fields, as RFC 4180 has it. A quote inside a field without quotes is an ordinary character.

/// Where a field is in the text, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
    /// It has doubled quotes, each of which stands for one.
    pub(super) doubled: bool,
}

/// Why a record cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    Unclosed,
    TextAfterQuote,
    CarriageReturn,
    /// A quote inside a field without quotes: legal, but then counting quotes does not tell where records end.
    LooseQuote,
}

impl Malformed {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Unclosed => "a quote is never closed",
            Self::TextAfterQuote => "text follows a closing quote",
            Self::CarriageReturn | Self::LooseQuote => "a carriage return stands outside of quotes",
        }
    }
}

/// Split the record at `at` into `fields` and return where the next one starts. With `counted`, where the record starts
/// was found by counting quotes, and a loose quote is refused.
pub(super) fn record(bytes: &[u8], mut at: usize, counted: bool, fields: &mut Vec<Field>) -> Result<usize, Malformed> {
    fields.clear();
    loop {
        if bytes.get(at) == Some(&b'"') {
            let field = quoted(bytes, at + 1)?;
            fields.push(field);
            at = field.end + 1;
        } else {
            let start = at;
            while let Some(byte) = bytes.get(at) {
                match byte {
                    b',' | b'\n' | b'\r' => break,
                    b'"' if counted => return Err(Malformed::LooseQuote),
                    _ => at += 1,
                }
            }
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
fn quoted(bytes: &[u8], start: usize) -> Result<Field, Malformed> {
    let mut from = start;
    let mut doubled = false;
    while let Some(found) = bytes.get(from..).and_then(|rest| memchr::memchr(b'"', rest)) {
        let end = from + found;
        if bytes.get(end + 1) != Some(&b'"') {
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

/// Cut `bytes[from..]` into at most `count` stretches of whole records, by counting quotes: a line break ends a record
/// when the quotes before it are even in number.
pub(super) fn stretches(bytes: &[u8], from: usize, count: usize) -> Vec<std::ops::Range<usize>> {
    let mut ends = Vec::new();
    let mut start = from;
    let mut open = false;
    for index in 1..count {
        let goal = from + (bytes.len() - from) * index / count;
        if goal <= start {
            continue;
        }
        open ^= memchr::memchr_iter(b'"', &bytes[start..goal]).count() % 2 == 1;
        let mut end = bytes.len();
        for at in memchr::memchr2_iter(b'"', b'\n', &bytes[goal..]) {
            if bytes[goal + at] == b'"' {
                open = !open;
            } else if !open {
                end = goal + at + 1;
                break;
            }
        }
        ends.push(start..end);
        start = end;
        if start == bytes.len() {
            return ends;
        }
    }
    ends.push(start..bytes.len());
    ends
}
