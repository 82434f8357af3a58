//! Lists in pages: `MaxResults` and an opaque `NextToken`.

use serde_json::{Value, json};

use crate::error::{Answer, AwsError};

/// One page of `items` under `key`, with `NextToken` when more follows; `refused` where the token is none of ours.
///
/// # Errors
/// `refused`.
pub fn page<T: Into<Value>>(body: &Value, key: &str, items: Vec<T>, refused: impl FnOnce() -> AwsError) -> Answer {
    let start = match body["NextToken"].as_str() {
        None | Some("") => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|number| number.parse::<usize>().ok())
            .filter(|start| *start <= items.len())
            .ok_or_else(refused)?,
    };
    let size = body["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(100).max(1);
    let end = items.len().min(start.saturating_add(size));
    let more = end < items.len();
    let shown: Vec<Value> = items.into_iter().skip(start).take(end - start).map(Into::into).collect();
    let mut answer = json!({ key: shown });
    if more {
        answer["NextToken"] = format!("page-{end}").into();
    }
    Ok(answer)
}
