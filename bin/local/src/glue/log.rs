//! Lines to CloudWatch Logs, which moto keeps. A log that cannot be written must not fail the work it tells of.

use crate::world::World;
use serde_json::json;

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
