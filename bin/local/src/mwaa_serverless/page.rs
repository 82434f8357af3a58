//! Lists in pages: `MaxResults` and an opaque `NextToken`.

use serde_json::{Value, json};

use super::failure::invalid;
use crate::call::Answer;

/// One page of `items` under `key`, with `NextToken` when more follows.
pub(super) fn page(body: &Value, key: &str, items: Vec<Value>) -> Answer {
    let start = match body["NextToken"].as_str() {
        None | Some("") => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|number| number.parse::<usize>().ok())
            .filter(|start| *start <= items.len())
            .ok_or_else(|| invalid("other", "NextToken is not one of this list"))?,
    };
    let size = body["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(100);
    let end = items.len().min(start + size);
    let mut answer = json!({ key: items[start..end] });
    if end < items.len() {
        answer["NextToken"] = json!(format!("page-{end}"));
    }
    Ok(answer)
}
