//! The field with the days of the month.

use crate::field::{Dialect, Field, number};
use chrono::{Datelike, NaiveDate};

/// One of the days that the field names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    /// This one.
    Number(u32),
    /// So many before the month's last: `L`, `L-3`.
    BeforeLast(u32),
    /// The one from Monday to Friday that is nearest to it, in the same month: `15W`, and `LW` for the month's last day.
    Nearest(u32),
}

/// The last day of any month, for `LW`.
const LAST: u32 = 31;

impl Day {
    pub(crate) fn is_on(self, date: NaiveDate) -> bool {
        let last = u32::from(date.num_days_in_month());
        match self {
            Self::Number(day) => day == date.day(),
            Self::BeforeLast(days) => date.day() + days == last,
            // A month that is too short has its last day instead.
            Self::Nearest(day) => date.with_day(day.min(last)).is_some_and(|day| nearest(day, last) == date.day()),
        }
    }
}

/// The working day that is nearest to a date of a month with so many days.
fn nearest(date: NaiveDate, last: u32) -> u32 {
    match (date.weekday().number_from_monday(), date.day()) {
        (6, 1) => 3,
        (6, day) => day - 1,
        (7, day) if day == last => day - 2,
        (7, day) => day + 1,
        (_, day) => day,
    }
}

/// Reads the field; `None` where any day matches.
pub(crate) fn read(dialect: Dialect, text: &str) -> Result<Option<Vec<Day>>, String> {
    let field = Field::numbers(dialect, 1, LAST);
    match dialect {
        Dialect::Airflow => airflow(&field, text),
        Dialect::EventBridge => eventbridge(&field, text),
    }
}

/// croniter: `L` also in a list; a list with `*` in it is `*`.
fn airflow(field: &Field, text: &str) -> Result<Option<Vec<Day>>, String> {
    if text == "?" {
        return Ok(None);
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        match part {
            "l" => days.push(Day::BeforeLast(0)),
            part => days.extend(field.read(part).map_err(|_| field.wrong(text))?.into_iter().map(Day::Number)),
        }
    }
    Ok(Some(days).filter(|_| !text.split(',').any(|part| part == "*")))
}

/// Quartz: `L` and `W` take no list.
fn eventbridge(field: &Field, text: &str) -> Result<Option<Vec<Day>>, String> {
    let special = match text {
        "?" | "*" => return Ok(None),
        "l" => Some(Day::BeforeLast(0)),
        "lw" => Some(Day::Nearest(LAST)),
        text => match (text.strip_prefix("l-"), text.strip_suffix('w')) {
            (Some(before), _) => number(before).filter(|days| *days < LAST).map(Day::BeforeLast),
            (_, Some(day)) => field.value(day).map(Day::Nearest),
            _ => None,
        },
    };
    match special {
        Some(day) => Ok(Some(vec![day])),
        None => Ok(Some(field.read(text)?.into_iter().map(Day::Number).collect())),
    }
}
