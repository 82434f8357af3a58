//! One line of CSV under construction.
//!
//! Everything is copied in pieces of a size that the compiler knows: a few instructions each, where copying a piece of any
//! size is a function call. That, and no `String` per field, is most of the speed.

use crate::digits::{hex_eight, short, three, two};
use chrono::{Datelike, NaiveDate};
use std::hint::select_unpredictable;

/// Longer than any line can become: at most 13 words (two for the name, two for the user name, three for the e-mail
/// address, six for the postal address) and about 200 bytes of fixed width.
const LONGEST: usize = 1024;
/// Room for some lines, a power of two: see [`Line::overlay`].
const CAPACITY: usize = 1 << 14;
/// The longest piece that is copied at once.
const PIECE: usize = 64;
const WORD_BYTES: usize = 32;

/// A short text of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    bytes: [u8; WORD_BYTES],
    length: usize,
}

impl Word {
    /// None when the text is too long, or has what CSV would have to quote.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text.contains([',', '"', '\n', '\r']) {
            return None;
        }
        let mut bytes = [0; WORD_BYTES];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, length: text.len() })
    }

    /// The words of a table; those that cannot be one are left out.
    pub(crate) fn table<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        texts.into_iter().filter_map(Self::new).collect()
    }
}

/// The lines so far. The writer of lines empties it before it [is full](Line::is_full).
pub(crate) struct Line {
    bytes: [u8; CAPACITY + PIECE],
    length: usize,
}

impl Line {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; CAPACITY + PIECE], length: 0 }
    }

    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    /// Whether another line may not fit.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.length > CAPACITY - LONGEST
    }

    /// Bytes so far.
    #[inline(always)]
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    #[inline(always)]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Appends the bytes as they are.
    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.overlay(bytes, N);
    }

    /// Appends the bytes only `if` so, without a jump.
    #[inline(always)]
    pub(crate) fn put_if<const N: usize>(&mut self, condition: bool, bytes: &[u8; N]) {
        self.overlay(bytes, select_unpredictable(condition, N, 0));
    }

    /// Appends a word only `if` so, without a jump.
    #[inline(always)]
    pub(crate) fn word_if(&mut self, condition: bool, word: &Word) {
        self.overlay(&word.bytes, select_unpredictable(condition, word.length, 0));
    }

    /// Appends a word of a table.
    #[inline(always)]
    pub(crate) fn word(&mut self, word: &Word) {
        self.overlay(&word.bytes, word.length);
    }

    /// Appends a number below 2,048,000.
    #[inline(always)]
    pub(crate) fn number(&mut self, value: u32) {
        let (thousands, rest) = (value / 1000, value % 1000);
        if thousands > 0 {
            self.short(thousands);
            self.digits::<3>(rest);
        } else {
            self.short(rest);
        }
    }

    /// Appends a number below 2048.
    #[inline(always)]
    pub(crate) fn short(&mut self, value: u32) {
        self.short_if(true, value);
    }

    /// Appends a number below 2048 only `if` so, without a jump.
    #[inline(always)]
    pub(crate) fn short_if(&mut self, condition: bool, value: u32) {
        let (digits, length) = short(value);
        self.overlay(&digits, select_unpredictable(condition, length, 0));
    }

    /// Appends a number of at most `WIDTH` digits, with leading zeros.
    #[inline(always)]
    pub(crate) fn digits<const WIDTH: usize>(&mut self, value: u32) {
        let (mut rest, mut unit) = (value, 10_u32.pow((WIDTH - WIDTH % 3) as u32));
        match WIDTH % 3 {
            1 => self.put(&[b'0' + (rest / unit) as u8]),
            2 => self.put(&two(rest / unit)),
            _ => {}
        }
        while unit > 1 {
            rest %= unit;
            unit /= 1000;
            self.overlay(&three(rest / unit), 3);
        }
    }

    /// Appends the bytes `start` to `end` of other lines, with their number in front of them: four bytes, the lowest first.
    /// `N` at a time: most fields are shorter, and a jump that depends on the length is dearer than some bytes.
    #[inline(always)]
    pub(crate) fn counted<const N: usize>(&mut self, other: &Self, (start, end): (usize, usize)) {
        self.put(&((end - start) as u32).to_le_bytes());
        for at in (start..end).step_by(N) {
            let mut piece = [0; N];
            let from = at % CAPACITY;
            piece.copy_from_slice(&other.bytes[from..from + N]);
            self.overlay(&piece, N.min(end - at));
        }
    }

    /// Appends `length` bytes, to be written at once, and `N` of them may be written. To make a text elsewhere and copy it
    /// would be slower: what was written in small pieces has to be in the cache before it is read in a large one.
    #[inline(always)]
    pub(crate) fn room<const N: usize>(&mut self, length: usize) -> &mut [u8] {
        let end = self.length % CAPACITY;
        self.length += length;
        &mut self.bytes[end..end + N]
    }

    /// Appends a UUID of version 4, of 128 random bits.
    #[inline(always)]
    pub(crate) fn uuid(&mut self, high: u64, low: u64) {
        let high = high & !0xf000 | 0x4000;
        let low = low & (u64::MAX >> 2) | 1 << 63;
        let [a, b, c, d] = [high >> 32, high, low >> 32, low].map(|part| hex_eight(part as u32));
        let text = self.room::<36>(36);
        text[..8].copy_from_slice(&a);
        text[8] = b'-';
        text[9..13].copy_from_slice(&b[..4]);
        text[13] = b'-';
        text[14..18].copy_from_slice(&b[4..]);
        text[18] = b'-';
        text[19..23].copy_from_slice(&c[..4]);
        text[23] = b'-';
        text[24..28].copy_from_slice(&c[4..]);
        text[28..].copy_from_slice(&d);
    }

    /// Copies all of `bytes` behind the end, but counts only `length` of them.
    #[inline(always)]
    fn overlay<const N: usize>(&mut self, bytes: &[u8; N], length: usize) {
        // The end is below the capacity anyway; saying so in bits lets the compiler leave out the check of the range.
        let end = self.length % CAPACITY;
        self.bytes[end..end + N].copy_from_slice(bytes);
        self.length += length;
    }
}

