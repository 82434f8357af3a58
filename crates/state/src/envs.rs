//! Environments: `pipeline.envs` says how each copy of a pipeline differs, as JSON merge patches (RFC 7396).
//!
//! What a program works with is the pipeline of one environment: the patch is applied when the document is read, and
//! `envs` is gone from it. An error in a value that a patch sets names its place in the patch.

use crate::error::short;
use crate::read::{decode, documents, joined};
use crate::wish::Pipeline;
use crate::{Document, Error, layers, near, read_for};
use serde::Serialize;
use serde_json::{Map, Value};

/// What no environment can change: it would be another pipeline, or another environment.
const FIXED: [&str; 3] = ["name", "env", "envs"];

/// The patch that made a document that of an environment.
#[derive(Debug, Clone)]
pub(crate) struct Applied {
    env: String,
    patch: Value,
    /// Whether the environment was asked for by a name that is not the document's own.
    is_other: bool,
}

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

impl Pipeline {
    /// The name of this copy of the pipeline: `driven-data-prod`.
    #[must_use]
    pub fn copy(&self) -> String {
        format!("{}-{}", self.name, self.env)
    }
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

/// Make `document` that of the environment `asked`, or of its own one, and say which patch that took.
pub(crate) fn resolve(document: &mut Value, asked: Option<&str>) -> Result<Option<Applied>, Error> {
    let own = own(document).to_owned();
    let env = asked.unwrap_or(&own).to_owned();
    let Some(patches) = patches(document)? else {
        let has_pipeline = document.get("pipeline").is_some();
        return if env == own || !has_pipeline { Ok(None) } else { Err(Error::OtherEnv { asked: env, is: own }) };
    };
    for (name, patch) in patches {
        shape(name, patch)?;
    }
    let patch = patches.get(&env).cloned();
    if patch.is_none() && env != own {
        let mut known = vec![own];
        known.extend(patches.keys().cloned());
        let nearest = near::nearest(&env, known.iter().map(String::as_str)).map(str::to_owned);
        return Err(Error::UnknownEnv { env, known, nearest });
    }
    let is_other = env != own;
    let patch = patch.unwrap_or_else(|| Value::Object(Map::new()));
    if let Some(pipeline) = document.get_mut("pipeline") {
        if let Some(fields) = pipeline.as_object_mut() {
            fields.remove("envs");
            fields.insert("env".into(), Value::String(env.clone()));
        }
        merge_patch(pipeline, &patch);
    }
    Ok(Some(Applied { env, patch, is_other }))
}

/// `error` with the place in the patch where its cause is, if a patch sets the value that is wrong.
pub(crate) fn blame(applied: &[Applied], error: Error) -> Error {
    let mend = |path: &str| applied.iter().find_map(|applied| applied.place(path));
    match error {
        Error::Field { path, reason } => {
            let path = mend(&path).unwrap_or(path);
            Error::Field { path, reason }
        }
        Error::Wish(problems) => {
            let each = problems.into_iter().map(|problem| {
                let (path, rest) = problem.split_once(": ").unwrap_or((&problem, ""));
                if let Some(place) = mend(path) {
                    return format!("{place}: {rest}");
                }
                // Nothing of it is in the patch, and yet it may be wrong in this environment only.
                match applied.iter().find(|applied| applied.is_other) {
                    Some(applied) => format!("{problem} (env {})", applied.env),
                    None => problem,
                }
            });
            Error::Wish(each.collect())
        }
        other => other,
    }
}

/// RFC 7396: objects join, null removes, all else replaces.
pub(crate) fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        patch.clone_into(target);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(fields) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            fields.remove(key);
        } else {
            merge_patch(fields.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

impl Applied {
    /// Where in the document the patch sets the value at `path`, which starts with `pipeline.`; None where it does not.
    fn place(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix("pipeline.")?;
        if rest == "env" && self.is_other {
            return Some("pipeline.envs".into());
        }
        let (mut value, mut left) = (&self.patch, rest);
        // Keys may have dots in them, so the path is followed by what the patch has.
        while let Value::Object(fields) = value
            && !left.is_empty()
        {
            let next = |key: &String| {
                let after = left.strip_prefix(key.as_str())?;
                (after.is_empty() || after.starts_with(['.', '['])).then_some(after)
            };
            let (deeper, after) = fields.iter().find_map(|(key, value)| Some((value, next(key)?)))?;
            (value, left) = (deeper, after.trim_start_matches('.'));
        }
        Some(format!("pipeline.envs.{}.{rest}", self.env))
    }
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

fn own(document: &Value) -> &str {
    document.pointer("/pipeline/env").and_then(Value::as_str).unwrap_or("dev")
}

fn patches(document: &Value) -> Result<Option<&Map<String, Value>>, Error> {
    match document.pointer("/pipeline/envs") {
        None => Ok(None),
        Some(Value::Object(patches)) => Ok(Some(patches)),
        Some(other) => Err(Error::Field {
            path: "pipeline.envs".into(),
            reason: short(&format!(
                "it has to be an object with one object for each environment, such as {{\"prod\": {{}}}}, and is `{other}`"
            )),
        }),
    }
}

fn shape(env: &str, patch: &Value) -> Result<(), Error> {
    let path = format!("pipeline.envs.{env}");
    let Some(fields) = patch.as_object() else {
        let reason = format!("it has to be an object with what differs in this environment, and is `{patch}`");
        return Err(Error::Field { path: short(&path), reason: short(&reason) });
    };
    match FIXED.iter().find(|name| fields.contains_key(**name)) {
        None => Ok(()),
        Some(name) => {
            let reason = format!("an environment cannot change `{name}`; leave it out");
            Err(Error::Field { path: short(&format!("{path}.{name}")), reason })
        }
    }
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
