//! Schedules with their next runs, how many there are in a month, and what is refused.

use crate::{Refused, Schedule};
use chrono::{DateTime, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};

type Read = fn(&str) -> Result<Schedule, Refused>;

/// The first runs after a time of 2026, in UTC: `MM-DD HH:MM`, with the year where it is another one.
fn runs(read: Read, words: &str, after: &str, many: usize) -> Vec<String> {
    let schedule = read(words).unwrap();
    let mut at: DateTime<Utc> = format!("2026-{}:00Z", after.replace(' ', "T")).parse().unwrap();
    let mut found = Vec::new();
    while found.len() < many
        && let Some(next) = schedule.next(at)
    {
        let text = next.format("%Y-%m-%d %H:%M").to_string();
        found.push(text.strip_prefix("2026-").map(str::to_owned).unwrap_or(text));
        at = next;
    }
    found
}

fn check(read: Read, table: &[(&str, &str, &[&str])]) {
    for (words, after, wanted) in table {
        assert_eq!(runs(read, words, after, wanted.len()), *wanted, "{words}");
    }
}

/// Held against croniter 7.0.0.
#[test]
fn airflow_runs_when_croniter_says_so() {
    check(
        Schedule::airflow,
        &[
            ("0 6 * * *", "11-21 06:00", &["11-22 06:00", "11-23 06:00"]),
            ("0 6 * * *", "11-21 05:59", &["11-21 06:00"]),
            ("*/15 8-9 * * mon-fri", "11-21 08:01", &["11-23 08:00", "11-23 08:15"]),
            ("10/25 0 * * *", "11-21 00:00", &["11-21 00:10", "11-21 00:35", "11-22 00:10"]),
            ("30 23 31 * *", "11-21 00:00", &["12-31 23:30", "2027-01-31 23:30", "2027-03-31 23:30"]),
            ("0 0 29 2 *", "11-21 00:00", &["2028-02-29 00:00", "2032-02-29 00:00"]),
            ("0 0 * * 7", "11-21 00:00", &["11-22 00:00", "11-29 00:00"]),
            ("0 0 * * 0-7", "11-21 00:00", &["11-22 00:00", "11-23 00:00"]),
            ("0 0 * * sat-sun", "11-21 00:00", &["11-22 00:00", "11-28 00:00"]),
            ("0 0 * * fri-mon/2", "11-21 00:00", &["11-22 00:00", "11-27 00:00"]),
            ("50-10/10 7 * * *", "11-21 00:00", &["11-21 07:00", "11-21 07:10", "11-21 07:50", "11-22 07:00"]),
            ("0 7 1 nov-feb/2 ?", "11-21 00:00", &["2027-01-01 07:00", "2027-11-01 07:00"]),
            // Either day: cron's OR.
            ("0 0 1,15 * 1", "11-21 00:00", &["11-23 00:00", "11-30 00:00", "12-01 00:00", "12-07 00:00"]),
            (
                "0 0 */20 * 1",
                "11-23 00:00",
                &["11-30 00:00", "12-01 00:00", "12-07 00:00", "12-14 00:00", "12-21 00:00"],
            ),
            // All weekdays and a day with `*`: only the days decide.
            ("0 0 */20 * 0-6", "11-23 00:00", &["12-01 00:00", "12-21 00:00"]),
            ("0 0 l * *", "11-21 00:00", &["11-30 00:00", "12-31 00:00"]),
            ("0 0 15,L * *", "12-14 00:00", &["12-15 00:00", "12-31 00:00", "2027-01-15 00:00"]),
            ("0 0 * * L5", "11-21 00:00", &["11-27 00:00", "12-25 00:00", "2027-01-29 00:00"]),
            ("0 0 * * fri#2", "11-21 00:00", &["12-11 00:00", "2027-01-08 00:00"]),
            ("0 0 * * 1#1,3#5", "11-21 00:00", &["12-07 00:00", "12-30 00:00", "2027-01-04 00:00"]),
            // A range from a value to itself is the whole cycle.
            ("0 0 1 3-3 *", "11-21 00:00", &["12-01 00:00", "2027-01-01 00:00"]),
            ("@hourly", "11-21 00:30", &["11-21 01:00"]),
            ("@daily", "11-21 00:30", &["11-22 00:00"]),
            ("@midnight", "11-21 00:30", &["11-22 00:00"]),
            ("@weekly", "11-21 00:30", &["11-22 00:00", "11-29 00:00"]),
            ("@monthly", "12-15 00:00", &["2027-01-01 00:00"]),
            ("@quarterly", "11-21 00:00", &["2027-01-01 00:00", "2027-04-01 00:00"]),
            ("@yearly", "11-21 00:00", &["2027-01-01 00:00", "2028-01-01 00:00"]),
            ("@annually", "11-21 00:00", &["2027-01-01 00:00"]),
        ],
    );
    // A day that never comes.
    assert!(runs(Schedule::airflow, "0 0 31 2 *", "11-21 00:00", 1).is_empty());
}

