//! Merging documents: objects join, equal values agree, anything else is a conflict that names its path.

use crate::Error;
use serde_json::Value;

/// Merge `other` into `base`. `failed` never conflicts: the first one is kept, since either stops the chain.
pub(crate) fn merge(base: &mut Value, other: Value) -> Result<(), Error> {
    at(base, other, &mut Vec::new())
}

fn at(base: &mut Value, other: Value, path: &mut Vec<String>) -> Result<(), Error> {
    match (base, other) {
        (Value::Object(base), Value::Object(other)) => {
            for (key, value) in other {
                if path.is_empty()
                    && ["failed", "$schema", "$comment"].contains(&key.as_str())
                    && base.contains_key(&key)
                {
                    continue;
                }
                match base.get_mut(&key) {
                    None => {
                        base.insert(key, value);
                    }
                    Some(known) => {
                        path.push(key);
                        at(known, value, path)?;
                        path.pop();
                    }
                }
            }
            Ok(())
        }
        (base, other) if *base == other => Ok(()),
        (base, other) => {
            Err(Error::Conflict { path: crate::error::short(&path.join(".")), left: short(base), right: short(&other) })
        }
    }
}

/// A value in a sentence: whole where it is short.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 { text } else { format!("{}…", text.chars().take(59).collect::<String>()) }
}
