//! Lines that services write to CloudWatch Logs, which is moto's. A log that cannot be written must not fail the work it tells of.

use serde_json::{Value, json};
use strata_local_cloud::Cloud;
use strata_local_wire::{AwsError, Caller};

/// AWS takes so many events in one call.
const EVENTS: usize = 10_000;

/// A stream of a log group.
#[derive(Debug)]
pub struct Stream<'a> {
    cloud: &'a Cloud,
    caller: Caller,
    region: &'a str,
    group: &'a str,
    name: String,
}

impl<'a> Stream<'a> {
    /// Makes the stream, and the group, where they are missing.
    pub async fn open(cloud: &'a Cloud, caller: Caller, region: &'a str, group: &'a str, name: &str) -> Self {
        let stream = Self { cloud, caller, region, group, name: name.to_owned() };
        // Both fail when the thing exists, which is fine.
        let _exists = stream.call("CreateLogGroup", json!({ "logGroupName": group })).await;
        let _exists = stream.call("CreateLogStream", json!({ "logGroupName": group, "logStreamName": name })).await;
        stream
    }

    /// Appends lines.
    pub async fn write<T: AsRef<str>>(&self, lines: &[T]) {
        let now = chrono::Utc::now().timestamp_millis();
        for part in lines.chunks(EVENTS) {
            let events: Vec<_> =
                part.iter().map(|line| json!({ "timestamp": now, "message": line.as_ref() })).collect();
            let body = json!({ "logGroupName": self.group, "logStreamName": self.name, "logEvents": events });
            if let Err(AwsError { code, message, .. }) = self.call("PutLogEvents", body).await {
                tracing::warn!(group = self.group, stream = self.name, code, message, "the log could not be written");
            }
        }
    }

    async fn call(&self, operation: &str, body: Value) -> Result<Value, AwsError> {
        let target = format!("Logs_20140328.{operation}");
        self.cloud.json(&self.caller, self.region, "logs", &target, body).await
    }
}

/// Makes a group; one that is there already belongs to a caller, and is used.
///
/// # Errors
/// Of CloudWatch Logs.
pub async fn create_group(cloud: &Cloud, caller: &Caller, region: &str, group: &str) -> Result<(), AwsError> {
    let body = json!({ "logGroupName": group });
    match cloud.json(caller, region, "logs", "Logs_20140328.CreateLogGroup", body).await {
        Err(why) if why.code != "ResourceAlreadyExistsException" => Err(why),
        _ => Ok(()),
    }
}
