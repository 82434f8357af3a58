//! Policy documents with placeholders, and what the placeholders stand for. `policies/README.md` lists them.

use crate::wish::Pipeline;
use crate::{Kind, dag};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What each placeholder stands for; several values repeat the string that holds it.
pub type Values = BTreeMap<&'static str, Vec<String>>;

/// All placeholders of `pipeline` in this account.
#[must_use]
pub fn values(pipeline: &Pipeline, partition: &str, account: &str, region: &str) -> Values {
    let name = |kind, name: &str| pipeline.physical(kind, name, account, region);
    let crawlers = pipeline.tables.values().filter_map(|table| table.crawler.as_deref());
    BTreeMap::from([
        ("partition", vec![partition.to_owned()]),
        ("account", vec![account.to_owned()]),
        ("region", vec![region.to_owned()]),
        ("pipeline", vec![pipeline.name.clone()]),
        ("env", vec![pipeline.env.clone()]),
        ("bucket", vec![pipeline.bucket(account, region)]),
        ("environment", vec![name(Kind::Environment, "airflow")]),
        ("workflow", vec![name(Kind::Workflow, "airflow")]),
        ("database", vec![name(Kind::Database, &pipeline.catalog.database)]),
        ("workgroup", vec![name(Kind::Workgroup, "athena")]),
        ("role_airflow", vec![name(Kind::Role, "airflow")]),
        ("role_glue", vec![name(Kind::Role, "glue")]),
        ("input_path", dag::input(pipeline).map(|(_, table)| table.path.clone()).collect()),
        ("job", pipeline.transforms.iter().map(|transform| name(Kind::Job, &transform.name)).collect()),
        ("crawler", crawlers.map(|crawler| name(Kind::Crawler, crawler)).collect()),
    ])
}

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
    let several = values.get(name).ok_or_else(|| {
        let known: Vec<&str> = values.keys().copied().collect();
        format!("`{text}` has the unknown placeholder `{name}`; known are {}", known.join(", "))
    })?;
    let tails = expand(after, values)?;
    Ok(several.iter().flat_map(|value| tails.iter().map(move |tail| format!("{before}{value}{tail}"))).collect())
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
