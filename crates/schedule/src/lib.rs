//! When something runs by itself: the schedule expressions of Airflow and of EventBridge Scheduler, read in one place.
//!
//! | | Airflow ([`Schedule::airflow`]) | EventBridge Scheduler ([`Schedule::eventbridge`]) |
//! | --- | --- | --- |
//! | cron | five fields: minute, hour, day of the month, month, day of the week | `cron(...)` with a year as the sixth |
//! | weekdays | 0 to 7, both ends Sunday | 1 to 7 from Sunday |
//! | both kinds of days | a day on which either matches | refused: exactly one of the two is `?` |
//! | `a-a` | the whole cycle, as in `SUN-SUN` | that one value |
//! | special days | `L`; `L5` the last Friday, `5#2` the second | `L`, `L-3`, `15W`, `LW`; `6L` the last Friday, `6#2` |
//! | steps | any number from 1 | up to the largest value of the field |
//! | other forms | presets such as `@daily` | `rate(5 minutes)`, `at(2026-11-30T07:00:00)` |
//!
//! Sources: Airflow evaluates cron with croniter; its presets are in `airflow/utils/dates.py`. Nine thousand random lines gave
//! the same runs and refusals as croniter 7.0.0, but for two of its faults: the steps of a range that wraps around
//! (`50-10/3`) are counted on here, and a day of the month together with `#` or `L5`, of which croniter forgets one, is
//! refused. `W`, which came with version 7, is refused. AWS: "Schedule types in EventBridge Scheduler" of its user guide,
//! "Setting a schedule pattern for scheduled rules" of EventBridge's; what these leave open (`L-3`, `LW`, `FRI-MON`, the
//! limit of steps) is as in the Quartz scheduler, whose syntax AWS has. AWS answers a refused expression with
//! `ValidationException`: `Invalid Schedule Expression cron(...).`
//!
//! # Why no library
//!
//! croner 4.0.3 comes closest, and would need a parser of the same size before it: it refuses AWS's `0/15`, never
//! matches AWS's `? * L` (Saturday), and accepts two `?` or none.
//! The crate `cron` 0.17 has no `L`, `W` and `#`.

mod cron;
mod day;
mod field;
mod once;
mod rate;
mod refused;
#[cfg(test)]
mod tests;
mod weekday;

pub use cron::Cron;
pub use refused::Refused;

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone};

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Each time that all fields of a cron expression match.
    Cron(Cron),
    /// Each time that this much has passed.
    Rate(TimeDelta),
    /// Once, at this time of the schedule's zone.
    At(NaiveDateTime),
}

/// Days of a month on average, as a year of 365.25 days has them.
const DAYS_OF_A_MONTH: f64 = 365.25 / 12.0;

/// Airflow's presets, and the two more that croniter knows.
const PRESETS: [(&str, &str); 8] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@quarterly", "0 0 1 */3 *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

impl Schedule {
    /// Reads a schedule of Airflow: a cron line of five fields, or a preset such as `@daily`.
    ///
    /// # Errors
    /// When Airflow does not take it.
    pub fn airflow(expression: &str) -> Result<Self, Refused> {
        let text = expression.trim_matches(' ');
        let line = PRESETS.iter().find(|(name, _)| *name == text).map_or(text, |(_, line)| line);
        line.parse().map(Self::Cron)
    }

    /// Reads a schedule of EventBridge Scheduler: `cron(...)`, `rate(...)` or `at(...)`. Whether the time of `at(...)` has
    /// passed, the caller knows, who has the zone: [`next`](Self::next) is `None` then.
    ///
    /// # Errors
    /// When AWS does not take it.
    pub fn eventbridge(expression: &str) -> Result<Self, Refused> {
        let text = expression.trim_matches(' ');
        let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        let read = match (inner("cron"), inner("rate"), inner("at")) {
            (Some(fields), ..) => Cron::eventbridge(fields).map(Self::Cron),
            (_, Some(rate), _) => rate::read(rate).map(Self::Rate),
            (.., Some(time)) => once::read(time).map(Self::At),
            _ => Err("is none of cron(...), rate(...), at(...)".to_owned()),
        };
        read.map_err(|why| Refused { expression: expression.to_owned(), why })
    }

    /// The first time after this one, in its zone; `None` when there is none up to the year 2199.
    ///
    /// Where the clock is put forward, a cron time that it skips is left out; where it is put back, a time that it shows
    /// twice counts the first time only (EventBridge Scheduler's guide, "Daylight savings time"). A day of a rate has 24 hours.
    pub fn next<Tz: TimeZone>(&self, after: DateTime<Tz>) -> Option<DateTime<Tz>> {
        match self {
            Self::Cron(cron) => cron.next(&after),
            Self::Rate(every) => after.checked_add_signed(*every),
            Self::At(time) => after.timezone().from_local_datetime(time).earliest().filter(|time| *time > after),
        }
    }

    /// How often it runs in a month, on average over the years; 0 for a single time.
    pub fn runs_a_month(&self) -> f64 {
        match self {
            Self::Cron(cron) => cron.runs_a_month(),
            Self::Rate(every) => DAYS_OF_A_MONTH * 86_400.0 / every.num_seconds() as f64,
            Self::At(_) => 0.0,
        }
    }
}
