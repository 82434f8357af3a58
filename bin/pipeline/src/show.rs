//! `pipeline show`: the document of one environment, and what that environment changes.

use crate::{Failure, input};
use serde_json::Value;
use std::io::Write;
use strata_state::envs::{self, Change};

/// What to show.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print to stderr which fields the environment changes, and from what
    #[arg(long)]
    origins: bool,
    /// With --origins: print the changes as JSON, and not the document
    #[arg(long, requires = "origins")]
    json: bool,
}

/// The text for stdout.
pub(crate) fn show(args: &Args, env: Option<&str>) -> Result<String, Failure> {
    let text = input::text()?;
    let document = strata_state::read_for(&text, env)?;
    // Who edits one environment sees at once whether the others are still right.
    envs::read_each(&text)?;
    if !args.origins {
        return Ok(document.print()?);
    }
    let changes = envs::changes(&text, env)?;
    if args.json {
        let changes = serde_json::to_string_pretty(&changes);
        return Ok(changes.map_err(strata_state::Error::Print)? + "\n");
    }
    let lines: String = changes.iter().map(|change| line(change) + "\n").collect();
    // The document is printed even if stderr is closed.
    let _ = std::io::stderr().write_all(lines.as_bytes());
    Ok(document.print()?)
}

/// `airflow.class: mw1.small -> mw1.medium (envs.prod)`
fn line(change: &Change) -> String {
    let word = |value: &Option<Value>| match value {
        None => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        // Present or not is what matters of a whole section.
        Some(Value::Object(_)) => "{…}".to_owned(),
        Some(other) => other.to_string(),
    };
    format!("{}: {} -> {} ({})", change.field, word(&change.from), word(&change.to), change.origin)
}
