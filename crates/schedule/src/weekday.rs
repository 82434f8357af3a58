//! The field with the days of the week.

use crate::field::{Dialect, Field, number};
use chrono::{Datelike, NaiveDate};

const NAMES: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// One of the days that the field names. Days count from Sunday as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weekday {
    /// Each week's.
    Each(u32),
    /// The first, second, ... of the month: `5#2`.
    Nth(u32, u32),
    /// The month's last: `L5` in Airflow, `6L` in AWS.
    Last(u32),
}

impl Weekday {
    pub(crate) fn is_on(self, date: NaiveDate) -> bool {
        let weekday = date.weekday().num_days_from_sunday();
        match self {
            Self::Each(day) => day == weekday,
            Self::Nth(day, nth) => day == weekday && date.day0() / 7 + 1 == nth,
            Self::Last(day) => day == weekday && date.day() + 7 > u32::from(date.num_days_in_month()),
        }
    }
}

/// Reads the field; `None` where any day matches.
pub(crate) fn read(dialect: Dialect, text: &str) -> Result<Option<Vec<Weekday>>, String> {
    match dialect {
        Dialect::Airflow => airflow(text),
        Dialect::EventBridge => eventbridge(text),
    }
}

/// croniter: from Sunday as 0 or 7. Days of a month may be listed, but not among days of each week.
fn airflow(text: &str) -> Result<Option<Vec<Weekday>>, String> {
    let field = Field { names: &NAMES, alias: Some(7), ..Field::numbers(Dialect::Airflow, 0, 6) };
    if text == "?" {
        return Ok(None);
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        let special = match (part.split_once('#'), part.strip_prefix('l')) {
            (Some((day, nth)), _) => Some(nth_of(&field, day, nth)),
            (_, Some(day)) => Some(number(day).and_then(|_| field.value(day)).map(Weekday::Last)),
            _ => None,
        };
        match special {
            Some(day) => days.push(day.ok_or_else(|| field.wrong(text))?),
            None => days.extend(field.read(part).map_err(|_| field.wrong(text))?.into_iter().map(Weekday::Each)),
        }
    }
    let weekly = days.iter().filter(|day| matches!(day, Weekday::Each(_))).count();
    if weekly != 0 && weekly != days.len() {
        return Err(field.wrong(text));
    }
    Ok(Some(days).filter(|_| !text.split(',').any(|part| part == "*")))
}

/// EventBridge: from Sunday as 1, no steps; `L` and `#` take no list. `L` by itself is the week's last day, Saturday.
fn eventbridge(text: &str) -> Result<Option<Vec<Weekday>>, String> {
    let field = Field { names: &NAMES, ..Field::numbers(Dialect::EventBridge, 1, 7) };
    let from_sunday = |day: Weekday| match day {
        Weekday::Each(day) => Weekday::Each(day - 1),
        Weekday::Nth(day, nth) => Weekday::Nth(day - 1, nth),
        Weekday::Last(day) => Weekday::Last(day - 1),
    };
    let special = match (text, text.split_once('#'), text.strip_suffix('l')) {
        ("?" | "*", ..) => return Ok(None),
        ("l", ..) => Some(Weekday::Each(7)),
        (_, Some((day, nth)), _) => nth_of(&field, day, nth),
        (.., Some(day)) => field.value(day).map(Weekday::Last),
        _ => None,
    };
    let days = match special {
        Some(day) => vec![day],
        None if text.contains('/') => return Err(field.wrong(text)),
        None => field.read(text)?.into_iter().map(Weekday::Each).collect(),
    };
    Ok(Some(days.into_iter().map(from_sunday).collect()))
}

/// `5#2`, `fri#2`: a month has up to five of a weekday.
fn nth_of(field: &Field, day: &str, nth: &str) -> Option<Weekday> {
    Some(Weekday::Nth(field.value(day)?, number(nth).filter(|nth| (1..=5).contains(nth))?))
}
