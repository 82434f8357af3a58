//! What a slice is.

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// In names of files and folders: the day, `YYYY-MM-DD`.
pub const DATE: &str = "{date}";
/// In names of files and folders: the month, `YYYY-MM`.
pub const MONTH: &str = "{month}";

/// How much of a table a run replaces as a whole. From fine to coarse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// The rows of a day.
    #[default]
    Day,
    /// The rows of a month.
    Month,
    /// All rows.
    Whole,
}

/// One part of a table: a day, a month or all of it. Slices of one grain are in the order of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slice {
    first: NaiveDate,
    grain: Grain,
}

impl Grain {
    /// As the document has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Whole => "whole",
        }
    }

    /// Whether it is the one that holds where nothing is said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The form of a slice in the name of a file or folder. A table that is one slice needs nothing.
    #[must_use]
    pub fn placeholder(self) -> Option<&'static str> {
        match self {
            Self::Day => Some(DATE),
            Self::Month => Some(MONTH),
            Self::Whole => None,
        }
    }

    /// The slice that a run of this day makes.
    #[must_use]
    pub fn slice(self, day: NaiveDate) -> Slice {
        let first = match self {
            Self::Day => day,
            Self::Month => day.with_day(1).unwrap_or(day),
            Self::Whole => NaiveDate::MIN,
        };
        Slice { first, grain: self }
    }

    /// The slice that is written so: `2025-03-14`, `2025-03`.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Slice> {
        let day = match self {
            Self::Day => text.to_owned(),
            Self::Month => format!("{text}-01"),
            Self::Whole => return (text == Self::Whole.as_str()).then(|| self.slice(NaiveDate::MIN)),
        };
        let day = day.parse::<NaiveDate>().ok().filter(|day| (1..=9999).contains(&day.year()))?;
        // The parser also takes numbers with fewer digits.
        Some(self.slice(day)).filter(|slice| slice.to_string() == text)
    }
}

impl Slice {
    /// How large it is.
    #[must_use]
    pub fn grain(self) -> Grain {
        self.grain
    }

    /// The slice of a grain that is as coarse, or coarser, that this one is a part of.
    #[must_use]
    pub fn within(self, grain: Grain) -> Self {
        grain.slice(self.first)
    }

    /// Whether the other one is this one, or a part of it.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        other.grain <= self.grain && other.within(self.grain) == self
    }

    /// Whether one of the two is a part of the other.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// Where something is missing from it, in a sentence: `on this day`.
    #[must_use]
    pub fn during(self) -> &'static str {
        match self.grain {
            Grain::Day => "on this day",
            Grain::Month => "in this month",
            Grain::Whole => "at all",
        }
    }
}

/// As names of files and folders have it: `2025-03-14`, `2025-03`; `whole` for all of a table.
impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.grain {
            Grain::Day => write!(f, "{}", self.first),
            Grain::Month => write!(f, "{}", self.first.format("%Y-%m")),
            Grain::Whole => f.write_str(Grain::Whole.as_str()),
        }
    }
}

/// Whether `text` is a day of the calendar, `YYYY-MM-DD`.
#[must_use]
pub fn is_day(text: &str) -> bool {
    Grain::Day.read(text).is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn day(text: &str) -> Slice {
        Grain::Day.read(text).unwrap()
    }

    #[test]
    fn a_run_of_a_day_makes_the_slice_that_holds_it() {
        let of = |grain: Grain| day("2025-03-14").within(grain).to_string();
        assert_eq!([Grain::Day, Grain::Month, Grain::Whole].map(of), ["2025-03-14", "2025-03", "whole"]);
        let month = Grain::Month.read("2025-03").unwrap();
        assert!(month.holds(day("2025-03-01")) && month.holds(day("2025-03-31")) && month.holds(month));
        assert!(!month.holds(day("2025-02-28")) && !day("2025-03-01").holds(month));
        let whole = Grain::Whole.read("whole").unwrap();
        assert!(whole.holds(month) && month.overlaps(whole) && !month.overlaps(day("2024-03-01")));
        assert!(day("2024-12-31") < day("2025-01-01") && month < Grain::Month.read("2025-04").unwrap());
    }

    #[test]
    fn only_days_and_months_of_the_calendar_are_read() {
        for text in ["2024-02-29", "0001-01-01", "9999-12-31"] {
            assert!(is_day(text), "{text}");
        }
        for text in [
            "",
            "2023-02-29",
            "2024-2-9",
            "2024-09-31",
            "0000-01-01",
            "12024-01-01",
            "2024-09-15 ",
            "+2024-09-15",
            "2024-09",
        ] {
            assert!(!is_day(text), "{text}");
        }
        assert!(Grain::Month.read("2025-12").is_some());
        for text in ["2025-13", "2025-00", "2025-1", "2025", "2025-01-01", "0000-01"] {
            assert_eq!(Grain::Month.read(text), None, "{text}");
        }
    }
}
