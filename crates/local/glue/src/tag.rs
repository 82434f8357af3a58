//! Tags of crawlers and jobs. Tags of databases and the rest are moto's.

use crate::check;
use crate::store::{Glue, Place, Shelf};
use serde_json::{Map, Value, json};
use strata_local_wire::{Answer, Call};

/// `crawler/<name>` or `job/<name>` when the ARN is one of ours.
fn ours(arn: &str) -> Option<&str> {
    let resource = arn.splitn(6, ':').nth(5)?;
    (resource.starts_with("crawler/") || resource.starts_with("job/")).then_some(resource)
}

fn known(shelf: &Shelf, resource: &str) -> bool {
    match resource.split_once('/') {
        Some(("crawler", name)) => shelf.crawlers.contains_key(name),
        Some((_, name)) => shelf.jobs.contains_key(name),
        None => false,
    }
}

/// Answer, or None when the ARN is moto's.
pub(crate) fn handle(glue: &Glue, place: &Place, call: &Call) -> Option<Answer> {
    let body = &call.input;
    let arn = match check::text(body, "ResourceArn") {
        Ok(arn) => arn,
        Err(error) => return Some(Err(error)),
    };
    let resource = ours(arn)?;
    Some(glue.with(place, |shelf| {
        if !known(shelf, resource) {
            return Err(check::missing(format!("Entity not found: {arn}")));
        }
        let tags = shelf.tags.entry(resource.to_owned()).or_default();
        match call.operation.as_str() {
            "TagResource" => tags.extend(map(&body["TagsToAdd"])),
            "UntagResource" => {
                for key in body["TagsToRemove"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    tags.remove(key);
                }
            }
            _ => return Ok(json!({ "Tags": tags })),
        }
        if tags.len() > 50 {
            return Err(check::invalid("Tags can not exceed 50"));
        }
        Ok(json!({}))
    }))
}

/// Tags of a request.
pub(crate) fn map(tags: &Value) -> Map<String, Value> {
    tags.as_object().cloned().unwrap_or_default()
}

/// Whether a resource has all the tags of a list's filter.
pub(crate) fn matches(shelf: &Shelf, resource: &str, filter: &Value) -> bool {
    let have = shelf.tags.get(resource);
    map(filter).iter().all(|(key, value)| have.and_then(|tags| tags.get(key)) == Some(value))
}
