//! Environments: `pipeline.envs` says how each copy of a pipeline differs, as JSON merge patches (RFC 7396).
//!
//! What a program works with is the pipeline of one environment: the patch is applied when the document is read, and
//! `envs` is gone from it. An error in a value that a patch sets names its place in the patch.

pub(crate) mod patch;

use crate::read::{decode, documents, joined};
use crate::{Document, Error, layers, read_for};
use patch::{Applied, own, patches, resolve};
use serde::Serialize;
use serde_json::{Map, Value};

/// A field that an environment sets to another value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its path below `pipeline`: `airflow.class`.
    pub field: String,
    /// The value without the environment's patch; none where the pipeline has no such field.
    pub from: Option<Value>,
    /// The value in this environment; none where the patch removes it.
    pub to: Option<Value>,
    /// What sets it: `envs.prod`.
    pub origin: String,
}

/// The environments that the documents in `text` know: their own, then those of `pipeline.envs`.
///
/// # Errors
/// When the text is no JSON documents, or `envs` is no object.
pub fn known(text: &str) -> Result<Vec<String>, Error> {
    let mut found: Vec<String> = Vec::new();
    for document in documents(text)? {
        let others = patches(&document)?.into_iter().flat_map(Map::keys);
        for env in std::iter::once(own(&document)).chain(others.map(String::as_str)) {
            if !found.iter().any(|known| known == env) {
                found.push(env.to_owned());
            }
        }
    }
    Ok(found)
}

/// The document of each environment, its own first.
///
/// # Errors
/// [`Error::Each`] with the problems of all environments.
pub fn read_each(text: &str) -> Result<Vec<Document>, Error> {
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    for env in known(text)? {
        match read_for(text, Some(&env)) {
            Ok(document) => read.push(document),
            // What is wrong without any patch is wrong in every environment.
            Err(error) if !problems.contains(&error.to_string()) => problems.push(error.to_string()),
            Err(_) => {}
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(Error::Each(problems)) }
}

/// The fields that environment `env` sets to other values than the pipeline has without it, in order of their paths.
/// Without `env` it is the documents' own.
///
/// # Errors
/// As [`read_for`].
pub fn changes(text: &str, env: Option<&str>) -> Result<Vec<Change>, Error> {
    let after = whole(&read_for(text, env)?)?;
    let mut applied = Vec::new();
    let (mut plain, mut patched) = (documents(text)?, documents(text)?);
    for (plain, patched) in plain.iter_mut().zip(&mut patched) {
        applied.extend(resolve(patched, env)?);
        if let Some(pipeline) = plain.get_mut("pipeline").and_then(Value::as_object_mut) {
            pipeline.remove("envs");
        }
    }
    let plain = joined(plain)?;
    // A pipeline may be whole only with a patch; then there are no defaults to compare with.
    let before = decode(plain.clone()).ok().and_then(|document| whole(&document).ok()).unwrap_or(plain);
    let mut found: Vec<Change> = Vec::new();
    for Applied { env, patch, .. } in &applied {
        let origin = format!("envs.{env}");
        let mut path = Vec::new();
        leaves(patch, &mut path, &mut |path| {
            compare(path, at(&before, path), at(&after, path), &origin, &mut found);
        });
    }
    found.sort_by(|a, b| a.field.cmp(&b.field));
    found.dedup();
    Ok(found)
}

/// The document with the defaults of all layers that it asks for, also of those of which it says nothing.
fn whole(document: &Document) -> Result<Value, Error> {
    let mut value = serde_json::to_value(document).map_err(Error::Print)?;
    if let Some(pipeline) = value.get_mut("pipeline").and_then(Value::as_object_mut) {
        for layer in layers::asked(&document.pipeline) {
            pipeline.entry(layer.name).or_insert_with(|| Value::Object(Map::new()));
        }
    }
    serde_json::to_value(decode(value)?).map_err(Error::Print)
}

/// Call `each` with the path of every value that the patch sets.
fn leaves<'a>(patch: &'a Value, path: &mut Vec<&'a str>, each: &mut impl FnMut(&[&str])) {
    match patch {
        Value::Object(fields) if !fields.is_empty() || path.is_empty() => {
            for (key, value) in fields {
                path.push(key);
                leaves(value, path, each);
                path.pop();
            }
        }
        _ => each(path),
    }
}

fn at<'a>(document: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(document.get("pipeline")?, |value, key| value.get(key))
}

/// What differs between two values at `path`: of lists and objects the items that do.
fn compare(path: &[&str], from: Option<&Value>, to: Option<&Value>, origin: &str, found: &mut Vec<Change>) {
    let field = path.iter().fold(String::new(), |field, key| match (field.as_str(), key.starts_with('[')) {
        ("", _) => (*key).to_owned(),
        (_, true) => format!("{field}{key}"),
        (_, false) => format!("{field}.{key}"),
    });
    let deeper = |key: &str, from, to, found: &mut Vec<Change>| {
        compare(&[path, &[key]].concat(), from, to, origin, found);
    };
    match (from, to) {
        (from, to) if from == to => {}
        (Some(Value::Array(from)), Some(Value::Array(to))) => {
            for index in 0..from.len().max(to.len()) {
                deeper(&format!("[{index}]"), from.get(index), to.get(index), found);
            }
        }
        (Some(Value::Object(from)), Some(Value::Object(to))) => {
            let keys = from.keys().chain(to.keys().filter(|key| !from.contains_key(*key)));
            for key in keys {
                deeper(key, from.get(key), to.get(key), found);
            }
        }
        (from, to) => found.push(Change { field, from: from.cloned(), to: to.cloned(), origin: origin.to_owned() }),
    }
}

#[cfg(test)]
#[path = "envs_tests.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
