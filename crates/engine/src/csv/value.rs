//! Checks one field against its declared type. The forms are few and strict, so that every engine agrees on them.

use chrono::{Datelike, NaiveDate};
use strata_state::wish::Type;

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// The field is empty.
    Missing,
    /// The field's own text (strings and decimals).
    Text,
    /// An integer, days since 1970, or microseconds since 1970.
    Whole(i64),
    Double(f64),
    Boolean(bool),
}

/// The value, or None when `text` is not of this type.
pub(super) fn value(kind: Type, text: &[u8]) -> Option<Value> {
    if text.is_empty() {
        return Some(Value::Missing);
    }
    match kind {
        Type::String => Some(Value::Text),
        Type::Int => whole(text).filter(|value| i32::try_from(*value).is_ok()).map(Value::Whole),
        Type::Bigint => whole(text).map(Value::Whole),
        Type::Double => double(text).map(Value::Double),
        Type::Boolean => match text {
            b"true" => Some(Value::Boolean(true)),
            b"false" => Some(Value::Boolean(false)),
            _ => None,
        },
        Type::Date => date(text).map(Value::Whole),
        Type::Timestamp => timestamp(text).map(Value::Whole),
        Type::Decimal(digits, scale) => decimal(text, digits, scale).then_some(Value::Text),
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    let all = !text.is_empty() && text.len() <= 18 && text.iter().all(u8::is_ascii_digit);
    all.then(|| text.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
}

fn whole(text: &[u8]) -> Option<i64> {
    let (minus, rest) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    match digits(rest) {
        Some(value) => Some(if minus { -value } else { value }),
        // Nineteen digits and more may or may not fit; the standard library knows. It would take a plus, too.
        None if rest.iter().all(u8::is_ascii_digit) => std::str::from_utf8(text).ok()?.parse().ok(),
        None => None,
    }
}

/// `-12.5e3`: digits on both sides of a point.
fn double(text: &[u8]) -> Option<f64> {
    let all = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let cut = rest.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (number, power) = cut.map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
    let (before, after) = match number.iter().position(|byte| *byte == b'.') {
        Some(at) => (&number[..at], Some(&number[at + 1..])),
        None => (number, None),
    };
    let power = power.map(|power| power.strip_prefix(b"-").or(power.strip_prefix(b"+")).unwrap_or(power));
    if !all(before) || !after.is_none_or(all) || !power.is_none_or(all) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse::<f64>().ok().filter(|value| value.is_finite())
}

fn decimal(text: &[u8], most: u8, scale: u8) -> bool {
    let all = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let (before, after) = match rest.iter().position(|byte| *byte == b'.') {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let zeros = before.iter().take_while(|byte| **byte == b'0').count();
    all(before)
        && after.is_none_or(|after| all(after) && after.len() <= usize::from(scale))
        && before.len() - zeros <= usize::from(most - scale)
}

/// Days since 1970 of `YYYY-MM-DD`.
fn date(text: &[u8]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let year = digits(&[y1, y2, y3, y4]).filter(|year| *year > 0)?;
    let month = digits(&[m1, m2])?;
    let day = digits(&[d1, d2])?;
    let date = NaiveDate::from_ymd_opt(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?)?;
    // Day 1 of the common era is 719,163 days before 1970.
    Some(i64::from(date.num_days_from_ce()) - 719_163)
}

/// Microseconds since 1970 of `YYYY-MM-DD HH:MM:SS[.ffffff]`.
fn timestamp(text: &[u8]) -> Option<i64> {
    let (day, time) = text.split_at_checked(10)?;
    let (time, fraction) = time.split_at_checked(9)?;
    let [b' ', h1, h2, b':', m1, m2, b':', s1, s2] = *time else { return None };
    let part = |text: [u8; 2], below: i64| digits(&text).filter(|value| *value < below);
    let seconds = part([h1, h2], 24)? * 3600 + part([m1, m2], 60)? * 60 + part([s1, s2], 60)?;
    let micros = match fraction {
        [] => 0,
        [b'.', rest @ ..] if rest.len() <= 6 => digits(rest)? * 10_i64.pow(6 - u32::try_from(rest.len()).ok()?),
        _ => return None,
    };
    Some((date(day)? * 86_400 + seconds) * 1_000_000 + micros)
}
