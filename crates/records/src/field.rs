//! Bytes of CSV fields, appended to the buffer of a block. No `String` is made per field.

use chrono::{Datelike, NaiveDate};

use crate::random::Random;

/// Appends a number.
pub(crate) fn number(out: &mut Vec<u8>, mut value: u64) {
    let mut text = [0; 20];
    let mut start = text.len();
    loop {
        start -= 1;
        text[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&text[start..]);
}

/// Appends the last `WIDTH` digits of a number, with leading zeros. A fixed width becomes straight code.
pub(crate) fn digits<const WIDTH: usize>(out: &mut Vec<u8>, mut value: u64) {
    let mut text = [0; WIDTH];
    for slot in text.iter_mut().rev() {
        *slot = b'0' + (value % 10) as u8;
        value /= 10;
    }
    out.extend_from_slice(&text);
}

/// A byte as two lower-case hexadecimal digits.
pub(crate) fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

/// Appends a date as `YYYY-MM-DD`.
pub(crate) fn date(out: &mut Vec<u8>, date: NaiveDate) {
    digits::<4>(out, u64::from(date.year().unsigned_abs()));
    out.push(b'-');
    digits::<2>(out, u64::from(date.month()));
    out.push(b'-');
    digits::<2>(out, u64::from(date.day()));
}

/// Appends a moment of a day as `YYYY-MM-DD HH:MM:SS`.
pub(crate) fn timestamp(out: &mut Vec<u8>, day: NaiveDate, second: u64) {
    date(out, day);
    for (separator, value) in [(b' ', second / 3600), (b':', second / 60 % 60), (b':', second % 60)] {
        out.push(separator);
        digits::<2>(out, value);
    }
}

/// Appends a random (version 4) UUID.
pub(crate) fn uuid(out: &mut Vec<u8>, random: &mut Random) {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&random.bits().to_le_bytes());
    bytes[8..].copy_from_slice(&random.bits().to_le_bytes());
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = [b'-'; 36];
    let places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
    for (place, byte) in places.into_iter().zip(bytes) {
        [text[place], text[place + 1]] = hex(byte);
    }
    out.extend_from_slice(&text);
}

/// Ends a text field that began at `start`: quoted when RFC 4180 asks for it, followed by a comma.
pub(crate) fn end_text(out: &mut Vec<u8>, start: usize) {
    // A fold without early exit is a few vector instructions; `any` would look at byte after byte.
    let (special, inner_quotes) = out[start..].iter().fold((false, false), |(special, quotes), &byte| {
        (special | matches!(byte, b',' | b'\n' | b'\r'), quotes | (byte == b'"'))
    });
    if inner_quotes {
        double_quotes(out, start);
    }
    if special | inner_quotes {
        out.insert(start, b'"');
        out.push(b'"');
    }
    out.push(b',');
}

#[cold]
fn double_quotes(out: &mut Vec<u8>, start: usize) {
    for byte in out.split_off(start) {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quoting_survives_a_csv_reader(first in "[a-zăâ ,\"\r\n]{0,12}", second in "[a-zăâ ,\"\r\n]{1,12}") {
            let mut line = Vec::new();
            for text in [&first, &second] {
                let start = line.len();
                line.extend_from_slice(text.as_bytes());
                end_text(&mut line, start);
            }
            line.extend_from_slice(b"0\n");
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&line[..]);
            let row = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(&row, &csv::StringRecord::from(vec![first.as_str(), second.as_str(), "0"]));
        }

        #[test]
        fn numbers_read_back(value in any::<u64>()) {
            let mut out = Vec::new();
            number(&mut out, value);
            prop_assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }

    #[test]
    fn plain_text_is_not_quoted() {
        let mut out = b"x,".to_vec();
        out.extend_from_slice("Niță Ion".as_bytes());
        end_text(&mut out, 2);
        assert_eq!(out, "x,Niță Ion,".as_bytes());
    }

    #[test]
    fn a_timestamp_has_leading_zeros() {
        let mut out = Vec::new();
        timestamp(&mut out, NaiveDate::from_ymd_opt(2024, 2, 9).unwrap(), 86_399);
        timestamp(&mut out, NaiveDate::from_ymd_opt(2024, 2, 9).unwrap(), 3_661);
        assert_eq!(out, b"2024-02-09 23:59:592024-02-09 01:01:01");
    }
}
