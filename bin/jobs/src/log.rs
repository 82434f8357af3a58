//! What a run printed. Glue writes it into log groups of the account, into streams that begin with the run's id: one
//! for a pythonshell job, one per worker and more for a Spark job.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_glue::types::JobRun;
use strata_aws::{During, Error};

/// The groups that a run may have written to.
fn groups(run: &JobRun) -> [String; 3] {
    let group = run.log_group_name().unwrap_or("/aws-glue/jobs");
    ["output", "error", "logs-v2"].map(|kind| format!("{group}/{kind}"))
}

/// The run's streams in one group; none when the group is not there.
async fn streams(logs: &Client, group: &str, run: &str) -> Result<Vec<String>, Error> {
    let call = logs.describe_log_streams().log_group_name(group).log_stream_name_prefix(run);
    let mut pages = call.into_paginator().items().send();
    let mut names = Vec::new();
    while let Some(stream) = pages.next().await {
        match stream.during(|| format!("listing the streams of log group {group}")) {
            Ok(stream) => names.extend(stream.log_stream_name),
            Err(error) if error.is_gone() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(names)
}

/// The last `most` lines of a run, in the order of time.
pub(crate) async fn tail(logs: &Client, run: &JobRun, most: u16) -> Result<Vec<String>, Error> {
    let mut lines: Vec<(i64, String)> = Vec::new();
    for group in groups(run) {
        for stream in streams(logs, &group, run.id().unwrap_or_default()).await? {
            let call = logs.get_log_events().log_group_name(&group).log_stream_name(&stream);
            let call = call.start_from_head(false).limit(i32::from(most));
            let answer = call.send().await.during(|| format!("reading stream {stream} of log group {group}"))?;
            let events = answer.events.unwrap_or_default().into_iter();
            lines.extend(events.map(|event| (event.timestamp.unwrap_or_default(), event.message.unwrap_or_default())));
        }
    }
    lines.sort_by_key(|(time, _)| *time);
    let first = lines.len().saturating_sub(usize::from(most));
    Ok(lines.drain(first..).map(|(_, line)| line.trim_end().to_owned()).collect())
}

/// Remove what a run printed.
pub(crate) async fn remove(logs: &Client, run: &JobRun) -> Result<(), Error> {
    for group in groups(run) {
        for stream in streams(logs, &group, run.id().unwrap_or_default()).await? {
            let call = logs.delete_log_stream().log_group_name(&group).log_stream_name(&stream);
            match call.send().await.during(|| format!("removing stream {stream} of log group {group}")) {
                Err(error) if !error.is_gone() => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
