//! DAGs, runs and tasks as Airflow's REST API answers them; what differs between Airflow 2 and 3 is settled here.

use super::rest::{LONGEST, Request, Rest};
use crate::run::{self, Dag, Run, Task};
use crate::state::State;
use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Value, json};
use strata_aws::Error;

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

fn time(value: &Value) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok()
}

/// A run as the API answers it.
pub(super) fn run_of(value: &Value) -> Run {
    let logical = ["logical_date", "execution_date"].into_iter().find_map(|field| value[field].as_str());
    let day = value["conf"]["date"].as_str().or(logical).unwrap_or_default();
    Run {
        id: text(value, "dag_run_id"),
        state: text(value, "state").as_str().into(),
        kind: text(value, "run_type"),
        day: day.chars().take(10).collect(),
        start: time(&value["start_date"]),
        end: time(&value["end_date"]),
        error: None,
    }
}

fn task_of(value: &Value) -> Task {
    let id = text(value, "task_id");
    Task {
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

/// The path below a DAG, which AWS must be able to take.
pub(super) fn path(dag: &str, rest: &str) -> Result<String, Error> {
    let path = format!("/dags/{dag}{rest}");
    if path.len() > LONGEST {
        let message = format!("AWS takes paths of {LONGEST} characters, and {path} has {}", path.len());
        return Err(Error::usage(format!("asking for DAG {dag}"), message).advise("give the DAG a shorter name"));
    }
    Ok(path)
}

/// The DAG; an error that [`Error::is_gone`] while Airflow has not read its file.
pub(super) async fn dag(rest: &Rest<'_>, id: &str) -> Result<Dag, Error> {
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
pub(super) async fn runs(rest: &Rest<'_>, dag: &str, most: u16) -> Result<Vec<Run>, Error> {
    let path = path(dag, "/dagRuns")?;
    let query = json!({ "limit": most, "order_by": "-id" });
    let found = rest.ask(&format!("listing the runs of DAG {dag}"), &Request::get(&path, query)).await?;
    Ok(found["dag_runs"].as_array().into_iter().flatten().map(run_of).collect())
}

/// A run among the newest, and the one that is under way before it, if there is one.
pub(super) async fn find(rest: &Rest<'_>, dag: &str, id: &str) -> Result<Option<(Run, Option<String>)>, Error> {
    for most in [10, 100] {
        let runs = runs(rest, dag, most).await?;
        let count = runs.len();
        let other = runs.iter().find(|run| run.state == State::Running && run.id != id).map(|run| run.id.clone());
        if let Some(run) = runs.into_iter().find(|run| run.id == id) {
            return Ok(Some((run, other)));
        }
        if count < usize::from(most) {
            break;
        }
    }
    Ok(None)
}

/// The tasks of a run, in the order in which they began; those that have not come last.
pub(super) async fn tasks(rest: &Rest<'_>, dag: &str, run: &str) -> Result<Vec<Task>, Error> {
    let doing = format!("listing the tasks of run {run}");
    let mut tasks: Vec<Task> = Vec::new();
    loop {
        let page = json!({ "dag_ids": [dag], "dag_run_ids": [run], "page_limit": 100, "page_offset": tasks.len() });
        let found = rest.ask(&doing, &Request::post("/dags/~/dagRuns/~/taskInstances/list", page)).await?;
        let before = tasks.len();
        tasks.extend(found["task_instances"].as_array().into_iter().flatten().map(task_of));
        let all = found["total_entries"].as_u64().and_then(|all| usize::try_from(all).ok()).unwrap_or_default();
        if tasks.len() >= all || tasks.len() == before {
            break;
        }
    }
    run::sort(&mut tasks);
    Ok(tasks)
}
