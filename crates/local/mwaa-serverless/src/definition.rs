//! A workflow's definition: DAG factory's YAML with one DAG, checked as the service checks it when a workflow is made.
//!
//! Facts from the service's user guide (supported parameters, operators) and from what is known of its answers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regex::Regex;
use serde_json::{Map, Value};
use strata_schedule::Schedule;

use crate::arguments;
use crate::cron;
use crate::failure::{definition as refused, invalid};
use strata_local_wire::AwsError;

/// The largest definition in bytes.
const LARGEST: usize = 50 << 10;

/// The longest time that a task may take, in seconds.
const LONGEST_TASK: f64 = 3600.0;

/// What of a DAG takes effect.
const DAG: [&str; 6] = ["tasks", "params", "default_args", "schedule", "start_date", "end_date"];

/// What of a DAG is taken and ignored, with a warning.
const DAG_IGNORED: [&str; 29] = [
    "access_control",
    "auto_register",
    "catchup",
    "dag_display_name",
    "dag_id",
    "dagrun_timeout",
    "depends_on_past",
    "description",
    "doc_md",
    "email_on_failure",
    "email_on_retry",
    "fail_fast",
    "fail_stop",
    "has_serialized_dag",
    "is_paused_upon_creation",
    "jinja_environment_kwargs",
    "max_active_runs",
    "max_active_tasks",
    "max_consecutive_failed_dag_runs",
    "on_failure_callback",
    "on_success_callback",
    "owner_links",
    "render_template_as_native_obj",
    "schedule_interval",
    "sla_miss_callback",
    "tags",
    "template_searchpath",
    "user_defined_filters",
    "user_defined_macros",
];

/// What default arguments may hold.
const DEFAULTS: [&str; 10] = [
    "owner",
    "email",
    "retries",
    "retry_delay",
    "priority_weight",
    "end_date",
    "wait_for_downstream",
    "execution_timeout",
    "trigger_rule",
    "start_date",
];

/// Airflow's rules for when a task starts.
const RULES: [&str; 9] = [
    "all_success",
    "all_failed",
    "all_done",
    "one_success",
    "one_failed",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
    "always",
];

/// A definition that was accepted. It never changes.
#[derive(Debug)]
pub(crate) struct Definition {
    /// When it runs by itself: the words, and what they mean.
    pub schedule: Option<(String, Schedule)>,
    /// The first and the last day of the schedule, as `2026-01-31`.
    pub days: (Option<String>, Option<String>),
    /// The parameters with their defaults.
    pub params: Map<String, Value>,
    /// In an order that respects the dependencies.
    pub tasks: Vec<Task>,
    /// What was ignored.
    pub warnings: Vec<String>,
}

/// One task.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// Its name in the definition.
    pub id: String,
    /// The full name of its operator.
    pub operator: String,
    /// The tasks that come before it.
    pub after: Vec<String>,
    /// When it starts: `all_success`.
    pub rule: String,
    /// How often it is tried again.
    pub retries: u64,
    /// How long after a failure.
    pub retry_delay: Duration,
    /// How long a try may take.
    pub timeout: Duration,
    /// Parameters of its own.
    pub params: Map<String, Value>,
    /// The operator's own arguments, templates not yet rendered.
    pub arguments: Map<String, Value>,
}

