//! What a wish for Airflow must hold to.

use super::Class;
use crate::wish::{Pipeline, is_day, words};
use strata_schedule::Cron;
use strata_tasks::workflow::LONGEST_TASK;

/// Everything that is wrong with it, one sentence each.
pub(crate) fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let airflow = pipeline.airflow();
    let micro = airflow.class == Class::Micro;
    let schedulers = if micro { 1..=1 } else { 2..=5 };
    if !schedulers.contains(&airflow.schedulers) {
        let many = if micro { "1" } else { "2 to 5" };
        found.push(format!("pipeline.airflow.schedulers: class {} has {many}", airflow.class.as_str()));
    }
    if airflow.min_workers < 1 || airflow.max_workers < airflow.min_workers || airflow.max_workers > 25 {
        found.push("pipeline.airflow: 1 <= min_workers <= max_workers <= 25 (AWS's quota)".into());
    }
    if micro && airflow.max_workers != 1 {
        found.push("pipeline.airflow.max_workers: class mw1.micro has exactly 1 worker".into());
    }
    match airflow.schedule.parse::<Cron>() {
        Err(refused) => found.push(format!(
            "pipeline.airflow.schedule: `{}` is not a cron line of five fields: it {}",
            airflow.schedule, refused.why
        )),
        // Airflow reads `?` as `*`; a wish says it in one way.
        Ok(_) if airflow.schedule.contains('?') => {
            found.push(format!("pipeline.airflow.schedule: `{}` has a `?`; write `*`", airflow.schedule));
        }
        // D12: `* 7 * * *` looks like "at seven" and runs sixty times.
        Ok(cron) if cron.is_every_minute() => found.push(format!(
            "pipeline.airflow.schedule: `{}` runs every minute; for once at seven write `0 7 * * *`",
            airflow.schedule
        )),
        Ok(_) => {}
    }
    if !words::is_clock(&airflow.ready_by) {
        found.push(format!("pipeline.airflow.ready_by: `{}` is not a time HH:MM", airflow.ready_by));
    }
    if !is_day(&airflow.start_date) {
        found.push(format!("pipeline.airflow.start_date: `{}` is not a day (YYYY-MM-DD)", airflow.start_date));
    }
    let window = airflow.maintenance.split_once(':');
    let days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
    // AWS takes whole and half hours (MWAA API: ([01]\d|2[0-3]):(00|30)).
    if !window.is_some_and(|(day, time)| {
        days.contains(&day) && words::is_clock(time) && (time.ends_with(":00") || time.ends_with(":30"))
    }) {
        found.push(format!(
            "pipeline.airflow.maintenance: `{}` is not a day and a whole or half hour such as SAT:09:00",
            airflow.maintenance
        ));
    }
    words::log_days(found, "pipeline.airflow.log_days", airflow.log_days);
    if !words::is_numbers(&airflow.version, 3) {
        found.push(format!("pipeline.airflow.version: `{}` is not a version such as 2.10.3", airflow.version));
    }
    // MWAA API: AirflowConfigurationOptions.
    let key_like = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '_';
    for (key, value) in &airflow.config {
        let ends = key.starts_with(|c: char| c.is_ascii_lowercase()) && !key.ends_with('.');
        if key.len() > 64 || !ends || !key.chars().all(key_like) {
            found.push(format!("pipeline.airflow.config: `{key}` is not an option such as core.parallelism"));
        }
        if value.is_empty() || !value.chars().all(|c| (' '..='~').contains(&c)) {
            found.push(format!("pipeline.airflow.config.{key}: AWS takes printable ASCII characters only"));
        }
    }
    if pipeline.is_serverless() {
        serverless(found, pipeline);
    }
    for requirement in &airflow.requirements {
        words::line(found, "pipeline.airflow.requirements", requirement);
    }
}

/// What MWAA Serverless cannot do. Limits are those of its guide ("Apache Airflow parameter support").
fn serverless(found: &mut Vec<String>, pipeline: &Pipeline) {
    if pipeline.transforms.is_empty() {
        found.push("pipeline.transforms: a workflow of MWAA Serverless needs at least one".into());
    }
    let minutes = pipeline.jobs().timeout_minutes;
    let longest = LONGEST_TASK.as_secs() / 60;
    if u64::try_from(minutes).is_ok_and(|minutes| minutes > longest) {
        found.push(format!(
            "pipeline.jobs.timeout_minutes: {minutes} is more than {longest}, after which MWAA Serverless ends a task; \
             use at most {longest}, or airflow.kind `environment`"
        ));
    }
    if pipeline.airflow().local.is_some() {
        found.push("pipeline.airflow.local: it is for airflow.kind `environment`; workflows always run locally".into());
    }
}
