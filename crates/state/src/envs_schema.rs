//! `pipeline.envs` in the JSON Schema. It is no field of the pipeline, since it is gone once a document has been read.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// Add `envs` to the pipeline's schema: any of its fields but those that no environment can change. What is in them is only
/// known once the patch is applied, so an editor sees their names and no more.
pub(crate) fn add(schema: &mut Schema) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let fields: Map<String, Value> = properties
        .iter()
        .filter(|(name, _)| !["name", "env"].contains(&name.as_str()))
        .map(|(name, field)| {
            let about = field.get("description").map(|text| ("description".to_owned(), text.clone()));
            (name.clone(), Value::Object(about.into_iter().collect()))
        })
        .collect();
    let patch = json!({
        "description": "What differs in this environment, as a JSON merge patch (RFC 7396): null removes a field.",
        "type": "object",
        "properties": fields,
        "additionalProperties": false,
    });
    let envs = json!({
        "description": "Further environments by name, and what differs in each; `--env` chooses one.",
        "type": "object",
        "additionalProperties": patch,
    });
    properties.insert("envs".into(), envs);
}
