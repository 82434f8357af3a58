//! A cron expression: when it matches, and how often.

use crate::day::{self, Day};
use crate::field::{Dialect, Field};
use crate::refused::Refused;
use crate::weekday::{self, Weekday};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};
use std::collections::BTreeSet;
use std::str::FromStr;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// EventBridge's years; a time after them is not looked for.
const YEARS: [u32; 2] = [1970, 2199];

/// The years after which the calendar repeats: each date falls on each weekday equally often.
const CYCLE: [i32; 2] = [2001, 2028];

/// A cron expression. Fields without a value match anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: Option<Vec<Day>>,
    months: BTreeSet<u32>,
    weekdays: Option<Vec<Weekday>>,
    years: Option<BTreeSet<u32>>,
}

impl Cron {
    /// Reads a line of five fields. The error is the rest of a sentence about it.
    fn airflow(line: &str) -> Result<Self, String> {
        let line = line.to_ascii_lowercase();
        let fields = fields(&line);
        let [minutes, hours, days, months, weekdays] = fields[..] else { return Err(count(&fields, 5)) };
        let mut cron = Self::read(Dialect::Airflow, [minutes, hours, days, months, weekdays])?;
        // Where the other field has a `*`, as in `*/2`, croniter takes all values for `*`: only the other one decides.
        let all = |days: &Vec<Weekday>| (0..7).all(|day| days.contains(&Weekday::Each(day)));
        cron.weekdays = cron.weekdays.filter(|weekdays| !(days.contains('*') && all(weekdays)));
        let all = |days: &Vec<Day>| (1..=31).all(|day| days.contains(&Day::Number(day)));
        cron.days = cron.days.filter(|days| !(weekdays.contains('*') && all(days)));
        // croniter finds no time for it, or forgets the day of the month.
        let weekly = |day: &Weekday| matches!(day, Weekday::Each(_));
        if cron.has_both_days() && !cron.weekdays.iter().flatten().all(weekly) {
            return Err("has a day of the month and a weekday with # or L; Airflow takes one of them".to_owned());
        }
        Ok(cron)
    }

    /// Reads the six fields of `cron(...)`.
    pub(crate) fn eventbridge(line: &str) -> Result<Self, String> {
        let line = line.to_ascii_lowercase();
        let fields = fields(&line);
        let [minutes, hours, days, months, weekdays, years] = fields[..] else { return Err(count(&fields, 6)) };
        match (days, weekdays) {
            ("?", "?") => return Err("has `?` for both the day of the month and the day of the week".to_owned()),
            ("?", _) | (_, "?") => {}
            _ => return Err("has both a day of the month and a day of the week; one of them is `?`".to_owned()),
        }
        let cron = Self::read(Dialect::EventBridge, [minutes, hours, days, months, weekdays])?;
        let [first, last] = YEARS;
        let named = Field { is_circle: false, ..Field::numbers(Dialect::EventBridge, first, last) };
        Ok(Self { years: if years == "*" { None } else { Some(named.read(years)?) }, ..cron })
    }

    fn read(dialect: Dialect, [minutes, hours, days, months, weekdays]: [&str; 5]) -> Result<Self, String> {
        Ok(Self {
            minutes: Field::numbers(dialect, 0, 59).read(minutes)?,
            hours: Field::numbers(dialect, 0, 23).read(hours)?,
            days: day::read(dialect, days)?,
            months: Field { names: &MONTHS, ..Field::numbers(dialect, 1, 12) }.read(months)?,
            weekdays: weekday::read(dialect, weekdays)?,
            years: None,
        })
    }

    /// Whether it runs in every minute of an hour.
    pub fn is_every_minute(&self) -> bool {
        self.minutes.len() == 60
    }

    /// Whether it names both days of the month and days of the week: it runs on either.
    pub fn has_both_days(&self) -> bool {
        self.days.is_some() && self.weekdays.is_some()
    }

    /// The first match after a time, in its zone.
    pub(crate) fn next<Tz: TimeZone>(&self, after: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        let zone = after.timezone();
        let mut local = after.naive_local();
        loop {
            local = self.next_local(local)?;
            let at = zone.from_local_datetime(&local).earliest().filter(|at| at > after);
            if at.is_some() {
                return at;
            }
        }
    }

    fn next_local(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        let whole = after.with_second(0)?.with_nanosecond(0)?;
        let first = whole.checked_add_signed(TimeDelta::minutes(1))?;
        let (mut date, mut from) = (first.date(), first.time());
        while u32::try_from(date.year()).is_ok_and(|year| year <= YEARS[1]) {
            let is_year = |years: &BTreeSet<u32>| u32::try_from(date.year()).is_ok_and(|year| years.contains(&year));
            if self.years.as_ref().is_none_or(is_year)
                && self.is_on(date)
                && let Some(time) = self.times().find(|time| *time >= from)
            {
                return Some(date.and_time(time));
            }
            (date, from) = (date.succ_opt()?, NaiveTime::MIN);
        }
        None
    }

    /// Its times of a day, in order.
    fn times(&self) -> impl Iterator<Item = NaiveTime> {
        let of_hour =
            |hour: u32| self.minutes.iter().filter_map(move |minute| NaiveTime::from_hms_opt(hour, *minute, 0));
        self.hours.iter().flat_map(move |hour| of_hour(*hour))
    }

    /// Whether it runs on a date, whatever the year.
    fn is_on(&self, date: NaiveDate) -> bool {
        let is_day = |days: &[Day]| days.iter().any(|day| day.is_on(date));
        let is_weekday = |days: &[Weekday]| days.iter().any(|day| day.is_on(date));
        self.months.contains(&date.month())
            && match (&self.days, &self.weekdays) {
                (None, None) => true,
                (Some(days), None) => is_day(days),
                (None, Some(weekdays)) => is_weekday(weekdays),
                (Some(days), Some(weekdays)) => is_day(days) || is_weekday(weekdays),
            }
    }

    /// Runs of an average month.
    pub(crate) fn runs_a_month(&self) -> f64 {
        let [first, last] = CYCLE;
        let dates = NaiveDate::from_ymd_opt(first, 1, 1).into_iter().flat_map(|start| start.iter_days());
        let days = dates.take_while(|date| date.year() <= last).filter(|date| self.is_on(*date)).count();
        let months = f64::from(last - first + 1) * 12.0;
        (self.minutes.len() * self.hours.len() * days) as f64 / months
    }
}

/// Reads a line of five fields, as Airflow does.
impl FromStr for Cron {
    type Err = Refused;

    fn from_str(line: &str) -> Result<Self, Refused> {
        Self::airflow(line).map_err(|why| Refused { expression: line.to_owned(), why })
    }
}

fn fields(line: &str) -> Vec<&str> {
    line.split(' ').filter(|field| !field.is_empty()).collect()
}

fn count(fields: &[&str], right: usize) -> String {
    format!("has {} fields; a cron expression has {right}", fields.len())
}
