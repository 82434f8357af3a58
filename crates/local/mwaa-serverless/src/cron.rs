//! When a workflow runs by itself: a schedule of Airflow, or EventBridge Scheduler's `rate(...)` and `cron(...)`.
//! All times are UTC.

use strata_schedule::Schedule;

/// Reads an expression. The error says what is wrong with it.
pub(crate) fn read(words: &str) -> Result<Schedule, String> {
    let is_eventbridge = ["rate(", "cron("].iter().any(|begin| words.trim_start().starts_with(begin));
    let read = if is_eventbridge { Schedule::eventbridge(words) } else { Schedule::airflow(words) };
    match read {
        // EventBridge Scheduler, which starts the runs, cannot say it.
        Ok(Schedule::Cron(cron)) if cron.has_both_days() => {
            Err(format!("schedule '{words}' has both a day of the month and a day of the week; one is allowed"))
        }
        read => read.map_err(|refused| refused.to_string()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{DateTime, Utc};

    #[test]
    fn schedules_of_airflow_and_of_eventbridge_are_read() {
        let after: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().unwrap();
        for (words, wanted) in [
            ("0 0 * * 7", "2026-11-22T00:00"),
            ("@monthly", "2026-12-01T00:00"),
            ("cron(0 12 ? * 1 *)", "2026-11-22T12:00"),
            ("rate(5 minutes)", "2026-11-21T00:05"),
        ] {
            let next = super::read(words).unwrap().next(after).unwrap();
            assert_eq!(next.format("%Y-%m-%dT%H:%M").to_string(), wanted, "{words}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for words in ["", "0 6 * *", "0 6 1 * 1", "cron(0 6 * * *)", "at(2027-01-01T00:00:00)", "@never"] {
            assert!(super::read(words).is_err(), "{words}");
        }
    }
}
