//! The rule of the newest file: of files whose names begin with a date, `YYYYMMDD`, the one with the latest.
//!
//! A file whose name begins with no date, or with one that the calendar does not have, is no candidate, and is told.
//! Two files of the same latest date are refused: nothing says which of them is right.

use chrono::NaiveDate;

/// What the start of a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A day.
    Of(NaiveDate),
    /// Eight digits that are no day of the calendar.
    Impossible,
    /// No date.
    Undated,
}

/// The date that a file's name begins with.
#[must_use]
pub fn date_in(name: &str) -> Named {
    let Some(digits) = name.get(..8).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) else {
        return Named::Undated;
    };
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    let date = part(0..4)
        .filter(|year| *year > 0)
        .zip(part(4..6))
        .zip(part(6..8))
        .and_then(|((year, month), day)| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day));
    date.map_or(Named::Impossible, Named::Of)
}

/// The newest of some dated things; the first two where several are of that date. None where there are none.
///
/// # Errors
/// Two things of the latest date.
pub fn newest<T>(all: impl IntoIterator<Item = (NaiveDate, T)>) -> Result<Option<T>, (NaiveDate, T, T)> {
    let mut found: Option<(NaiveDate, T, Option<T>)> = None;
    for (date, item) in all {
        match &mut found {
            Some((latest, _, second)) if *latest == date => {
                second.get_or_insert(item);
            }
            Some((latest, ..)) if *latest > date => {}
            other => *other = Some((date, item, None)),
        }
    }
    match found {
        None => Ok(None),
        Some((_, item, None)) => Ok(Some(item)),
        Some((date, first, Some(second))) => Err((date, first, second)),
    }
}
