//! `at(2026-11-30T07:00:00)`: one time; its zone is a property of the schedule.

use chrono::NaiveDateTime;

/// The form that AWS documents: `yyyy-mm-ddThh:mm:ss`.
const LENGTH: usize = "2026-11-30T07:00:00".len();

/// Reads what is between the brackets.
pub(crate) fn read(text: &str) -> Result<NaiveDateTime, String> {
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S");
    // The parser takes shorter numbers and signs, too.
    let digits = text.len() == LENGTH && text.starts_with(|c: char| c.is_ascii_digit());
    read.ok().filter(|_| digits).ok_or_else(|| "is not a time like at(2026-11-30T07:00:00)".to_owned())
}
