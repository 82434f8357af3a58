//! Looking everywhere again. Only an empty list counts.

use crate::take_down::{lines, side_by_side};
use serde_json::Value;
use std::io::Write;
use strata_aws::Error;
use strata_layer::Global;

/// List every kind of thing of every layer again, and say on stderr what was looked at and what is left. Returns how much.
/// Layers of `unknown` have no program here.
pub(crate) fn proof(text: &str, layers: &[&str], unknown: &[&str], global: &Global) -> Result<usize, Error> {
    let mut looked_at = Vec::new();
    let mut left = Vec::new();
    for (layer, answer) in side_by_side(layers, &["status"], text, global, true)? {
        let Some(resources) = answer.json["resources"].as_array() else {
            let error = Error::failed(format!("looking again with {layer}"), "it could not tell what is left");
            return Err(error.advise("run teardown again"));
        };
        let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        looked_at.extend(answer.json["looked_at"].as_array().into_iter().flatten().map(words));
        let each = |resource: &Value| format!("{layer} {}: {}", words(&resource["resource"]), words(&resource["id"]));
        left.extend(resources.iter().map(each));
    }
    if !global.quiet || !left.is_empty() {
        let said = if left.is_empty() {
            format!("nothing is left; checked again: {}\n", looked_at.join(", "))
        } else {
            format!("{} left; checked again: {}\n{}", left.len(), looked_at.join(", "), lines(&left))
        };
        let _ = std::io::stderr().write_all(said.as_bytes());
    }
    if !global.quiet && !unknown.is_empty() {
        let unknown = unknown.join(", ");
        let said =
            format!("not checked: {unknown}; they are not in the pipeline, and their programs are not compiled\n");
        let _ = std::io::stderr().write_all(said.as_bytes());
    }
    Ok(left.len())
}
