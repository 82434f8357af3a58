//! The arguments of a task: which ones its operator takes, and which the service ignores.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::failure::definition as refused;
use strata_local_wire::AwsError;

/// What says where the task is, and what of all tasks takes effect.
const STRUCTURE: [&str; 8] =
    ["operator", "dependencies", "task_id", "retries", "retry_delay", "execution_timeout", "trigger_rule", "params"];

/// What is taken and ignored, with a warning.
const IGNORED: [&str; 52] = [
    "allow_nested_operators",
    "aws_conn_id",
    "botocore_config",
    "deferrable",
    "depends_on_past",
    "do_xcom_push",
    "doc",
    "doc_json",
    "doc_md",
    "doc_rst",
    "doc_yaml",
    "email",
    "email_on_failure",
    "email_on_retry",
    "end_date",
    "executor",
    "executor_config",
    "ignore_first_depends_on_past",
    "inlets",
    "logger_name",
    "map_index_template",
    "max_active_tis_per_dag",
    "max_active_tis_per_dagrun",
    "max_retry_delay",
    "multiple_outputs",
    "on_execute_callback",
    "on_failure_callback",
    "on_retry_callback",
    "on_skipped_callback",
    "on_success_callback",
    "outlets",
    "owner",
    "pool",
    "pool_slots",
    "post_execute",
    "pre_execute",
    "priority_weight",
    "queue",
    "region_name",
    "resources",
    "retry_exponential_backoff",
    "run_as_user",
    "sla",
    "start_date",
    "task_concurrency",
    "task_display_name",
    "task_group",
    "task_group_name",
    "verify",
    "wait_for_downstream",
    "wait_for_past_depends_before_skipping",
    "weight_rule",
];

/// The arguments of all sensors.
const SENSOR: [&str; 9] = [
    "poke_interval",
    "timeout",
    "mode",
    "soft_fail",
    "exponential_backoff",
    "max_wait",
    "silent_fail",
    "never_fail",
    "verify_ssl",
];

/// The arguments of the operators that this endpoint runs: the required ones, then the others.
fn of(operator: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    Some(match operator.rsplit('.').next()? {
        "S3KeySensor" => {
            (&["bucket_key"], &["bucket_name", "wildcard_match", "check_fn", "use_regex", "metadata_keys"])
        }
        "GlueCrawlerOperator" => (&["config"], &["poll_interval", "wait_for_completion"]),
        "GlueJobOperator" => (
            &[],
            &[
                "job_name",
                "job_desc",
                "script_location",
                "concurrent_run_limit",
                "script_args",
                "retry_limit",
                "num_of_dpus",
                "s3_bucket",
                "iam_role_name",
                "iam_role_arn",
                "create_job_kwargs",
                "run_job_kwargs",
                "wait_for_completion",
                "verbose",
                "replace_script_file",
                "update_config",
                "stop_job_run_on_kill",
                "sleep_before_return",
                "job_poll_interval",
                "waiter_delay",
                "waiter_max_attempts",
            ],
        ),
        "EmptyOperator" => (&[], &[]),
        _ => return None,
    })
}

/// The operator's own arguments; what is ignored is noted.
pub(crate) fn check<'a>(
    id: &str,
    operator: &str,
    task: &'a Map<String, Value>,
    ignored: &mut BTreeSet<&'a str>,
) -> Result<Map<String, Value>, AwsError> {
    let mut own = Map::new();
    for (key, value) in task {
        if IGNORED.contains(&key.as_str()) {
            ignored.insert(key);
        } else if !STRUCTURE.contains(&key.as_str()) {
            own.insert(key.clone(), value.clone());
        }
    }
    let class = operator.rsplit('.').next().unwrap_or_default();
    let is_sensor = class.ends_with("Sensor");
    if is_sensor && own.get("mode").is_some_and(|mode| mode != "poke" && mode != "reschedule") {
        return Err(refused(format_args!("task {id}: The mode must be one of ['poke', 'reschedule']")));
    }
    let Some((required, more)) = of(operator) else { return Ok(own) };
    if let Some(name) = required.iter().find(|name| own.get(**name).is_none_or(Value::is_null)) {
        return Err(refused(format_args!("task {id}: missing keyword argument '{name}'")));
    }
    let known = |key: &str| required.contains(&key) || more.contains(&key) || (is_sensor && SENSOR.contains(&key));
    if let Some(key) = own.keys().find(|key| !known(key)) {
        return Err(refused(format_args!("Invalid arguments were passed to {class} (task_id: {id}): {key}")));
    }
    if class == "GlueCrawlerOperator" && own["config"]["Name"].as_str().is_none_or(str::is_empty) {
        return Err(refused(format_args!("task {id}: config has no Name")));
    }
    Ok(own)
}
