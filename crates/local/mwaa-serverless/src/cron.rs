//! When a workflow runs by itself: Airflow's cron lines and presets, EventBridge Scheduler's `rate(...)` and `cron(...)`.
//! All times are UTC.

use chrono::{DateTime, Datelike, Days, Duration, NaiveTime, Timelike, Utc};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A day that never comes is not looked for longer.
const YEARS: u64 = 5;

/// A schedule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Schedule {
    /// Each time that all the fields fit.
    Cron(Box<Cron>),
    /// Each time that so much has passed.
    Rate(Duration),
}

/// The fields of a cron line as lists of what fits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cron {
    minutes: Vec<u32>,
    hours: Vec<u32>,
    /// `None` where any day of the month fits.
    days: Option<Vec<u32>>,
    months: Vec<u32>,
    /// From Sunday, 0; `None` where any fits.
    weekdays: Option<Vec<u32>>,
    /// `None` where any fits.
    years: Option<Vec<u32>>,
}

impl Schedule {
    /// Reads an expression. The error says what is wrong with it.
    pub(crate) fn read(words: &str) -> Result<Self, String> {
        let text = words.trim();
        let line = match text {
            "@hourly" => "0 * * * *",
            "@daily" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            other => other,
        };
        let inner = |name: &str| line.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        let read = match (inner("rate"), inner("cron")) {
            (Some(rate), _) => rate_of(rate).map(Self::Rate),
            (_, Some(six)) => cron_of(six, 6).map(|cron| Self::Cron(Box::new(cron))),
            _ => cron_of(line, 5).map(|cron| Self::Cron(Box::new(cron))),
        };
        read.map_err(|why| format!("schedule '{words}' {why}"))
    }

    /// The first time after this one.
    pub(crate) fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Rate(every) => Some(after + *every),
            Self::Cron(cron) => cron.next(after),
        }
    }
}

impl Cron {
    fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let first = after.with_second(0)?.with_nanosecond(0)? + Duration::minutes(1);
        for offset in 0..YEARS * 366 {
            let day = first.date_naive().checked_add_days(Days::new(offset))?;
            let fits = |list: &Option<Vec<u32>>, value: u32| list.as_ref().is_none_or(|list| list.contains(&value));
            if !self.months.contains(&day.month())
                || !fits(&self.days, day.day())
                || !fits(&self.weekdays, day.weekday().num_days_from_sunday())
                || !fits(&self.years, u32::try_from(day.year()).unwrap_or_default())
            {
                continue;
            }
            for (hour, minute) in
                self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)))
            {
                let at = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0)?).and_utc();
                if at >= first {
                    return Some(at);
                }
            }
        }
        None
    }
}

