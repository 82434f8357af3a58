//! Lines to CloudWatch Logs, which moto keeps. A log that cannot be written must not fail the work it tells of.

use crate::world::World;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a run is started with: its own arguments win over the job's defaults, and what must not be overridden wins over both.
pub(super) fn arguments(job: &Map<String, Value>, run: &Value) -> BTreeMap<String, String> {
    let layers = [job.get("DefaultArguments"), run.get("Arguments"), job.get("NonOverridableArguments")];
    let all = layers.into_iter().flatten().filter_map(Value::as_object).flatten();
    all.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The Glue version's part before the dot, for a Spark job; `auto` is a new one.
fn spark(job: &Map<String, Value>) -> Option<u32> {
    let version = job.get("GlueVersion").and_then(Value::as_str).unwrap_or_default();
    let number = version.split('.').next().and_then(|number| number.parse().ok());
    (job["Command"]["Name"] != "pythonshell").then(|| number.unwrap_or(u32::MAX))
}

/// What a run's log groups begin with. Spark jobs of Glue 5.0 and later may name it (AWS Glue developer guide, "Logging for AWS
/// Glue jobs"); a pythonshell job cannot.
pub(super) fn prefix(job: &Map<String, Value>, arguments: &BTreeMap<String, String>) -> String {
    let own = arguments.get("--custom-logGroup-prefix");
    match spark(job) {
        None => "/aws-glue/python-jobs".to_owned(),
        Some(5..) if own.is_some() => own.cloned().unwrap_or_default(),
        Some(_) => "/aws-glue/jobs".to_owned(),
    }
}

/// The group of a Spark job of Glue 4.0 or earlier that logs as it goes, besides the others.
pub(super) fn continuous(job: &Map<String, Value>, arguments: &BTreeMap<String, String>) -> Option<String> {
    let is_on = arguments.get("--enable-continuous-cloudwatch-log").is_some_and(|on| on == "true");
    let group = arguments.get("--continuous-log-logGroup").map_or("/aws-glue/jobs/logs-v2", String::as_str);
    (is_on && spark(job).is_some_and(|version| version < 5)).then(|| group.to_owned())
}

/// Append `lines` to a stream; the group and the stream are made when missing.
pub(super) async fn write(world: &World, region: &str, group: &str, stream: &str, lines: &[String]) {
    let logs = |operation: &str, body| {
        let target = format!("Logs_20140328.{operation}");
        async move { world.upstream.json(region, "logs", &target, body).await }
    };
    // Both fail when the thing exists, which is fine.
    let _exists = logs("CreateLogGroup", json!({ "logGroupName": group })).await;
    let _exists = logs("CreateLogStream", json!({ "logGroupName": group, "logStreamName": stream })).await;
    let now = chrono::Utc::now().timestamp_millis();
    // AWS takes 10,000 events in one call.
    for part in lines.chunks(10_000) {
        let events: Vec<_> = part.iter().map(|line| json!({ "timestamp": now, "message": line })).collect();
        let body = json!({ "logGroupName": group, "logStreamName": stream, "logEvents": events });
        if let Err(error) = logs("PutLogEvents", body).await {
            tracing::warn!(group, stream, code = error.code, message = error.message, "the log could not be written");
        }
    }
}
