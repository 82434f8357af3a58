//! One query from QUEUED to its end.

use crate::{
    ddl,
    query::{self, End},
    source,
    store::{Athena, Place},
};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc, time::Instant};
use strata_local_engine_query::{
    self as engine, Job,
    statement::{self, Statement},
    translate,
};
use strata_local_process::worker::{self, Task};
use tokio::sync::watch;

/// What a query needs to know.
pub(crate) struct Work {
    pub(crate) id: String,
    pub(crate) sql: String,
    pub(crate) statement: Statement,
    /// The database of tables without one.
    pub(crate) database: String,
    /// Where the result object goes.
    pub(crate) output: String,
    /// The most bytes that it may scan.
    pub(crate) limit: Option<u64>,
}

/// What a query brought.
#[derive(Default)]
struct Outcome {
    columns: Value,
    scanned: u64,
    engine_ms: u64,
}

/// How a query can fail.
enum Failure {
    Failed(String),
    /// AWS cancels what scans too much.
    Cancelled(String, u64),
}

impl From<String> for Failure {
    fn from(error: String) -> Self {
        Self::Failed(error)
    }
}

/// The rows of a result on disk, for GetQueryResults.
pub(crate) fn rows_path(athena: &Athena, id: &str) -> PathBuf {
    athena.cloud.dir.join("athena").join(format!("{id}.rows"))
}

/// Run to the end, whatever it is, and write it down.
pub(crate) async fn run(athena: Arc<Athena>, place: Place, work: Work, mut stopped: watch::Receiver<bool>) {
    let started = Instant::now();
    let steps = async {
        athena.with(&place, |queries| {
            if let Ok(query) = query::find(queries, &work.id) {
                query.state = "RUNNING";
            }
        });
        execute(&athena, &place.1, &work).await
    };
    let outcome = tokio::select! {
        outcome = steps => outcome,
        // Dropping `steps` kills the child. A reset of the endpoint ends a query in the same way.
        _ = stopped.changed() => Err(Failure::Cancelled("Query cancelled by user".to_owned(), 0)),
    };
    let mut end = match outcome {
        Ok(outcome) => End {
            state: "SUCCEEDED",
            scanned: outcome.scanned,
            engine_ms: outcome.engine_ms,
            columns: outcome.columns,
            ..End::default()
        },
        Err(Failure::Failed(error)) => {
            End { state: "FAILED", error: Some(located(error, &work.sql)), ..End::default() }
        }
        Err(Failure::Cancelled(error, scanned)) => {
            End { state: "CANCELLED", error: Some(error), scanned, ..End::default() }
        }
    };
    end.total_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    end.completed = chrono::Utc::now().timestamp_millis() as f64 / 1000.0;
    athena.with(&place, |queries| {
        if let Ok(query) = query::find(queries, &work.id) {
            query.state = end.state;
            query.switch = None;
            query.end = Some(end);
        }
    });
}

/// An error that names a word as `line {word}` gets the word's place in the query.
fn located(error: String, sql: &str) -> String {
    let Some((head, rest)) = error.split_once("line {") else { return error };
    let Some((word, tail)) = rest.split_once('}') else { return error };
    let name = word.rsplit('.').next().unwrap_or(word);
    let pattern = format!(r"(?i)\b{}\b", regex::escape(name));
    let at = regex::Regex::new(&pattern).ok().and_then(|pattern| Some(pattern.find(sql)?.start())).unwrap_or(0);
    let before = &sql[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
    format!("{head}line {line}:{column}{tail}")
}

async fn execute(athena: &Athena, region: &str, work: &Work) -> Result<Outcome, Failure> {
    let folder = athena.cloud.dir.join("athena");
    let broken = |what: &str, error: String| Failure::Failed(format!("GENERIC_INTERNAL_ERROR: {what}: {error}"));
    tokio::fs::create_dir_all(&folder).await.map_err(|error| broken("the result's folder", error.to_string()))?;
    let csv = folder.join(format!("{}.csv", work.id));
    let rows = rows_path(athena, &work.id);
    let outcome = match &work.statement {
        Statement::Select(ast) => {
            let mut ast = ast.as_ref().clone();
            let ctes = translate::ctes(&mut ast);
            let references = statement::references(&ast, &work.database, &ctes);
            let mut listings = Vec::new();
            for reference in &references {
                listings.push(source::list(athena, region, reference).await?);
            }
            let scanned = listings.iter().map(source::Listing::bytes).sum();
            if work.limit.is_some_and(|limit| scanned > limit) {
                return Err(Failure::Cancelled(
                    "Query cancelled! : Bytes scanned limit was exceeded".to_owned(),
                    scanned,
                ));
            }
            let sql = translate::translate(&mut ast, &work.database, &ctes)?;
            let mut sources = Vec::new();
            for listing in listings {
                sources.push(source::fetch(athena, listing).await?);
            }
            let begun = Instant::now();
            let job = Job { sql, sources, csv: csv.clone(), rows };
            let task = Task::new(engine::NAME, &job).map_err(|error| broken("the query", error.to_string()))?;
            let done = worker::spawn(&task).await.result?;
            let engine_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            Outcome { columns: done["columns"].clone(), scanned, engine_ms }
        }
        other => {
            let answer = ddl::answer(athena, region, other, &work.database).await?;
            answer.write(&csv, &rows).await.map_err(|error| broken("the result", error))?;
            Outcome { columns: json!(answer.columns), ..Outcome::default() }
        }
    };
    let bytes = tokio::fs::read(&csv).await.map_err(|error| broken("the result", error.to_string()))?;
    let (bucket, key) = work.output.trim_start_matches("s3://").split_once('/').unwrap_or_default();
    for (key, bytes) in [(key.to_owned(), bytes), (format!("{key}.metadata"), Vec::new())] {
        athena.cloud.s3.store(bucket, &key, bytes).await.map_err(|error| {
            Failure::Failed(format!(
                "GENERIC_USER_ERROR: Unable to write to the output location s3://{bucket}/{key}: {} ({})",
                error.message, error.code
            ))
        })?;
    }
    // What GetQueryResults needs is in the other file.
    let _gone = tokio::fs::remove_file(&csv).await;
    Ok(outcome)
}
