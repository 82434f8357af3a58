//! A task's log in CloudWatch: one stream for each try, one JSON object for each event.

use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::world::World;

/// An open stream.
pub(super) struct Log<'a> {
    world: &'a World,
    region: &'a str,
    group: &'a str,
    stream: String,
}

impl<'a> Log<'a> {
    /// Makes the stream, and the group where somebody has deleted it.
    pub(super) async fn open(world: &'a World, region: &'a str, group: &'a str, stream: &str) -> Self {
        let log = Self { world, region, group, stream: stream.to_owned() };
        // Both fail when the thing exists, which is fine.
        let _exists = log.call("CreateLogGroup", json!({ "logGroupName": group })).await;
        let _exists = log.call("CreateLogStream", json!({ "logGroupName": group, "logStreamName": stream })).await;
        log
    }

    /// A line.
    pub(super) async fn info(&self, event: &str) {
        self.write(json!({ "level": "info", "event": event })).await;
    }

    /// What a task failed of.
    pub(super) async fn error(&self, kind: &str, why: &str) {
        let detail = json!([{ "exc_type": kind, "exc_value": why, "frames": [] }]);
        self.write(json!({ "level": "error", "event": format!("Task failed with exception: {kind}: {why}"), "error_detail": detail }))
            .await;
    }

    /// The last line.
    pub(super) async fn finished(&self, success: bool) {
        let (state, code) = if success { ("success", 0) } else { ("failed", 1) };
        self.write(json!({ "level": "info", "event": "Task finished", "final_state": state, "exit_code": code })).await;
    }

    async fn write(&self, mut event: Value) {
        let now = Utc::now();
        event["timestamp"] = json!(now.to_rfc3339_opts(SecondsFormat::Micros, true));
        event["logger"] = json!("task");
        let line = json!({ "timestamp": now.timestamp_millis(), "message": event.to_string() });
        let body = json!({ "logGroupName": self.group, "logStreamName": self.stream, "logEvents": [line] });
        if let Err(why) = self.call("PutLogEvents", body).await {
            tracing::warn!("a line of {} {} is lost: {} {}", self.group, self.stream, why.code, why.message);
        }
    }

    async fn call(&self, operation: &str, body: Value) -> crate::call::Answer {
        self.world.upstream.json(self.region, "logs", &format!("Logs_20140328.{operation}"), body).await
    }
}