#[test]
fn eventbridge_runs_when_its_guide_says_so() {
    check(
        Schedule::eventbridge,
        &[
            ("cron(0 10 * * ? *)", "11-21 10:00", &["11-22 10:00"]),
            ("cron(0/15 * * * ? *)", "11-21 00:01", &["11-21 00:15", "11-21 00:30"]),
            ("cron(0 18 ? * MON-FRI *)", "11-21 00:00", &["11-23 18:00"]),
            ("cron(0 12 ? * 1 *)", "11-21 00:00", &["11-22 12:00"]),
            ("cron(0 12 ? * FRI-SUN *)", "11-22 12:00", &["11-27 12:00", "11-28 12:00", "11-29 12:00"]),
            ("cron(0 12 * * ? 2028)", "11-21 00:00", &["2028-01-01 12:00"]),
            ("cron(0 12 1 1 ? 2027-2031/2)", "11-21 00:00", &["2027-01-01 12:00", "2029-01-01 12:00"]),
            ("cron(15 10 ? * 6L *)", "11-21 00:00", &["11-27 10:15", "12-25 10:15"]),
            ("cron(15 10 ? * FRIL *)", "11-21 00:00", &["11-27 10:15"]),
            ("cron(15 10 ? * L *)", "11-21 12:00", &["11-28 10:15", "12-05 10:15"]),
            ("cron(0 8 ? * 2#1 *)", "11-21 00:00", &["12-07 08:00", "2027-01-04 08:00"]),
            ("cron(0 8 L * ? *)", "11-21 00:00", &["11-30 08:00", "12-31 08:00"]),
            ("cron(0 8 L-3 * ? *)", "11-21 00:00", &["11-27 08:00", "12-28 08:00"]),
            // The 15th of November and the last of January 2027 are Sundays, the first of August is a Saturday.
            ("cron(0 8 15W * ? *)", "11-01 00:00", &["11-16 08:00", "12-15 08:00"]),
            ("cron(0 8 LW * ? *)", "12-01 00:00", &["12-31 08:00", "2027-01-29 08:00"]),
            ("cron(0 8 1W * ? *)", "04-02 00:00", &["05-01 08:00", "06-01 08:00", "07-01 08:00", "08-03 08:00"]),
            ("cron(30-30 13-13 ? * 2,4 *)", "11-21 00:00", &["11-23 13:30", "11-25 13:30"]),
            ("rate(5 minutes)", "11-21 00:00", &["11-21 00:05", "11-21 00:10"]),
            ("rate(1 hour)", "11-21 00:00", &["11-21 01:00"]),
            ("rate(2 days)", "11-21 00:00", &["11-23 00:00"]),
            ("at(2026-11-30T07:00:00)", "11-21 00:00", &["11-30 07:00"]),
        ],
    );
    assert!(runs(Schedule::eventbridge, "at(2026-11-30T07:00:00)", "11-30 07:00", 1).is_empty(), "it has passed");
    assert!(runs(Schedule::eventbridge, "cron(0 12 * * ? 2020)", "11-21 00:00", 1).is_empty(), "it has passed");
}

