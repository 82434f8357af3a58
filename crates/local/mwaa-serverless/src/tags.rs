//! Tags of a workflow.

use serde_json::{Value, json};

use crate::failure::invalid;
use crate::members::text;
use crate::store::MwaaServerless;
use strata_local_wire::Answer;

/// `ListTagsForResource`.
pub(crate) fn list(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    all.workflow(region, text(body, "ResourceArn"), |workflow| Ok(json!({ "Tags": workflow.tags })))
}

/// `TagResource`.
pub(crate) fn add(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    all.workflow(region, text(body, "ResourceArn"), |workflow| {
        let mut tags = workflow.tags.clone();
        tags.extend(body["Tags"].as_object().cloned().unwrap_or_default());
        if tags.len() > 50 {
            return Err(invalid("other", "A workflow can have 50 tags"));
        }
        workflow.tags = tags;
        Ok(json!({}))
    })
}

/// `UntagResource`.
pub(crate) fn remove(all: &MwaaServerless, region: &str, body: &Value) -> Answer {
    all.workflow(region, text(body, "ResourceArn"), |workflow| {
        for key in body["TagKeys"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            workflow.tags.remove(key);
        }
        Ok(json!({}))
    })
}