/// `YYYY-MM-DD`.
pub(crate) fn date(date: NaiveDate) -> [u8; 10] {
    let year = date.year().unsigned_abs();
    let [[y0, y1], [y2, y3]] = [two(year / 100), two(year % 100)];
    let [[m0, m1], [d0, d1]] = [two(date.month()), two(date.day())];
    [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1]
}

/// `YYYY-MM-DD HH:MM:SS`, of a day and its second.
pub(crate) fn timestamp(day: NaiveDate, second: u32) -> [u8; 19] {
    let mut text = *b"YYYY-MM-DD HH:MM:SS";
    text[..10].copy_from_slice(&date(day));
    for (place, value) in [(11, second / 3600), (14, second / 60 % 60), (17, second % 60)] {
        [text[place], text[place + 1]] = two(value);
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_and_words_read_back(value in 0..2_048_000_u32, text in "[a-zăâîșț ]{0,12}") {
            let mut line = Line::new();
            line.number(value);
            line.put(b",");
            line.digits::<6>(value % 1_000_000);
            line.put(b",");
            line.short(value % 1000);
            line.put(b",");
            line.word(&Word::new(&text).unwrap());
            line.put(b"|");
            prop_assert_eq!(str::from_utf8(line.as_bytes()).unwrap(), format!("{value},{:06},{},{text}|", value % 1_000_000, value % 1000));
        }
    }

    #[test]
    fn numbers_of_up_to_four_digits_are_all_right() {
        for value in (0..10_000).chain([99_999, 100_000, 999_999, 1_000_000, 2_047_999]) {
            let mut line = Line::new();
            line.number(value);
            assert_eq!(line.as_bytes(), value.to_string().as_bytes());
        }
    }

    #[test]
    fn words_that_need_quotes_or_do_not_fit_are_refused() {
        for text in ["a,b", "a\"b", "a\nb", "a\rb", &"x".repeat(33)] {
            assert!(Word::new(text).is_none(), "{text:?}");
        }
        assert!(Word::new(&"x".repeat(32)).is_some());
    }

    #[test]
    fn a_timestamp_has_leading_zeros() {
        let day = NaiveDate::from_ymd_opt(2024, 2, 9).unwrap();
        assert_eq!(&timestamp(day, 86_399), b"2024-02-09 23:59:59");
        assert_eq!(&timestamp(day, 3_661), b"2024-02-09 01:01:01");
    }

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        for (high, low, text) in [
            (0, 0, "00000000-0000-4000-8000-000000000000"),
            (u64::MAX, u64::MAX, "ffffffff-ffff-4fff-bfff-ffffffffffff"),
            (0x0123_4567_89ab_cdef, 0x0011_2233_4455_6677, "01234567-89ab-4def-8011-223344556677"),
        ] {
            let mut line = Line::new();
            line.uuid(high, low);
            assert_eq!(line.as_bytes(), text.as_bytes());
        }
    }
}
