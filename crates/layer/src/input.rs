//! From stdin and the command line to a document.

use crate::cli::Global;
use std::io::{IsTerminal, Read};
use strata_aws::Error;
use strata_state::wish::Pipeline;
use strata_state::{Document, VERSION};

/// The document on stdin. Where `may_be_empty`, `--pipeline` and `--env` replace one.
///
/// # Errors
/// [`strata_aws::Exit::Usage`] when there is none, or it cannot be used.
pub fn document(global: &Global, may_be_empty: bool) -> Result<Document, Error> {
    parse(&text()?, global, may_be_empty)
}

/// All that is on stdin.
pub(crate) fn text() -> Result<String, Error> {
    let mut text = String::new();
    let mut stdin = std::io::stdin();
    // A document is not typed: without a pipe there is none.
    if !stdin.is_terminal() {
        let doing = "reading the document";
        stdin.read_to_string(&mut text).map_err(|error| Error::usage(doing, error.to_string()))?;
    }
    Ok(text)
}

/// The document in a text.
pub(crate) fn parse(text: &str, global: &Global, may_be_empty: bool) -> Result<Document, Error> {
    if text.trim().is_empty()
        && may_be_empty
        && let Some(name) = &global.pipeline
    {
        return named(name, global.env.as_deref().unwrap_or("dev"));
    }
    let doc = strata_state::read_for(text, global.env.as_deref()).map_err(wrong)?;
    if let Some(said) = &global.pipeline
        && *said != doc.pipeline.name
    {
        let message = format!("--pipeline says `{said}` and the document says `{}`", doc.pipeline.name);
        return Err(Error::usage("reading the document", message));
    }
    Ok(doc)
}

/// A document that knows only whose resources to look for.
fn named(name: &str, env: &str) -> Result<Document, Error> {
    let wish = serde_json::json!({ "name": name, "env": env, "folder": format!("pipelines/{name}") });
    let pipeline: Pipeline =
        serde_json::from_value(wish).map_err(|error| Error::usage("reading --pipeline", error.to_string()))?;
    let doc = serde_json::json!({ "version": VERSION, "pipeline": pipeline });
    strata_state::read(&doc.to_string()).map_err(wrong)
}

/// The document's own error, which already says what was being done.
fn wrong(error: strata_state::Error) -> Error {
    let text = error.to_string();
    match text.split_once(": ") {
        Some((doing, message)) => Error::usage(doing, message),
        None => Error::usage("reading the document", text),
    }
}
