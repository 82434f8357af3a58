//! From the text on stdin to one checked document.

use crate::document::{Document, VERSION};
use crate::envs::patch;
use crate::error::{Error, short};
use crate::merge::merge;
use crate::near;
use crate::strict::Strict;
use crate::wish::check;
use serde_json::Value;

/// Read all documents in `text` (one after another, with or without white space between) and merge them. The pipeline is
/// that of the documents' own environment.
///
/// # Errors
/// Any [`Error`]: nothing has been touched then.
pub fn read(text: &str) -> Result<Document, Error> {
    read_for(text, None)
}

/// As [`read`], and the pipeline is that of the environment `env`, if one is given.
///
/// # Errors
/// Any [`Error`]: nothing has been touched then.
pub fn read_for(text: &str, env: Option<&str>) -> Result<Document, Error> {
    let mut documents = documents(text)?;
    let mut applied = Vec::new();
    for document in &mut documents {
        applied.extend(patch::resolve(document, env)?);
    }
    decode(joined(documents)?).map_err(|error| patch::blame(&applied, error))
}

/// All documents in `text`, as they are.
pub(crate) fn documents(text: &str) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        // What some editors put in front of a text says nothing; it may come before each document.
        rest = rest.trim_start_matches('\u{feff}');
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Strict>();
        let next = values.next();
        let read = text.len() - rest.len();
        rest = rest.get(values.byte_offset()..).unwrap_or_default().trim_start_matches([' ', '\t', '\r', '\n']);
        match next {
            None => break,
            Some(Err(error)) => return Err(not_json(&text[..read], &error)),
            Some(Ok(Strict(value))) => {
                if !value.is_object() {
                    return Err(Error::NotObject(kind(&value)));
                }
                version(&value)?;
                found.push(value);
            }
        }
    }
    Ok(found)
}

/// These documents as one.
pub(crate) fn joined(documents: Vec<Value>) -> Result<Value, Error> {
    let mut documents = documents.into_iter();
    let mut all = documents.next().ok_or(Error::Empty)?;
    for other in documents {
        merge(&mut all, other)?;
    }
    Ok(all)
}

/// From JSON to a document that holds to all rules.
pub(crate) fn decode(value: Value) -> Result<Document, Error> {
    let document: Document =
        serde_path_to_error::deserialize(value).map_err(|error| field(error.path().to_string(), error.inner()))?;
    let problems = check::problems(&document.pipeline);
    if problems.is_empty() { Ok(document) } else { Err(Error::Wish(problems.iter().map(|text| short(text)).collect())) }
}

/// The error with its place in the whole text, of which `before` was read already.
fn not_json(before: &str, error: &serde_json::Error) -> Error {
    let lines = before.matches('\n').count();
    let column = match error.line() {
        1 => error.column() + before.len() - before.rfind('\n').map_or(0, |at| at + 1),
        _ => error.column(),
    };
    Error::NotJson { line: lines + error.line(), column, reason: short(&reason(error)) }
}

fn version(value: &Value) -> Result<(), Error> {
    match value.get("version") {
        Some(version) => match version.as_u64() {
            Some(found) if found > u64::from(VERSION) => Err(Error::Newer { found, known: VERSION }),
            Some(1..) => Ok(()),
            _ => Err(Error::Field {
                path: "version".into(),
                reason: short(&format!("it has to be {VERSION}, and is {version}")),
            }),
        },
        None => Err(Error::Field {
            path: "version".into(),
            reason: format!("it is missing; a document starts with \"version\": {VERSION}"),
        }),
    }
}

/// serde's message with the nearest known name in place of the long list.
fn field(path: String, error: &serde_json::Error) -> Error {
    let text = reason(error);
    let mut quoted = text.split('`').skip(1).step_by(2);
    let is_serdes = text.starts_with("unknown field") || text.starts_with("unknown variant");
    let Some(unknown) = is_serdes.then(|| quoted.next()).flatten() else {
        return Error::Field { path: short(&path), reason: short(&text) };
    };
    let known: Vec<&str> = quoted.collect();
    let what = if text.starts_with("unknown variant") { "value" } else { "field" };
    let reason = match near::nearest(unknown, known.iter().copied()) {
        Some(name) => format!("unknown {what} `{unknown}`; did you mean `{name}`?"),
        None => format!("unknown {what} `{unknown}`; known are {}", known.join(", ")),
    };
    // serde reports the path up to and including the unknown field; keep it as it is.
    Error::Field { path: short(&path), reason: short(&reason) }
}

/// serde_json appends " at line 0 column 0" for values that no longer have a place; drop it.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
