//! Birth dates, from two small tables: one of all the days would not stay in the processor's cache.

use chrono::{Datelike, NaiveDate};

use crate::cnp;
use crate::line::date;

/// The days on which a person may be born.
pub(crate) struct Births {
    /// January 1 of the first year, in days since 1970-01-01.
    origin: i32,
    /// Days of the first year that are before the first birth.
    skipped: u32,
    /// As many as there are to choose from.
    pub(crate) count: u32,
    years: Vec<Year>,
    /// Of a year that is no leap year, and of one that is.
    days: [Vec<Day>; 2],
}

struct Year {
    /// Days since the origin.
    start: u32,
    leap: bool,
    /// `YYYY`.
    text: [u8; 4],
    /// 18, 19 or 20: the first two digits.
    century: u8,
    check: u8,
}

struct Day {
    /// `-MM-DD`.
    text: [u8; 6],
    check: u8,
}

/// One day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Birth<'a> {
    /// `YYYY`.
    pub(crate) year: &'a [u8; 4],
    /// `-MM-DD`.
    pub(crate) day: &'a [u8; 6],
    /// What its digits add to the check of a Romanian personal number.
    pub(crate) check: u8,
    /// 18, 19 or 20: the first two digits of the year.
    pub(crate) century: u8,
    /// Days since 1970-01-01.
    pub(crate) epoch: i32,
}

impl Births {
    /// As many days as `count`, from `first` on.
    pub(crate) fn new(first: NaiveDate, count: u32) -> Self {
        let skipped = first.ordinal0();
        let origin = first.to_epoch_days() - skipped as i32;
        // One year more than needed, so that each has a next one.
        let last = first.year() + ((skipped + count) / 365) as i32 + 1;
        let starts = (first.year()..=last).filter_map(|year| NaiveDate::from_ymd_opt(year, 1, 1));
        let year = |start: NaiveDate| {
            let [y0, y1, y2, y3, ..] = date(start);
            Year {
                start: (start.to_epoch_days() - origin) as u32,
                leap: start.leap_year(),
                text: [y0, y1, y2, y3],
                century: (start.year() / 100) as u8,
                check: cnp::weigh_year([y2, y3]),
            }
        };
        let day = |day: NaiveDate| {
            let [_, _, _, _, a, m0, m1, b, d0, d1] = date(day);
            Day { text: [a, m0, m1, b, d0, d1], check: cnp::weigh_day([m0, m1, d0, d1]) }
        };
        let days = [2001, 2000].map(|year| {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
            first.iter_days().take_while(|day| day.year() == year).map(day).collect()
        });
        Self { origin, skipped, count, years: starts.map(year).collect(), days }
    }

    /// Day number `index`.
    #[inline(always)]
    pub(crate) fn get(&self, index: u32) -> Birth<'_> {
        let since = self.skipped + index;
        // Too low by one at most, as long as there are fewer than 480 years.
        let low = (since / 366) as usize;
        let year = &self.years[low + usize::from(since >= self.years[low + 1].start)];
        let day = &self.days[usize::from(year.leap)][(since - year.start) as usize];
        let epoch = self.origin + since as i32;
        Birth { year: &year.text, day: &day.text, check: year.check + day.check, century: year.century, epoch }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_its_own() {
        for (year, month) in [(1800, 1), (1899, 3), (1908, 9)] {
            let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
            let births = Births::new(first, 42_100);
            for (index, date) in first.iter_days().take(42_100).enumerate() {
                let birth = births.get(index as u32);
                let text = [&birth.year[..], &birth.day[..]].concat();
                assert_eq!(text, date.to_string().as_bytes());
                assert_eq!((birth.epoch, i32::from(birth.century)), (date.to_epoch_days(), date.year() / 100));
            }
        }
    }
}
