//! Reading a log group: its streams, and the last lines of one.

use aws_sdk_cloudwatchlogs::Client;
use strata_aws::{During, Error};

/// The names of the group's streams that begin so; none where there is no such group.
///
/// # Errors
/// When AWS refuses.
pub async fn names(logs: &Client, group: &str, prefix: &str) -> Result<Vec<String>, Error> {
    let call = logs.describe_log_streams().log_group_name(group).log_stream_name_prefix(prefix);
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

/// The last `most` messages of a stream with their times (milliseconds since 1970), the oldest first; none where there is
/// no such stream.
///
/// # Errors
/// When AWS refuses.
pub async fn tail(logs: &Client, group: &str, stream: &str, most: u16) -> Result<Vec<(i64, String)>, Error> {
    let call = logs.get_log_events().log_group_name(group).log_stream_name(stream);
    let call = call.start_from_head(false).limit(i32::from(most));
    match call.send().await.during(|| format!("reading stream {stream} of log group {group}")) {
        Ok(answer) => {
            let events = answer.events.unwrap_or_default().into_iter();
            Ok(events.map(|event| (event.timestamp.unwrap_or_default(), event.message.unwrap_or_default())).collect())
        }
        Err(error) if error.is_gone() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