/// Reads a definition; `has_code` says whether a code package comes with it, which may bring operators of its own.
pub(crate) fn read(text: &[u8], has_code: bool) -> Result<Definition, AwsError> {
    if text.len() > LARGEST {
        return Err(refused(format_args!("it has {} bytes; {LARGEST} are allowed", text.len())));
    }
    let whole: Value = serde_norway::from_slice(text)
        .map_err(|why| invalid("cannotParse", format!("Workflow definition is not valid YAML: {why}")))?;
    let mut dags = whole.as_object().ok_or_else(|| refused("it is not a mapping"))?.iter();
    let (Some((id, dag)), None) = (dags.next(), dags.next()) else {
        return Err(refused("DAG definition should contain a single DAG"));
    };
    check_id("dag_id", id)?;
    let dag = dag.as_object().ok_or_else(|| refused(format_args!("{id} is not a mapping")))?;
    let mut ignored = BTreeSet::new();
    for key in dag.keys().map(String::as_str).filter(|key| !DAG.contains(key)) {
        if !DAG_IGNORED.contains(&key) {
            return Err(refused(format_args!("{id}.{key}: Unexpected element")));
        }
        ignored.insert(key);
    }
    let empty = Map::new();
    let map = |name: &str| match dag.get(name) {
        None | Some(Value::Null) => Ok(&empty),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(refused(format_args!("{id}.{name} is not a mapping"))),
    };
    let defaults = map("default_args")?;
    if let Some(key) = defaults.keys().find(|key| !DEFAULTS.contains(&key.as_str())) {
        return Err(refused(format_args!("{id}.default_args: Key error - '{key}' not in {DEFAULTS:?}")));
    }
    let schedule = match dag.get("schedule") {
        None | Some(Value::Null) => None,
        Some(Value::String(words)) => Some((words.clone(), cron::read(words).map_err(refused)?)),
        Some(_) => return Err(refused("schedule is neither an expression nor null")),
    };
    let day = |name: &str| day_of(dag.get(name).or_else(|| defaults.get(name)), name);
    let days = (day("start_date")?, day("end_date")?);
    if let (Some(start), Some(end)) = &days
        && end < start
    {
        return Err(refused("end_date is before start_date"));
    }
    let tasks = dag.get("tasks").and_then(Value::as_object).filter(|tasks| !tasks.is_empty());
    let tasks = tasks.ok_or_else(|| refused("Invalid tasks configuration."))?;
    let mut read = Vec::new();
    for (id, task) in tasks {
        read.push(task_of(id, task, defaults, has_code, &mut ignored)?);
    }
    let warnings: Vec<&str> = ignored.into_iter().collect();
    let warnings =
        if warnings.is_empty() { Vec::new() } else { vec![format!("ignored attributes: {}", warnings.join(", "))] };
    Ok(Definition { schedule, days, params: map("params")?.clone(), tasks: ordered(read)?, warnings })
}

fn task_of<'a>(
    id: &str,
    task: &'a Value,
    defaults: &'a Map<String, Value>,
    has_code: bool,
    ignored: &mut BTreeSet<&'a str>,
) -> Result<Task, AwsError> {
    check_id("task_id", id)?;
    let own = task.as_object().ok_or_else(|| refused(format_args!("task {id} is not a mapping")))?;
    let operator = own.get("operator").and_then(Value::as_str).unwrap_or_default();
    let is_own = has_code && operator.contains('.');
    if !is_own && !crate::operators::is_supported(operator) {
        return Err(refused(format_args!("task {id}: operator '{operator}' is not supported")));
    }
    let after = match own.get("dependencies") {
        None | Some(Value::Null) => Vec::new(),
        Some(list) => {
            let names: Option<Vec<_>> =
                list.as_array().map(|all| all.iter().map(|one| one.as_str().map(str::to_owned)).collect());
            let names: Option<Vec<String>> = names.and_then(|all: Vec<Option<String>>| all.into_iter().collect());
            names.ok_or_else(|| refused(format_args!("task {id}: dependencies is not a list of task ids")))?
        }
    };
    let setting = |name: &str| own.get(name).or_else(|| defaults.get(name)).filter(|value| !value.is_null());
    let wrong =
        |name: &str, value: &Value, rule: &str| Err(refused(format_args!("task {id}: {name} is {value}: {rule}")));
    let retries = match setting("retries") {
        None => 1,
        Some(value) => match value.as_u64().filter(|number| *number <= 3) {
            Some(number) => number,
            None => return wrong("retries", value, "it must be a whole number from 0 to 3"),
        },
    };
    let retry_delay = match setting("retry_delay") {
        None => 300.0,
        Some(value) => match value.as_f64().or_else(|| seconds(value)).filter(|delay| (0.0..=300.0).contains(delay)) {
            Some(delay) => delay,
            None => return wrong("retry_delay", value, "it must be a number of seconds from 0 to 300"),
        },
    };
    let timeout = match setting("execution_timeout") {
        None => LONGEST_TASK,
        Some(value) => match seconds(value) {
            None => {
                let rule =
                    "it must be a timedelta object: a mapping with __type__: datetime.timedelta and, say, minutes: 30";
                return wrong("execution_timeout", value, rule);
            }
            Some(timeout) if timeout > 0.0 && timeout <= LONGEST_TASK => timeout,
            Some(_) => return wrong("execution_timeout", value, "it must be less than or equal to 60 minutes"),
        },
    };
    let rule = setting("trigger_rule").and_then(Value::as_str).unwrap_or("all_success");
    if !RULES.contains(&rule) {
        return wrong("trigger_rule", &Value::from(rule), "there is no such rule");
    }
    let arguments = arguments::check(id, operator, own, ignored)?;
    Ok(Task {
        id: id.to_owned(),
        operator: operator.to_owned(),
        after,
        rule: rule.to_owned(),
        retries,
        retry_delay: Duration::from_secs_f64(retry_delay),
        timeout: Duration::from_secs_f64(timeout),
        params: own.get("params").and_then(Value::as_object).cloned().unwrap_or_default(),
        arguments,
    })
}

