//! `airflow variables`: Airflow's Variables through its REST API. A value is a secret by default: it is read from a
//! file and not from the command line, which every user of a machine can see, and is shown only with `--show`.

use super::rest::{LONGEST, Request, Rest};
use crate::show::{Format, show};
use clap::Subcommand;
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use strata_aws::Error;

/// What can be done with Variables.
#[derive(Debug, Subcommand)]
pub(crate) enum Words {
    /// List them
    List {
        /// Print the values, too
        #[arg(long)]
        show: bool,
        /// How rows are printed
        #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
        format: Format,
    },
    /// Set a Variable, or create it
    Set {
        /// Its name
        #[arg(value_name = "KEY")]
        key: String,
        /// File with the value, such as /dev/fd/3 or <(command); a trailing newline is ignored
        #[arg(long, value_name = "FILE")]
        value_file: PathBuf,
    },
}

/// What is shown instead of a value, whatever its length.
const MASK: &str = "********";
/// The longest value that is sent.
const MOST: u64 = 64 << 10;

pub(super) async fn variables(rest: &Rest<'_>, words: &Words) -> Result<String, Error> {
    match words {
        Words::List { show, format } => list(rest, *show, *format).await,
        Words::Set { key, value_file } => {
            let value = value(value_file)?;
            set(rest, key, &value).await.map(|()| String::new())
        }
    }
}

/// All names, with their values as Airflow tells them.
async fn all(rest: &Rest<'_>) -> Result<Vec<Value>, Error> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let query = json!({ "limit": 100, "offset": all.len(), "order_by": "key" });
        let mut page = rest.ask("listing Airflow's Variables", &Request::get("/variables", query)).await?;
        let Some(Value::Array(found)) = page.get_mut("variables").map(Value::take) else { break };
        let is_last = found.is_empty();
        all.extend(found);
        if is_last || page["total_entries"].as_u64().is_none_or(|total| all.len() as u64 >= total) {
            break;
        }
    }
    Ok(all)
}

async fn list(rest: &Rest<'_>, with_values: bool, format: Format) -> Result<String, Error> {
    let all = all(rest).await?;
    if all.is_empty() {
        rest.cx.report.say("there are no Variables: `airflow variables set` makes one");
    }
    let row = |variable: &Value| {
        let text = |field: &str| variable[field].as_str().unwrap_or_default().to_owned();
        let value = if with_values { text("value") } else { MASK.to_owned() };
        vec![text("key"), value, text("description")]
    };
    Ok(show(&["key", "value", "description"], &all.iter().map(row).collect::<Vec<_>>(), format))
}

/// The value in a file.
fn value(path: &Path) -> Result<String, Error> {
    let wrong = |why: String| Error::usage(format!("reading the value from {}", path.display()), why);
    let file = std::fs::File::open(path).map_err(|error| wrong(error.to_string()))?;
    let mut value = String::new();
    file.take(MOST + 1).read_to_string(&mut value).map_err(|error| wrong(error.to_string()))?;
    if value.len() as u64 > MOST {
        return Err(wrong(format!("it is longer than {MOST} bytes")));
    }
    Ok(value.strip_suffix('\n').unwrap_or(&value).to_owned())
}

/// Setting it twice changes nothing, so that an answer that was lost may be asked for again.
async fn set(rest: &Rest<'_>, key: &str, value: &str) -> Result<(), Error> {
    let path = format!("/variables/{key}");
    let doing = format!("setting Variable {key}");
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "_-.".contains(sign);
    if key.is_empty() || path.len() > LONGEST || !key.chars().all(is_plain) {
        let most = LONGEST - "/variables/".len();
        let message =
            format!("its name has to be letters, digits, `_`, `-` and `.`, {most} at most: it is part of a path");
        return Err(Error::usage(doing, message));
    }
    let body = json!({ "key": key, "value": value });
    let said = match rest.ask(&doing, &Request::patch(&path, body.clone())).await {
        Ok(_) => "set",
        Err(error) if error.is(&["404"]) => match rest.ask(&doing, &Request::post("/variables", body.clone())).await {
            Ok(_) => "made",
            // Made in between, perhaps by ourselves with an answer that was lost.
            Err(error) if error.is(&["409"]) => rest.ask(&doing, &Request::patch(&path, body)).await.map(|_| "set")?,
            Err(error) => return Err(error),
        },
        Err(error) => return Err(error),
    };
    rest.cx.report.say(&format!("airflow: Variable {key}: {said}"));
    Ok(())
}
