//! What a run printed. Glue writes it into log groups of the account, into streams that begin with the run's id: one
//! for a pythonshell job, one per worker and more for a Spark job.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_glue::types::JobRun;
use strata_aws::{During, Error};
use strata_layer::log_stream;

/// The groups that a run may have written to.
fn groups(run: &JobRun) -> [String; 3] {
    let group = run.log_group_name().unwrap_or("/aws-glue/jobs");
    ["output", "error", "logs-v2"].map(|kind| format!("{group}/{kind}"))
}

/// The last `most` lines of a run, in the order of time.
pub(crate) async fn tail(logs: &Client, run: &JobRun, most: u16) -> Result<Vec<String>, Error> {
    let mut lines: Vec<(i64, String)> = Vec::new();
    for group in groups(run) {
        for stream in log_stream::names(logs, &group, run.id().unwrap_or_default()).await? {
            lines.extend(log_stream::tail(logs, &group, &stream, most).await?);
        }
    }
    lines.sort_by_key(|(time, _)| *time);
    let first = lines.len().saturating_sub(usize::from(most));
    Ok(lines.drain(first..).map(|(_, line)| line.trim_end().to_owned()).collect())
}

/// Remove what a run printed.
pub(crate) async fn remove(logs: &Client, run: &JobRun) -> Result<(), Error> {
    for group in groups(run) {
        for stream in log_stream::names(logs, &group, run.id().unwrap_or_default()).await? {
            let call = logs.delete_log_stream().log_group_name(&group).log_stream_name(&stream);
            match call.send().await.during(|| format!("removing stream {stream} of log group {group}")) {
                Err(error) if !error.is_gone() => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
