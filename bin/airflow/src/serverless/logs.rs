//! The log of a task, from the workflow's log group.

use super::api::Api;
use super::instances::{Instance, Instances};
use crate::log_text;
use strata_aws::Error;
use strata_layer::log_stream;

/// The last `most` lines of one try of a task, and the service's own words about its failure, if it has any.
pub(super) async fn read(
    api: &Api<'_>,
    instances: &Instances,
    run: &str,
    task: &str,
    tries: u64,
    most: u16,
) -> Result<Vec<String>, Error> {
    let of_task = |one: &Instance| one.task.id == task && one.task.tries.max(1) == tries;
    let found: Vec<Instance> = instances.of(api, run).await?.into_iter().filter(of_task).collect();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&api.cx.session.sdk);
    let log_group = &api.place().await?.log_group;
    let mut lines: Vec<String> = Vec::new();
    for Instance { stream, error, .. } in found {
        if let Some(stream) = stream {
            let found = log_stream::tail(&logs, log_group, &stream, most).await?;
            lines.extend(found.iter().flat_map(|(_, message)| log_text::message(message)));
        }
        lines.extend(error.map(|error| format!("MWAA Serverless: {error}")));
    }
    let first = lines.len().saturating_sub(usize::from(most));
    Ok(lines.split_off(first))
}
