//! What a run printed. Glue writes it into log groups, into streams that begin with the run's id: one for a pythonshell job,
//! one per worker and more for a Spark job.

use crate::log_group::{self, LOGS};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_glue::types::JobRun;
use std::collections::BTreeSet;
use strata_aws::{During, Error};
use strata_layer::{Context, log_stream};

/// The pipeline's own groups that a run may have written to: only Spark jobs have any.
fn own(cx: &Context, run: &JobRun) -> BTreeSet<String> {
    let is_spark = run.worker_type().is_some();
    LOGS.into_iter().filter(|_| is_spark).map(|log| log_group::name(cx, log)).collect()
}

/// The groups of the account that a run may have written to. AWS does not say whether it names a job's own prefix here.
fn shared(cx: &Context, run: &JobRun) -> BTreeSet<String> {
    let prefix = run.log_group_name().unwrap_or("/aws-glue/jobs");
    if prefix == cx.doc.pipeline.job_logs() {
        return BTreeSet::new();
    }
    ["output", "error", "logs-v2"].map(|kind| format!("{prefix}/{kind}")).into()
}

/// The last `most` lines of a run, in the order of time.
pub(crate) async fn tail(cx: &Context, logs: &Client, run: &JobRun, most: u16) -> Result<Vec<String>, Error> {
    let mut lines: Vec<(i64, String)> = Vec::new();
    // What is in a group of its own may be in the account's as well.
    for groups in [own(cx, run), shared(cx, run)] {
        if !lines.is_empty() {
            break;
        }
        for group in groups {
            for stream in log_stream::names(logs, &group, run.id().unwrap_or_default()).await? {
                lines.extend(log_stream::tail(logs, &group, &stream, most).await?);
            }
        }
    }
    lines.sort_by_key(|(time, _)| *time);
    let first = lines.len().saturating_sub(usize::from(most));
    Ok(lines.drain(first..).map(|(_, line)| line.trim_end().to_owned()).collect())
}

/// Remove what a run printed into groups of the account. What is in the pipeline's own is deleted after its days, or with the
/// group.
pub(crate) async fn remove(cx: &Context, logs: &Client, run: &JobRun) -> Result<(), Error> {
    for group in shared(cx, run) {
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
