//! Run a query with polars. This happens in a child process, which can be stopped at any moment.

use crate::{
    format,
    functions::Functions,
    job::{Job, Source},
    scan,
    translate::AGAIN,
};
use polars::{prelude::*, sql::SQLContext};
use regex::Regex;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{BufWriter, Write},
    sync::Arc,
};

/// The engine's name, by which a worker is told to use it.
pub const NAME: &str = "query";

/// Run a [`Job`] and write its result. The answer has `columns` and the number of `rows`.
///
/// # Errors
/// Athena's text for what went wrong.
pub fn run(job: Value) -> Result<Value, String> {
    let job: Job = serde_json::from_value(job).map_err(|error| error.to_string())?;
    let job = &job;
    let mut context = SQLContext::new().with_function_registry(Arc::new(Functions::new()));
    for source in &job.sources {
        context.register(&source.name, scan::scan(source)?);
    }
    let frame = context.execute(&job.sql).and_then(LazyFrame::collect);
    let frame = frame.map_err(|error| told(&error, &job.sources))?;
    write(&frame, job).map_err(|error| format!("GENERIC_INTERNAL_ERROR: the result could not be written: {error}"))?;
    let columns: Vec<Value> =
        frame.columns().iter().map(|column| format::describe(plain(column.name()), column.dtype())).collect();
    Ok(json!({ "columns": columns, "rows": frame.height() }))
}

fn write(frame: &DataFrame, job: &Job) -> Result<(), Box<dyn std::error::Error>> {
    let mut csv = BufWriter::new(File::create(&job.csv)?);
    let mut rows = BufWriter::new(File::create(&job.rows)?);
    let names: Vec<Option<String>> =
        frame.columns().iter().map(|column| Some(plain(column.name()).to_owned())).collect();
    csv.write_all(format::csv_line(&names).as_bytes())?;
    writeln!(rows, "{}", serde_json::to_string(&names)?)?;
    // In parts, so that a large result is not in memory as text.
    let part = 50_000;
    for start in (0..frame.height()).step_by(part) {
        let columns: Vec<Vec<Option<String>>> = frame
            .slice(i64::try_from(start)?, part)
            .columns()
            .iter()
            .map(format::texts)
            .collect::<PolarsResult<_>>()?;
        let height = columns.first().map_or(0, Vec::len);
        for row in 0..height {
            let cells: Vec<Option<String>> = columns.iter().map(|column| column[row].clone()).collect();
            csv.write_all(format::csv_line(&cells).as_bytes())?;
            writeln!(rows, "{}", serde_json::to_string(&cells)?)?;
        }
    }
    csv.flush()?;
    rows.flush()?;
    Ok(())
}

/// A column's name as the query gave it.
fn plain(name: &str) -> &str {
    name.trim_end_matches(AGAIN)
}

/// polars's error in Athena's words, as far as there are any.
fn told(error: &PolarsError, sources: &[Source]) -> String {
    let text = error.to_string();
    let text = text.split("\n\n").next().unwrap_or_default().trim().to_owned();
    for ours in ["DIVISION_BY_ZERO: ", "INVALID_FUNCTION_ARGUMENT: "] {
        if let Some(at) = text.find(ours) {
            return text[at..].to_owned();
        }
    }
    let named = |pattern: &str| {
        Regex::new(pattern).ok().and_then(|pattern| Some(pattern.captures(&text)?.get(1)?.as_str().to_owned()))
    };
    if let Some(column) = named(r#"(?:unable to find column|no column named|column) ["']([\w.]+)"#)
        && matches!(error, PolarsError::ColumnNotFound(_) | PolarsError::SQLInterface(_) | PolarsError::Context { .. })
    {
        return format!(
            "COLUMN_NOT_FOUND: line {{{column}}}: Column '{column}' cannot be resolved or requester is not authorized to access requested resources"
        );
    }
    if text.contains("conversion from") {
        let column = named(r#"in column '([^']+)'"#).unwrap_or_default();
        let value = named(r#"(?:values?: \[)"?([^"\]]*)"#).unwrap_or_default();
        let at = sources.iter().find_map(|source| source.columns.iter().position(|(name, _)| *name == column));
        return format!(
            "HIVE_BAD_DATA: Error parsing field value '{value}' for field {}: For input string: \"{value}\"",
            at.unwrap_or_default()
        );
    }
    if let Some(function) = named(r"unsupported function '([^']+)'") {
        return format!("FUNCTION_NOT_FOUND: line {{{function}}}: Function '{function}' not registered");
    }
    format!("SYNTAX_ERROR: {text}")
}
