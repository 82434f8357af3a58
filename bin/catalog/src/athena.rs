//! One query in Athena: start it, wait for it, fetch its rows.

use crate::refusal::{Refusal, refusal};
use crate::{database, workgroup};
use aws_sdk_athena::Client;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionContext, QueryExecutionState, StatementType};
use strata_aws::{During, Error, Exit, Pace, Poll, Waiting};
use strata_layer::Context;

/// Athena ends a query after half an hour by itself.
const QUERY: Pace = Pace::seconds(2, 2400);
/// How long starting it is tried.
const START: Pace = Pace::seconds(2, 30);

/// The rows of a query, and what it cost.
pub(crate) struct Rows {
    /// Name and Athena's type.
    pub(crate) columns: Vec<(String, String)>,
    /// None is NULL.
    pub(crate) rows: Vec<Vec<Option<String>>>,
    /// Whether there are more than were asked for.
    pub(crate) more: bool,
    pub(crate) scanned: i64,
    pub(crate) millis: i64,
}

/// Run `sql` in the pipeline's workgroup and database, and fetch up to `most` rows.
pub(crate) async fn run(cx: &Context, sql: &str, most: usize) -> Result<Rows, Error> {
    let athena = Client::new(&cx.session.sdk);
    let id = start(cx, &athena, sql).await?;
    let doing = "running the query";
    let mut waiting = Waiting::new(doing, QUERY, &cx.cancel);
    loop {
        let answer = athena.get_query_execution().query_execution_id(&id).send().await.during(|| doing.into());
        let look = answer.map(|answer| answer.query_execution.map_or_else(|| Poll::NotYet("unknown".into()), judge));
        match waiting.after(look).await {
            Ok(Some(query)) => return fetch(&athena, &id, &query, most).await,
            Ok(None) => {}
            Err(error) => {
                if error.exit == Exit::Interrupted {
                    // No one will read its rows. If it cannot be stopped, it ends on its own.
                    let _ = athena.stop_query_execution().query_execution_id(&id).send().await;
                }
                return Err(error);
            }
        }
    }
}

/// The token makes a second start after a lost answer the same query.
async fn start(cx: &Context, athena: &Client, sql: &str) -> Result<String, Error> {
    let token = format!("strata-{}", uuid::Uuid::new_v4());
    let doing = "starting the query";
    let mut waiting = Waiting::new(doing, START, &cx.cancel);
    loop {
        let call = athena
            .start_query_execution()
            .query_string(sql)
            .client_request_token(&token)
            .work_group(workgroup::name(cx))
            .query_execution_context(QueryExecutionContext::builder().database(database::name(cx)).build());
        let look = call.send().await.during(|| doing.into());
        let look = look.map(|answer| Poll::Ready(answer.query_execution_id.unwrap_or_default()));
        match waiting.after(look).await {
            Ok(Some(id)) => return Ok(id),
            Ok(None) => {}
            Err(error) if refusal(&error) == Refusal::NoWorkgroup => {
                return Err(error.advise("run `catalog up` first"));
            }
            Err(error) => return Err(error),
        }
    }
}

fn judge(query: QueryExecution) -> Poll<QueryExecution> {
    let status = query.status();
    let failed = |word: &str| {
        let reason = status.and_then(|status| status.state_change_reason()).unwrap_or("Athena gave no reason");
        Poll::Failed(Error::failed(format!("running the query: it {word}"), reason))
    };
    match status.and_then(|status| status.state()) {
        Some(QueryExecutionState::Succeeded) => Poll::Ready(query),
        Some(QueryExecutionState::Failed) => failed("failed"),
        Some(QueryExecutionState::Cancelled) => failed("was stopped"),
        Some(state) => Poll::NotYet(state.as_str().to_owned()),
        None => Poll::NotYet("unknown".into()),
    }
}

async fn fetch(athena: &Client, id: &str, query: &QueryExecution, most: usize) -> Result<Rows, Error> {
    let statistics = query.statistics();
    let mut found = Rows {
        columns: Vec::new(),
        rows: Vec::new(),
        more: false,
        scanned: statistics.and_then(|statistics| statistics.data_scanned_in_bytes()).unwrap_or_default(),
        millis: statistics.and_then(|statistics| statistics.total_execution_time_in_millis()).unwrap_or_default(),
    };
    // Only queries repeat the column names as their first row; SHOW and DESCRIBE do not.
    let mut header = query.statement_type() == Some(&StatementType::Dml);
    let mut pages = athena.get_query_results().query_execution_id(id).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.during(|| "reading the rows of the query".into())?;
        let Some(set) = page.result_set() else { continue };
        if found.columns.is_empty() {
            let columns = set.result_set_metadata().map(|metadata| metadata.column_info()).unwrap_or_default();
            found.columns =
                columns.iter().map(|column| (column.name().to_owned(), column.r#type().to_owned())).collect();
        }
        for row in set.rows().iter().skip(usize::from(std::mem::take(&mut header))) {
            if found.rows.len() == most {
                found.more = true;
                return Ok(found);
            }
            found.rows.push(row.data().iter().map(|datum| datum.var_char_value().map(str::to_owned)).collect());
        }
    }
    Ok(found)
}
