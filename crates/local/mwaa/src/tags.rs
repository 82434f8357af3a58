//! Tags of an environment.

use crate::failure::unknown;
use crate::store::Mwaa;
use serde_json::{Value, json};

use crate::{path, validate};
use strata_local_wire::{Answer, AwsError};

/// `ListTagsForResource`.
pub(crate) fn list(mwaa: &Mwaa, region: &str, arn: &str) -> Answer {
    let environment = mwaa.find(region, name_in(arn)?)?;
    Ok(json!({ "Tags": environment.get("Tags").cloned().unwrap_or(json!({})) }))
}

/// `TagResource`.
pub(crate) fn add(mwaa: &Mwaa, region: &str, arn: &str, input: &Value) -> Answer {
    let new = input["Tags"].as_object().ok_or_else(|| validate::missing("tags"))?;
    change(mwaa, region, arn, |tags| {
        if let Some(tags) = tags.as_object_mut() {
            tags.extend(new.clone());
        }
    })
}

/// `UntagResource`.
pub(crate) fn remove(mwaa: &Mwaa, region: &str, arn: &str, query: &str) -> Answer {
    let keys = path::parameters(query, "tagKeys");
    change(mwaa, region, arn, |tags| {
        if let Some(tags) = tags.as_object_mut() {
            tags.retain(|key, _| !keys.contains(key));
        }
    })
}

fn change(mwaa: &Mwaa, region: &str, arn: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let name = name_in(arn)?;
    let environment = mwaa.find(region, name)?;
    mwaa.change(region, name, &environment["CreatedAt"], |environment| {
        if !environment["Tags"].is_object() {
            environment["Tags"] = json!({});
        }
        change(&mut environment["Tags"]);
    });
    Ok(json!({}))
}

fn name_in(arn: &str) -> Result<&str, AwsError> {
    arn.split_once(":environment/").map(|(_, name)| name).ok_or_else(|| unknown(arn))
}