/// The tasks, each after those that it waits for.
fn ordered(tasks: Vec<Task>) -> Result<Vec<Task>, AwsError> {
    let names: BTreeSet<String> = tasks.iter().map(|task| task.id.clone()).collect();
    for task in &tasks {
        if let Some(name) = task.after.iter().find(|name| !names.contains(*name)) {
            return Err(refused(format_args!("task {} depends on {name}, which is no task", task.id)));
        }
    }
    let mut left: BTreeMap<String, Task> = tasks.into_iter().map(|task| (task.id.clone(), task)).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let ready = |task: &Task| task.after.iter().all(|name| !left.contains_key(name));
        let next: Vec<String> = left.values().filter(|task| ready(task)).map(|task| task.id.clone()).collect();
        if next.is_empty() {
            let names: Vec<&str> = left.keys().map(String::as_str).collect();
            return Err(refused(format_args!("Cycle detected in DAG: {} wait for each other", names.join(", "))));
        }
        order.extend(next.iter().filter_map(|name| left.remove(name)));
    }
    Ok(order)
}

/// A `datetime.timedelta` as DAG factory writes one, in seconds.
fn seconds(value: &Value) -> Option<f64> {
    let parts = value.as_object().filter(|map| map.get("__type__").is_some_and(|kind| kind == "datetime.timedelta"))?;
    let mut sum = 0.0;
    for (unit, number) in parts.iter().filter(|(unit, _)| *unit != "__type__") {
        let of = match unit.as_str() {
            "weeks" => 604_800.0,
            "days" => 86_400.0,
            "hours" => 3600.0,
            "minutes" => 60.0,
            "seconds" => 1.0,
            "milliseconds" => 1e-3,
            "microseconds" => 1e-6,
            _ => return None,
        };
        sum += number.as_f64()? * of;
    }
    Some(sum)
}

/// The day of a date, which may be a text or a `datetime.datetime` as DAG factory writes one.
fn day_of(value: Option<&Value>, name: &str) -> Result<Option<String>, AwsError> {
    let text = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.get(..10).unwrap_or(text).to_owned(),
        Some(Value::Object(map)) => {
            let number = |part: &str| map.get(part).and_then(Value::as_u64).unwrap_or_default();
            format!("{:04}-{:02}-{:02}", number("year"), number("month"), number("day"))
        }
        Some(other) => other.to_string(),
    };
    match chrono::NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
        Ok(_) => Ok(Some(text)),
        Err(_) => Err(refused(format_args!("{name} is {text}: it must be a date like 2026-01-31"))),
    }
}

fn check_id(name: &str, id: &str) -> Result<(), AwsError> {
    match Regex::new(r"^[a-zA-Z0-9\-\._]+$") {
        Ok(pattern) if pattern.is_match(id) => Ok(()),
        _ => Err(refused(format_args!("{name} {id} has characters other than letters, digits, '-', '.' and '_'"))),
    }
}
