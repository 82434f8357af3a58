//! What is told of DAGs, runs and tasks, wherever they are.

use crate::state::State;
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// A DAG, as far as starting it is concerned. By default nothing holds it.
#[derive(Debug, Default)]
pub(crate) struct Dag {
    pub(crate) is_paused: bool,
    /// The time that the schedule's next run is for, when that time has come already: unpausing would start it.
    pub(crate) due: Option<String>,
}

/// One run.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) state: State,
    /// `scheduled`, `manual`, `backfill`.
    pub(crate) kind: String,
    /// The day that it is about, where it says one.
    pub(crate) day: String,
    pub(crate) start: Option<DateTime<FixedOffset>>,
    pub(crate) end: Option<DateTime<FixedOffset>>,
    /// Why it failed, where that is told of the run itself.
    pub(crate) error: Option<String>,
}

/// One task of a run.
#[derive(Clone)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) state: State,
    pub(crate) tries: u64,
    pub(crate) start: Option<DateTime<FixedOffset>>,
    pub(crate) end: Option<DateTime<FixedOffset>>,
}

impl Run {
    pub(crate) fn has_ended(&self) -> bool {
        self.state.ends_run()
    }
}

impl Task {
    pub(crate) fn has_failed(&self) -> bool {
        self.state.has_failed()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state.ends_task()
    }
}

/// In the order in which they began; those that have not come last.
pub(crate) fn sort(tasks: &mut [Task]) {
    tasks.sort_by(|a, b| (a.start.is_none(), a.start, &a.id).cmp(&(b.start.is_none(), b.start, &b.id)));
}

/// From the start to the end, or to now; nothing where it has not begun.
pub(crate) fn took(start: Option<DateTime<FixedOffset>>, end: Option<DateTime<FixedOffset>>) -> String {
    let Some(start) = start else { return String::new() };
    let seconds = (end.unwrap_or_else(|| Utc::now().fixed_offset()) - start).num_milliseconds().max(0) as f64 / 1e3;
    let whole = seconds as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

/// A state that is an end, and how long it took to get there, where it began at all.
pub(crate) fn ended(state: &State, start: Option<DateTime<FixedOffset>>, end: Option<DateTime<FixedOffset>>) -> String {
    match took(start, end) {
        time if time.is_empty() => state.as_str().to_owned(),
        time => format!("{} in {time}", state.as_str()),
    }
}

/// The day of a run in words.
pub(crate) fn about(day: Option<NaiveDate>) -> String {
    day.map(|day| format!(" for {day}")).unwrap_or_default()
}
