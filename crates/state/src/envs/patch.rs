//! The patch of one environment: applied to a document, and named where a value that it sets is wrong.

use crate::error::{Error, short};
use crate::near;
use serde_json::{Map, Value};

/// What no environment can change: it would be another pipeline, or another environment.
const FIXED: [&str; 3] = ["name", "env", "envs"];

/// The patch that made a document that of an environment.
#[derive(Debug, Clone)]
pub(crate) struct Applied {
    pub(super) env: String,
    pub(super) patch: Value,
    /// Whether the environment was asked for by a name that is not the document's own.
    is_other: bool,
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
    let place = |path: &str| applied.iter().find_map(|applied| applied.place(path));
    match error {
        Error::Field { path, reason } => {
            let path = place(&path).unwrap_or(path);
            Error::Field { path, reason }
        }
        Error::Wish(problems) => {
            let each = problems.into_iter().map(|problem| {
                let (path, rest) = problem.split_once(": ").unwrap_or((&problem, ""));
                if let Some(place) = place(path) {
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

pub(super) fn own(document: &Value) -> &str {
    document.pointer("/pipeline/env").and_then(Value::as_str).unwrap_or("dev")
}

pub(super) fn patches(document: &Value) -> Result<Option<&Map<String, Value>>, Error> {
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
