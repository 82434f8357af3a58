//! DAGs, runs and tasks as Airflow's REST API answers them; what differs between Airflow 2 and 3 is settled here.

use crate::rest::{LONGEST, Request, Rest};
use crate::state::State;
use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Value, json};
use strata_aws::Error;

/// A DAG, as far as starting it is concerned.
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

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

fn time(value: &Value) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok()
}

impl Run {
    pub(crate) fn of(value: &Value) -> Self {
        let logical = ["logical_date", "execution_date"].into_iter().find_map(|field| value[field].as_str());
        let day = value["conf"]["date"].as_str().or(logical).unwrap_or_default();
        Self {
            id: text(value, "dag_run_id"),
            state: text(value, "state").as_str().into(),
            kind: text(value, "run_type"),
            day: day.chars().take(10).collect(),
            start: time(&value["start_date"]),
            end: time(&value["end_date"]),
            error: None,
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state.ends_run()
    }
}

impl Task {
    fn of(value: &Value) -> Self {
        let id = text(value, "task_id");
        Self {
            id: match value["map_index"].as_i64() {
                Some(index) if index >= 0 => format!("{id}[{index}]"),
                _ => id,
            },
            state: text(value, "state").as_str().into(),
            tries: value["try_number"].as_u64().unwrap_or_default(),
            start: time(&value["start_date"]),
            end: time(&value["end_date"]),
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.state.has_failed()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state.ends_task()
    }
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

/// The path below a DAG, which AWS must be able to take.
pub(crate) fn path(dag: &str, rest: &str) -> Result<String, Error> {
    let path = format!("/dags/{dag}{rest}");
    if path.len() > LONGEST {
        let message = format!("AWS takes paths of {LONGEST} characters, and {path} has {}", path.len());
        return Err(Error::usage(format!("asking for DAG {dag}"), message).advise("give the DAG a shorter name"));
    }
    Ok(path)
}

/// The DAG; an error that [`Error::is_gone`] while Airflow has not read its file.
pub(crate) async fn dag(rest: &Rest<'_>, id: &str) -> Result<Dag, Error> {
    let path = path(id, "")?;
    let found = rest.ask(&format!("looking at DAG {id}"), &Request::get(&path, Value::Null)).await?;
    let (tick, after) = match rest.is_three() {
        true => ("next_dagrun_logical_date", "next_dagrun_run_after"),
        false => ("next_dagrun", "next_dagrun_create_after"),
    };
    let is_due = time(&found[after]).is_some_and(|after| after <= Utc::now());
    let due = found[tick].as_str().filter(|_| is_due).map(str::to_owned);
    Ok(Dag { is_paused: found["is_paused"].as_bool().unwrap_or_default(), due })
}

/// The newest runs of a DAG, newest first.
pub(crate) async fn runs(rest: &Rest<'_>, dag: &str, most: u16) -> Result<Vec<Run>, Error> {
    let path = path(dag, "/dagRuns")?;
    let query = json!({ "limit": most, "order_by": "-id" });
    let found = rest.ask(&format!("listing the runs of DAG {dag}"), &Request::get(&path, query)).await?;
    Ok(found["dag_runs"].as_array().into_iter().flatten().map(Run::of).collect())
}

/// The tasks of a run, in the order in which they began; those that have not come last.
pub(crate) async fn tasks(rest: &Rest<'_>, dag: &str, run: &str) -> Result<Vec<Task>, Error> {
    let doing = format!("listing the tasks of run {run}");
    let mut tasks: Vec<Task> = Vec::new();
    loop {
        let page = json!({ "dag_ids": [dag], "dag_run_ids": [run], "page_limit": 100, "page_offset": tasks.len() });
        let found = rest.ask(&doing, &Request::post("/dags/~/dagRuns/~/taskInstances/list", page)).await?;
        let before = tasks.len();
        tasks.extend(found["task_instances"].as_array().into_iter().flatten().map(Task::of));
        let all = found["total_entries"].as_u64().and_then(|all| usize::try_from(all).ok()).unwrap_or_default();
        if tasks.len() >= all || tasks.len() == before {
            break;
        }
    }
    tasks.sort_by(|a, b| (a.start.is_none(), a.start, &a.id).cmp(&(b.start.is_none(), b.start, &b.id)));
    Ok(tasks)
}