#[test]
fn what_airflow_does_not_take_is_refused() {
    for words in [
        "",
        "0 6 * *",
        "0 6 * * * *",
        "60 6 * * *",
        "0 24 * * *",
        "0 6 0 * *",
        "0 6 32 * *",
        "0 6 * 13 *",
        "0 6 * * 8",
        "0 6 * * foo",
        "0 6 * jan-foo *",
        "*/0 6 * * *",
        "+5 6 * * *",
        "-5 6 * * *",
        "5, 6 * * *",
        "1.5 6 * * *",
        "? 6 * * *",
        "0 6 1? * *",
        "0 6 * * l",
        "0 6 * * 5L",
        "0 6 * * 5#6",
        "0 6 * * 1,5#2",
        "0 6 1 * 5#2",
        "0 6 1 * L5",
        "0 6 *,32 * *",
        "0 6 15w * *",
        "0 6 l-3 * *",
        "\u{660} 7 * * *",
        "0\u{a0}7 * * *",
        "0 7 * * *;",
        "@never",
        "@DAILY",
        "rate(5 minutes)",
        "cron(0 6 * * ? *)",
        "at(2026-11-30T07:00:00)",
    ] {
        assert!(Schedule::airflow(words).is_err(), "{words}");
    }
}

#[test]
fn what_aws_does_not_take_is_refused() {
    for words in [
        "",
        "banana",
        "@daily",
        "0 6 * * *",
        "cron()",
        "cron(0 6 * * ?)",
        "cron(0 0 1 * *)",
        "cron(0 6 * * * *)",
        "cron(0 6 ? * ? *)",
        "cron(0 6 1 * 1 *)",
        "cron(0 6 * * MON *)",
        "cron(0 6 ? * 0 *)",
        "cron(0 6 ? * 8 *)",
        "cron(? 6 * * ? *)",
        "cron(*/60 * * * ? *)",
        "cron(0 */24 * * ? *)",
        "cron(0 6 ? * 2/2 *)",
        "cron(0 6 ? * 3#1,6#3 *)",
        "cron(0 6 ? * 2,6L *)",
        "cron(0 6 ? * 6#6 *)",
        "cron(0 6 1,L * ? *)",
        "cron(0 6 1W,15W * ? *)",
        "cron(0 6 L-31 * ? *)",
        "cron(0 6 1W-5W * ? *)",
        "cron(0 6 * * ? 1969)",
        "cron(0 6 * * ? 2200)",
        "cron(0 6 * * ? 2030-2028)",
        "cron(0 6 * * ? ?)",
        "rate(0 minutes)",
        "rate(-5 minutes)",
        "rate(5)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(5 seconds)",
        "rate(2 weeks)",
        "rate(1.5 hours)",
        "rate(5 minutes",
        "at(2026-11-30)",
        "at(2026-11-30 07:00:00)",
        "at(2026-11-31T07:00:00)",
        "at(2026-11-30T7:00:00)",
        "at(2026-11-30T07:00:00Z)",
        "at()",
    ] {
        assert!(Schedule::eventbridge(words).is_err(), "{words}");
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    for (read, words, wanted) in [
        (Schedule::airflow as Read, "every day", "schedule 'every day' has 2 fields; a cron expression has 5"),
        (
            Schedule::airflow,
            "0 6 * * 8",
            "schedule '0 6 * * 8' has a field '8' that is not understood: numbers from 0 to 7, *, a-b, /n",
        ),
        (Schedule::eventbridge, "cron(0 6 * * ?)", "schedule 'cron(0 6 * * ?)' has 5 fields; a cron expression has 6"),
        (
            Schedule::eventbridge,
            "rate(1 hours)",
            "schedule 'rate(1 hours)' has a unit in the plural; 1 takes the singular",
        ),
        (Schedule::eventbridge, "banana", "schedule 'banana' is none of cron(...), rate(...), at(...)"),
    ] {
        assert_eq!(read(words).unwrap_err().to_string(), wanted);
    }
}

#[test]
fn runs_of_a_month_are_counted() {
    for (read, words, wanted) in [
        (Schedule::airflow as Read, "0 7 * * *", 365.25 / 12.0),
        (Schedule::airflow, "*/15 * * * *", 96.0 * 365.25 / 12.0),
        (Schedule::airflow, "30 6,18 * * *", 2.0 * 365.25 / 12.0),
        (Schedule::airflow, "0 7 * * 1-5", 365.25 / 12.0 * 5.0 / 7.0),
        (Schedule::airflow, "0 7 * * mon,thu", 365.25 / 12.0 * 2.0 / 7.0),
        (Schedule::airflow, "0 7 1 * *", 1.0),
        (Schedule::airflow, "0 7 1 jan *", 1.0 / 12.0),
        (Schedule::airflow, "0 7 29 2 *", 0.25 / 12.0),
        (Schedule::eventbridge, "cron(0 7 ? * 6L *)", 1.0),
        (Schedule::eventbridge, "rate(12 hours)", 2.0 * 365.25 / 12.0),
        (Schedule::eventbridge, "at(2026-11-30T07:00:00)", 0.0),
    ] {
        let found = read(words).unwrap().runs_a_month();
        assert!((found - wanted).abs() < 1e-9, "{words}: {found}, not {wanted}");
    }
}

/// A zone that goes from +1 to +2 hours on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00, as Berlin does.
#[derive(Debug, Clone, Copy)]
struct Berlin;

impl Berlin {
    fn change(month: u32, day: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, month, day).and_then(|date| date.and_hms_opt(1, 0, 0)).unwrap()
    }

    fn offset(hours: i32) -> FixedOffset {
        FixedOffset::east_opt(hours * 3600).unwrap()
    }
}