fn rate_of(text: &str) -> Result<Duration, String> {
    let wrong = || "is not a rate like rate(5 minutes)".to_owned();
    let (number, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
    let number: i64 = number.parse().ok().filter(|number| *number > 0 && *number < 100_000).ok_or_else(wrong)?;
    match unit.trim().trim_end_matches('s') {
        "minute" => Ok(Duration::minutes(number)),
        "hour" => Ok(Duration::hours(number)),
        "day" => Ok(Duration::days(number)),
        _ => Err(wrong()),
    }
}

fn cron_of(text: &str, count: usize) -> Result<Cron, String> {
    let fields: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let [minutes, hours, days, months, weekdays, rest @ ..] = fields.as_slice() else {
        return Err(format!("has {} fields; a cron expression has {count}", fields.len()));
    };
    if fields.len() != count {
        return Err(format!("has {} fields; a cron expression has {count}", fields.len()));
    }
    let any = |field: &str| field == "*" || field == "?";
    if !any(days) && !any(weekdays) {
        return Err("has both a day of the month and a day of the week; one is allowed".to_owned());
    }
    // EventBridge counts the days of the week from Sunday as 1, cron from 0.
    let first = u32::from(count == 6);
    let weekdays = match any(weekdays) {
        true => None,
        false => {
            let list = field(weekdays, first, 7, &DAYS, first)?;
            Some(list.into_iter().map(|day| (day - first) % 7).collect())
        }
    };
    Ok(Cron {
        minutes: field(minutes, 0, 59, &[], 0)?,
        hours: field(hours, 0, 23, &[], 0)?,
        days: if any(days) { None } else { Some(field(days, 1, 31, &[], 0)?) },
        months: field(months, 1, 12, &MONTHS, 1)?,
        weekdays,
        years: match rest.first() {
            Some(years) if !any(years) => Some(field(years, 1970, 2199, &[], 0)?),
            _ => None,
        },
    })
}

/// The values of one field, sorted. `names` stand for numbers from `base` on.
fn field(text: &str, low: u32, high: u32, names: &[&str], base: u32) -> Result<Vec<u32>, String> {
    let wrong = || format!("has a field '{text}' that is not understood: numbers from {low} to {high}, *, a-b, /n");
    let number = |word: &str| -> Result<u32, String> {
        let named = names.iter().position(|name| *name == word).and_then(|at| u32::try_from(at).ok());
        let value = named.map(|at| at + base).or_else(|| word.parse().ok()).ok_or_else(wrong)?;
        if (low..=high).contains(&value) { Ok(value) } else { Err(wrong()) }
    };
    let mut all = Vec::new();
    for part in text.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let stepped = part.contains('/');
        let step: usize = step.parse().ok().filter(|step| *step > 0).ok_or_else(wrong)?;
        let (from, to) = match (range, range.split_once('-')) {
            ("*" | "?", _) => (low, high),
            (_, Some((from, to))) => (number(from)?, number(to)?),
            (one, None) => (number(one)?, if stepped { high } else { number(one)? }),
        };
        if from > to {
            return Err(wrong());
        }
        all.extend((from..=to).step_by(step));
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Schedule;
    use chrono::{DateTime, Utc};

    fn next(words: &str, after: &str) -> String {
        let after: DateTime<Utc> = after.parse().unwrap();
        Schedule::read(words).unwrap().next(after).unwrap().format("%Y-%m-%dT%H:%M").to_string()
    }

    #[test]
    fn the_next_time_is_the_first_that_fits() {
        for (words, after, wanted) in [
            ("0 6 * * *", "2026-11-21T06:00:00Z", "2026-11-22T06:00"),
            ("0 6 * * *", "2026-11-21T05:59:59Z", "2026-11-21T06:00"),
            ("*/15 8-9 * * mon-fri", "2026-11-21T08:01:00Z", "2026-11-23T08:00"),
            ("30 23 31 * *", "2026-11-21T00:00:00Z", "2026-12-31T23:30"),
            ("0 0 * * 7", "2026-11-21T00:00:00Z", "2026-11-22T00:00"),
            ("@monthly", "2026-12-15T00:00:00Z", "2027-01-01T00:00"),
            ("cron(0 12 ? * 1 *)", "2026-11-21T00:00:00Z", "2026-11-22T12:00"),
            ("cron(0 12 * * ? 2028)", "2026-11-21T00:00:00Z", "2028-01-01T12:00"),
            ("rate(5 minutes)", "2026-11-21T00:00:30Z", "2026-11-21T00:05"),
        ] {
            assert_eq!(next(words, after), wanted, "{words}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for words in [
            "",
            "0 6 * *",
            "60 6 * * *",
            "0 6 1 * 1",
            "0 6 * * foo",
            "rate(0 minutes)",
            "rate(5)",
            "cron(0 6 * * *)",
            "5-1 * * * *",
            "@never",
        ] {
            assert!(Schedule::read(words).is_err(), "{words}");
        }
        // A day that never comes.
        assert_eq!(Schedule::read("0 0 31 2 *").unwrap().next(Utc::now()), None);
    }
}
