//! Birth dates, spelled once for each day instead of once for each person.

use chrono::{Datelike, NaiveDate};

use crate::cnp;
use crate::line::date;

/// One day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Birth {
    /// `YYYY-MM-DD`.
    pub(crate) text: [u8; 10],
    /// What its digits add to the check of a Romanian personal number.
    pub(crate) check: u8,
    /// 18, 19 or 20: the first two digits of the year.
    pub(crate) century: u8,
    /// Days since 1970-01-01.
    pub(crate) day: i32,
}

impl Birth {
    pub(crate) fn new(day: NaiveDate) -> Self {
        let text = date(day);
        Self { text, check: cnp::weigh(&text), century: (day.year() / 100) as u8, day: day.to_epoch_days() }
    }

    /// As many days as `days`, from `first` on.
    pub(crate) fn table(first: NaiveDate, days: u64) -> Vec<Self> {
        first.iter_days().take(usize::try_from(days).unwrap_or(0)).map(Self::new).collect()
    }
}
