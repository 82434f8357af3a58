//! A task's log in CloudWatch: one stream for each try, one JSON object for each event.

use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};
use strata_local_cloud::Cloud;
use strata_local_logs::Stream;
use strata_local_wire::Caller;

use crate::version::PRINCIPAL;
use crate::work::Work;

/// An open stream.
pub(crate) struct Log<'a>(Stream<'a>);

impl<'a> Log<'a> {
    /// Makes the stream, and the group where it was deleted.
    pub(crate) async fn open(cloud: &'a Cloud, work: &'a Work, stream: &str) -> Self {
        Self(Stream::open(cloud, Caller::role(PRINCIPAL, &work.role), &work.region, &work.group, stream).await)
    }

    /// A line.
    pub(crate) async fn info(&self, event: &str) {
        self.write(json!({ "level": "info", "event": event })).await;
    }

    /// What a task failed of.
    pub(crate) async fn error(&self, kind: &str, why: &str) {
        let detail = json!([{ "exc_type": kind, "exc_value": why, "frames": [] }]);
        self.write(json!({ "level": "error", "event": format!("Task failed with exception: {kind}: {why}"), "error_detail": detail }))
            .await;
    }

    /// The last line.
    pub(crate) async fn finished(&self, success: bool) {
        let (state, code) = if success { ("success", 0) } else { ("failed", 1) };
        self.write(json!({ "level": "info", "event": "Task finished", "final_state": state, "exit_code": code })).await;
    }

    async fn write(&self, mut event: Value) {
        event["timestamp"] = json!(Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true));
        event["logger"] = json!("task");
        self.0.write(&[event.to_string()]).await;
    }
}
