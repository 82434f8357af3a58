//! Policy documents with their placeholders filled in.

use super::Values;
use crate::demand::Text;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The document with its placeholders filled in, in [`normal`] form. Statements that are left without a resource are
/// left out.
///
/// # Errors
/// A sentence that says what is wrong, when the document is not JSON or has a placeholder that is not known.
pub fn fill(document: &str, values: &Values) -> Result<Value, String> {
    let document: Value = serde_json::from_str(document).map_err(|error| format!("it is not JSON: {error}"))?;
    let mut document = normal(filled(document, values)?);
    if let Some(statements) = document.get_mut("Statement").and_then(Value::as_array_mut) {
        statements.retain(|statement| {
            statement.get("Resource").and_then(Value::as_array).is_none_or(|list| !list.is_empty())
        });
    }
    Ok(document)
}

/// A text with its placeholders filled in, each of which has one value here.
///
/// # Errors
/// A sentence that says what is wrong with a placeholder.
pub fn text(text: &str, values: &Values) -> Result<String, String> {
    match expand(text, values)?.as_slice() {
        [one] => Ok(one.clone()),
        several => Err(format!("`{text}` has {} values, and one is needed", several.len())),
    }
}

/// The statements of these documents, filled in, as one document in [`normal`] form. A statement that is in two of them
/// is there once.
///
/// # Errors
/// As [`fill`]; and when two different statements have one `Sid`, which AWS refuses.
pub fn join(documents: &[Text], values: &Values) -> Result<Value, String> {
    let mut statements: Vec<Value> = Vec::new();
    for document in documents {
        let filled = fill(document, values)?;
        for statement in filled.get("Statement").and_then(Value::as_array).into_iter().flatten() {
            if !statements.contains(statement) {
                statements.push(statement.clone());
            }
        }
    }
    let mut seen = BTreeSet::new();
    for sid in statements.iter().filter_map(|statement| statement.get("Sid").and_then(Value::as_str)) {
        if !seen.insert(sid) {
            return Err(format!("two statements have the Sid `{sid}`"));
        }
    }
    Ok(normal(json!({ "Version": "2012-10-17", "Statement": statements })))
}

fn filled(value: Value, values: &Values) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => {
            let mut texts = expand(&text, values)?;
            match texts.len() {
                1 => Value::String(texts.remove(0)),
                _ => texts.into(),
            }
        }
        Value::Array(items) => {
            let mut all = Vec::new();
            for item in items {
                match (item.is_string(), filled(item, values)?) {
                    (true, Value::Array(several)) => all.extend(several),
                    (_, one) => all.push(one),
                }
            }
            Value::Array(all)
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(key, value)| Ok((key, filled(value, values)?)));
            Value::Object(fields.collect::<Result<Map<_, _>, String>>()?)
        }
        other => other,
    })
}

/// `text` once for each combination of its placeholders' values.
fn expand(text: &str, values: &Values) -> Result<Vec<String>, String> {
    let Some((before, rest)) = text.split_once("${") else { return Ok(vec![text.to_owned()]) };
    let (name, after) = rest.split_once('}').ok_or_else(|| format!("`{text}` has a placeholder without an end"))?;
    let iams_own = is_variable(name).then(|| vec![format!("${{{name}}}")]);
    let several = iams_own.as_ref().or_else(|| values.get(name)).ok_or_else(|| {
        let known: Vec<&str> = values.keys().map(String::as_str).collect();
        format!("`{text}` has the unknown placeholder `{name}`; known are {}", known.join(", "))
    })?;
    let tails = expand(after, values)?;
    Ok(several.iter().flat_map(|value| tails.iter().map(move |tail| format!("{before}{value}{tail}"))).collect())
}

/// Whether a placeholder is a variable of IAM's own, which AWS fills in: `aws:username`, `*`.
fn is_variable(name: &str) -> bool {
    name.contains(':') || ["*", "?", "$"].contains(&name)
}

/// AWS may answer a list of one as the one, and a list in another order: neither is a difference.
#[must_use]
pub fn normal(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(normal).collect();
            if items.iter().all(Value::is_string) {
                items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                items.dedup();
                if items.len() == 1 {
                    return items.remove(0);
                }
            }
            Value::Array(items)
        }
        Value::Object(fields) => {
            let one = |(key, value): (String, Value)| {
                // A document with one statement may come back without the list.
                let value = if key == "Statement" && value.is_object() { Value::Array(vec![value]) } else { value };
                (key, normal(value))
            };
            Value::Object(fields.into_iter().map(one).collect())
        }
        other => other,
    }
}
