//! The type of a column, guessed from its values: the narrowest one that all of them have a form of.

use strata_csv::fits;
use strata_state::wish::Type;

/// More digits after the point are no amount of anything that is counted in decimals: measurements, coordinates.
const LONGEST_SCALE: usize = 6;
/// What a decimal has at least, so that larger values still fit tomorrow.
const DIGITS: u8 = 18;
const MOST_DIGITS: u8 = 38;

/// What the values of one column have been so far.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Values that are there.
    filled: u64,
    /// Whether one is missing.
    empty: bool,
    boolean: bool,
    int: bool,
    bigint: bool,
    decimal: bool,
    double: bool,
    date: bool,
    timestamp: bool,
    /// Digits before and after the point, at most.
    digits: (usize, usize),
    /// Whether one is a number with a zero in front, which only text keeps.
    zeros: bool,
    /// Whether one has the form of another system's timestamp.
    timestamp_like: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            filled: 0,
            empty: false,
            boolean: true,
            int: true,
            bigint: true,
            decimal: true,
            double: true,
            date: true,
            timestamp: true,
            digits: (0, 0),
            zeros: false,
            timestamp_like: false,
        }
    }
}

impl Seen {
    /// One more value.
    pub(super) fn add(&mut self, text: &str) {
        if text.is_empty() {
            self.empty = true;
            return;
        }
        self.filled += 1;
        self.zeros |= has_zeros(text);
        self.timestamp_like |= self.filled == 1 && is_timestamp_like(text);
        let number = plain(text);
        if let Some((before, after)) = number {
            self.digits = (self.digits.0.max(before), self.digits.1.max(after));
        }
        self.boolean &= fits(Type::Boolean, text);
        self.int = self.int && number.is_some() && fits(Type::Int, text);
        self.bigint = self.bigint && number.is_some() && fits(Type::Bigint, text);
        self.decimal &= number.is_some();
        self.double = self.double && !has_zeros(text) && text != "-0" && fits(Type::Double, text);
        self.date = self.date && fits(Type::Date, text);
        self.timestamp = self.timestamp && fits(Type::Timestamp, text);
    }

    /// Whether a value is missing.
    pub(super) fn is_nullable(&self) -> bool {
        self.empty || self.filled == 0
    }

    /// The type.
    pub(super) fn kind(&self) -> Type {
        let (before, after) = self.digits;
        let scale = u8::try_from(after).unwrap_or(u8::MAX);
        let fit = |digits: u8| before + after <= usize::from(digits) && usize::from(digits - scale) >= before;
        match self {
            Self { filled: 0, .. } => Type::String,
            Self { boolean: true, .. } => Type::Boolean,
            Self { int: true, .. } => Type::Int,
            Self { bigint: true, .. } => Type::Bigint,
            Self { decimal: true, .. } if (1..=LONGEST_SCALE).contains(&after) && fit(DIGITS) => {
                Type::Decimal(DIGITS, scale)
            }
            Self { decimal: true, .. } if (1..=LONGEST_SCALE).contains(&after) && fit(MOST_DIGITS) => {
                Type::Decimal(MOST_DIGITS, scale)
            }
            // Whole numbers that are too long for a bigint are names of things.
            Self { double: true, .. } if !(self.decimal && after == 0) => Type::Double,
            Self { date: true, .. } => Type::Date,
            Self { timestamp: true, .. } => Type::Timestamp,
            _ => Type::String,
        }
    }

    /// Why it is text, where another type may be expected.
    pub(super) fn why_text(&self) -> Option<&'static str> {
        match self {
            _ if self.kind() != Type::String => None,
            Self { filled: 0, .. } => Some("it has no values"),
            Self { zeros: true, .. } => Some("only text keeps zeros in front"),
            Self { timestamp_like: true, .. } => Some("a timestamp is written YYYY-MM-DD HH:MM:SS, without a zone"),
            _ => None,
        }
    }
}

/// Digits before and after the point of a number that is written plainly and with no zero too many in front.
fn plain(text: &str) -> Option<(usize, usize)> {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (before, after) = rest.split_once('.').unwrap_or((rest, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = all(before) && all(after) && !has_zeros(text) && text != "-0";
    is_plain.then(|| (before.len(), if rest.contains('.') { after.len() } else { 0 }))
}

/// Whether it starts as `007` does.
fn has_zeros(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text).as_bytes();
    matches!(rest, [b'0', b'0'..=b'9', ..]) && rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// Whether it starts as `2024-09-15T07:00` or `2024-09-15 07:00` does.
fn is_timestamp_like(text: &str) -> bool {
    let (Some(day), Some(rest)) = (text.get(..10), text.get(10..)) else { return false };
    fits(Type::Date, day) && rest.starts_with(['T', 't', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(values: &[&str]) -> String {
        let mut seen = Seen::default();
        values.iter().for_each(|value| seen.add(value));
        format!("{}{}", seen.kind(), if seen.is_nullable() { " null" } else { "" })
    }

    #[test]
    fn the_narrowest_type_that_fits_all_values() {
        let cases: [(&[&str], &str); 32] = [
            (&["1", "-2", "0"], "int"),
            (&["2147483647", "-2147483648"], "int"),
            (&["2147483648"], "bigint"),
            (&["9223372036854775807"], "bigint"),
            (&["9223372036854775808"], "string"),
            (&["1", "", "3"], "int null"),
            (&["", ""], "string null"),
            (&["007", "012"], "string"),
            (&["7", "012"], "string"),
            (&["0", "10"], "int"),
            (&["-0"], "string"),
            (&["+1"], "string"),
            (&["1.50", "2"], "decimal(18,2)"),
            (&["0.5", "-12.25", "100000000000000.1"], "decimal(18,2)"),
            (&["12345678901234567.25"], "decimal(38,2)"),
            (&["1.1234567"], "double"),
            (&["1e3", "2.5"], "double"),
            (&["00.5"], "string"),
            (&[".5"], "string"),
            (&["1.", "2"], "string"),
            (&["1,5"], "string"),
            (&["NaN", "1.5"], "string"),
            (&["true", "false"], "boolean"),
            (&["true", "1"], "string"),
            (&["True"], "string"),
            (&["2024-02-29"], "date"),
            (&["2023-02-29"], "string"),
            (&["2024-02-29 07:00:00", "2024-02-29 07:00:00.25"], "timestamp"),
            (&["2024-02-29", "2024-02-29 07:00:00"], "string"),
            (&["2024-02-29T07:00:00Z"], "string"),
            (&[" 1"], "string"),
            (&["1", "x"], "string"),
        ];
        for (values, kind) in cases {
            assert_eq!(guessed(values), kind, "{values:?}");
        }
    }

    #[test]
    fn text_that_somebody_may_take_for_something_else_has_a_reason() {
        let why = |text: &str| {
            let mut seen = Seen::default();
            seen.add(text);
            seen.why_text()
        };
        assert!(why("007").is_some_and(|why| why.contains("zeros in front")));
        assert!(why("2024-02-29T07:00:00Z").is_some_and(|why| why.contains("without a zone")));
        assert!(why("").is_some_and(|why| why.contains("no values")));
        assert_eq!((why("Ann"), why("7")), (None, None));
    }
}
