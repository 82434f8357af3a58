//! Where a job's runs log, and what they are started with.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a run is started with: its own arguments win over the job's defaults, and what must not be overridden wins over both.
pub(crate) fn arguments(job: &Map<String, Value>, run: &Value) -> BTreeMap<String, String> {
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
pub(crate) fn prefix(job: &Map<String, Value>, arguments: &BTreeMap<String, String>) -> String {
    let own = arguments.get("--custom-logGroup-prefix");
    match spark(job) {
        None => "/aws-glue/python-jobs".to_owned(),
        Some(5..) if own.is_some() => own.cloned().unwrap_or_default(),
        Some(_) => "/aws-glue/jobs".to_owned(),
    }
}

/// The group of a Spark job of Glue 4.0 or earlier that logs as it goes, besides the others.
pub(crate) fn continuous(job: &Map<String, Value>, arguments: &BTreeMap<String, String>) -> Option<String> {
    let is_on = arguments.get("--enable-continuous-cloudwatch-log").is_some_and(|on| on == "true");
    let group = arguments.get("--continuous-log-logGroup").map_or("/aws-glue/jobs/logs-v2", String::as_str);
    (is_on && spark(job).is_some_and(|version| version < 5)).then(|| group.to_owned())
}
