//! Runs that came too late. In an environment the DAG's last task says it; a workflow runs no code of ours.

use crate::run::{Run, took};
use chrono::{NaiveTime, TimeDelta, Utc};

/// What to say of a run of the schedule that ended later than promised, or goes on although it is late. `ready_by` is a time of
/// day in UTC: the first one after the run's start.
pub(super) fn lateness(run: &Run, ready_by: &str) -> Option<String> {
    let (start, clock) = (run.start?.to_utc(), NaiveTime::parse_from_str(ready_by, "%H:%M").ok()?);
    let same_day = start.date_naive().and_time(clock).and_utc();
    let due = if same_day > start { same_day } else { same_day + TimeDelta::days(1) };
    let end = run.end.map_or_else(Utc::now, |end| end.to_utc());
    if run.kind != "scheduled" || end <= due {
        return None;
    }
    let how = if run.end.is_some() { "ended" } else { "has not ended, and is" };
    let late = took(Some(due.fixed_offset()), Some(end.fixed_offset()));
    Some(format!("run {} of {} {how} {late} later than promised ({ready_by} UTC)", run.id, run.day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;
    use chrono::DateTime;

    fn run(kind: &str, start: &str, end: &str) -> Run {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).ok();
        let (id, state, day) = ("r".to_owned(), State::Success, "2024-09-15".to_owned());
        Run { id, state, kind: kind.to_owned(), day, start: time(start), end: time(end), error: None }
    }

    #[test]
    fn a_scheduled_run_that_ends_too_late_is_told() {
        let late = run("scheduled", "2024-09-15T07:00:05Z", "2024-09-15T08:02:00Z");
        let said = lateness(&late, "08:00").unwrap_or_default();
        assert_eq!(said, "run r of 2024-09-15 ended 2 min 0 s later than promised (08:00 UTC)");
        assert_eq!(lateness(&late, "08:03"), None);
        // The first eight o'clock after ten past nine is the next day's.
        assert_eq!(lateness(&run("scheduled", "2024-09-15T09:10:00Z", "2024-09-15T11:00:00Z"), "08:00"), None);
        assert_eq!(lateness(&run("manual", "2024-09-15T07:00:05Z", "2024-09-15T08:02:00Z"), "08:00"), None);
    }
}
