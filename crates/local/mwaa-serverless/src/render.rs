//! Jinja templates in arguments, with the variables that the service supports.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use minijinja::value::Kwargs;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};
use serde_json::{Map, Value};

use crate::definition::Task;
use crate::work::Work;

/// The arguments that are templates, as the operators' `template_fields` say.
const TEMPLATES: [&str; 10] = [
    "bucket_key",
    "bucket_name",
    "config",
    "job_name",
    "script_location",
    "script_args",
    "create_job_kwargs",
    "run_job_kwargs",
    "iam_role_name",
    "iam_role_arn",
];

/// As Airflow's: what is not defined is an error.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
}

/// Whether all templates of a task can be read.
pub(crate) fn check(task: &Task) -> Result<(), String> {
    let environment = environment();
    let templates = TEMPLATES.iter().filter_map(|name| task.arguments.get(*name));
    let mut read = |text: &str| match environment.template_from_str(text) {
        Ok(_) => Ok(Value::Null),
        Err(why) => Err(format!("task {}: {why}", task.id)),
    };
    templates.map(|value| each(value, &mut read)).collect::<Result<Vec<_>, _>>().map(drop)
}

/// The arguments of a task with all templates rendered; `returned` is what earlier tasks returned.
pub(crate) fn arguments(
    task: &Task,
    work: &Work,
    returned: BTreeMap<String, String>,
) -> Result<Map<String, Value>, String> {
    let date = work.date;
    let mut params = work.definition.params.clone();
    params.extend(task.params.clone());
    params.extend(work.overrides.clone());
    let pull = move |kwargs: Kwargs| -> Result<minijinja::Value, minijinja::Error> {
        let task: String = kwargs.get("task_ids")?;
        let _key: Option<String> = kwargs.get("key")?;
        kwargs.assert_all_used()?;
        Ok(returned.get(&task).map_or(minijinja::Value::from(()), |value| minijinja::Value::from(value.as_str())))
    };
    let ti = context! { task_id => task.id, run_id => work.run, xcom_pull => minijinja::Value::from_function(pull) };
    let variables = context! {
        ds => date.format("%Y-%m-%d").to_string(),
        ds_nodash => date.format("%Y%m%d").to_string(),
        ts => date.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string().replace(".000000", ""),
        ts_nodash => date.format("%Y%m%dT%H%M%S").to_string(),
        params => params,
        macros => context! { ds_add => minijinja::Value::from_function(ds_add) },
        ti => ti.clone(),
        task_instance => ti,
    };
    let environment = environment();
    let mut render = |text: &str| {
        let text = environment.render_str(text, &variables).map_err(|why| format!("rendering {text}: {why}"))?;
        Ok(Value::String(text))
    };
    let mut rendered = Map::new();
    for (name, value) in &task.arguments {
        let value = if TEMPLATES.contains(&name.as_str()) { each(value, &mut render)? } else { value.clone() };
        rendered.insert(name.clone(), value);
    }
    Ok(rendered)
}

/// `macros.ds_add`: the day so many days later.
fn ds_add(day: String, days: i64) -> Result<String, minijinja::Error> {
    let wrong = || minijinja::Error::new(ErrorKind::InvalidOperation, format!("{day} is no day like 2026-01-31"));
    let date = NaiveDate::parse_from_str(&day, "%Y-%m-%d").map_err(|_| wrong())?;
    let by = Days::new(days.unsigned_abs());
    let moved = if days < 0 { date.checked_sub_days(by) } else { date.checked_add_days(by) };
    Ok(moved.ok_or_else(wrong)?.format("%Y-%m-%d").to_string())
}

/// The value with each text in it changed.
fn each(value: &Value, change: &mut impl FnMut(&str) -> Result<Value, String>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => change(text)?,
        Value::Array(items) => Value::Array(items.iter().map(|item| each(item, change)).collect::<Result<_, _>>()?),
        Value::Object(map) => {
            let pairs = map.iter().map(|(key, value)| Ok((key.clone(), each(value, change)?)));
            Value::Object(pairs.collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}