impl TimeZone for Berlin {
    type Offset = FixedOffset;

    fn from_offset(_: &FixedOffset) -> Self {
        Self
    }

    fn offset_from_local_date(&self, _: &NaiveDate) -> MappedLocalTime<FixedOffset> {
        MappedLocalTime::None
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
        let fits = |hours: i32| {
            self.offset_from_utc_datetime(&(*local - TimeDelta::hours(hours.into()))) == Self::offset(hours)
        };
        match (fits(2), fits(1)) {
            (true, true) => MappedLocalTime::Ambiguous(Self::offset(2), Self::offset(1)),
            (true, false) => MappedLocalTime::Single(Self::offset(2)),
            (false, true) => MappedLocalTime::Single(Self::offset(1)),
            (false, false) => MappedLocalTime::None,
        }
    }

    fn offset_from_utc_date(&self, _: &NaiveDate) -> FixedOffset {
        Self::offset(1)
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> FixedOffset {
        let summer = (Self::change(3, 29)..Self::change(10, 25)).contains(utc);
        Self::offset(if summer { 2 } else { 1 })
    }
}

#[test]
fn skipped_times_are_left_out_and_repeated_ones_count_once() {
    let next = |words: &str, after: &str| {
        let after: DateTime<Utc> = after.parse().unwrap();
        let next = Schedule::eventbridge(words).unwrap().next(after.with_timezone(&Berlin)).unwrap();
        next.naive_utc().format("%m-%d %H:%M").to_string()
    };
    // 02:30 does not exist on March 29.
    assert_eq!(next("cron(30 2 * * ? *)", "2026-03-28T00:00:00Z"), "03-28 01:30");
    assert_eq!(next("cron(30 2 * * ? *)", "2026-03-28T01:30:00Z"), "03-30 00:30");
    // It exists twice on October 25: at 00:30 and 01:30 UTC.
    assert_eq!(next("cron(30 2 * * ? *)", "2026-10-24T12:00:00Z"), "10-25 00:30");
    assert_eq!(next("cron(30 2 * * ? *)", "2026-10-25T00:30:00Z"), "10-26 01:30");
    // The same time of day, another distance; and a rate keeps its distance.
    assert_eq!(next("cron(0 7 * * ? *)", "2026-03-28T06:00:00Z"), "03-29 05:00");
    assert_eq!(next("rate(1 day)", "2026-03-28T06:00:00Z"), "03-29 06:00");
    assert_eq!(next("at(2026-07-01T07:00:00)", "2026-03-28T06:00:00Z"), "07-01 05:00");
}
