//! Query executions: their list and their states.

use crate::failure::invalid;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strata_local_cloud::{Word, word};
use strata_local_wire::{Answer, AwsError};
use tokio::sync::watch;

/// One query.
#[derive(Serialize, Deserialize)]
pub(crate) struct Query {
    pub(crate) id: String,
    pub(crate) sql: String,
    pub(crate) token: Option<String>,
    pub(crate) group: String,
    pub(crate) context: Value,
    /// `DML`, `DDL` or `UTILITY`.
    #[serde(deserialize_with = "word")]
    pub(crate) kind: Word,
    #[serde(deserialize_with = "word")]
    pub(crate) substatement: Word,
    /// The whole place of the result object.
    pub(crate) output: String,
    #[serde(deserialize_with = "word")]
    pub(crate) state: Word,
    pub(crate) submitted: f64,
    pub(crate) end: Option<End>,
    /// Stops the query when it says true or is dropped.
    #[serde(skip)]
    pub(crate) switch: Option<watch::Sender<bool>>,
}

/// How a query ended.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct End {
    #[serde(deserialize_with = "word")]
    pub(crate) state: Word,
    pub(crate) error: Option<String>,
    pub(crate) scanned: u64,
    pub(crate) engine_ms: u64,
    pub(crate) total_ms: u64,
    /// Athena's description of the result columns.
    pub(crate) columns: Value,
    pub(crate) completed: f64,
}

impl Query {
    pub(crate) fn show(&self) -> Value {
        let mut status = json!({ "State": self.state, "SubmissionDateTime": self.submitted });
        let mut statistics = json!({ "QueryQueueTimeInMillis": 0 });
        if let Some(end) = &self.end {
            status["CompletionDateTime"] = end.completed.into();
            statistics = json!({
                "EngineExecutionTimeInMillis": end.engine_ms,
                "DataScannedInBytes": end.scanned,
                "TotalExecutionTimeInMillis": end.total_ms,
                "QueryQueueTimeInMillis": 0,
                "ServiceProcessingTimeInMillis": end.total_ms.saturating_sub(end.engine_ms),
                "ResultReuseInformation": { "ReusedPreviousResult": false },
            });
            if let Some(error) = &end.error {
                status["StateChangeReason"] = error.as_str().into();
                if end.state == "FAILED" {
                    // Category 2 is the user's own mistake.
                    status["AthenaError"] =
                        json!({ "ErrorCategory": 2, "ErrorType": 1006, "Retryable": false, "ErrorMessage": error });
                }
            }
        }
        json!({
            "QueryExecutionId": self.id,
            "Query": self.sql,
            "StatementType": self.kind,
            "SubstatementType": self.substatement,
            "ResultConfiguration": { "OutputLocation": self.output },
            "ResultReuseConfiguration": { "ResultReuseByAgeConfiguration": { "Enabled": false } },
            "QueryExecutionContext": self.context,
            "Status": status,
            "Statistics": statistics,
            "WorkGroup": self.group,
            "EngineVersion": { "SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3" },
        })
    }
}

pub(crate) fn id(body: &Value) -> Result<&str, AwsError> {
    body["QueryExecutionId"].as_str().ok_or_else(|| invalid("QueryExecutionId is required"))
}

pub(crate) fn find<'a>(queries: &'a mut [Query], id: &str) -> Result<&'a mut Query, AwsError> {
    let found = queries.iter_mut().find(|query| query.id == id);
    found.ok_or_else(|| invalid(format!("QueryExecution {id} was not found")))
}

pub(crate) fn get(queries: &mut [Query], body: &Value) -> Answer {
    Ok(json!({ "QueryExecution": find(queries, id(body)?)?.show() }))
}

pub(crate) fn batch_get(queries: &mut [Query], body: &Value) -> Answer {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for id in body["QueryExecutionIds"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        match find(queries, id) {
            Ok(query) => found.push(query.show()),
            Err(error) => missing.push(json!({
                "QueryExecutionId": id, "ErrorCode": "INVALID_QUERY_EXECUTION_ID", "ErrorMessage": error.message,
            })),
        }
    }
    Ok(json!({ "QueryExecutions": found, "UnprocessedQueryExecutionIds": missing }))
}

/// ListQueryExecutions: the newest first, in one workgroup.
pub(crate) fn list(queries: &mut [Query], body: &Value) -> Answer {
    let group = body["WorkGroup"].as_str().unwrap_or("primary");
    let ids: Vec<&str> =
        queries.iter().rev().filter(|query| query.group == group).map(|query| query.id.as_str()).collect();
    let start = match body["NextToken"].as_str() {
        None => 0,
        Some(token) => {
            token.parse().ok().filter(|at| *at <= ids.len()).ok_or_else(|| invalid("NextToken is invalid"))?
        }
    };
    let size = body["MaxResults"].as_u64().map_or(50, |size| size.clamp(1, 50) as usize);
    let end = ids.len().min(start + size);
    let mut answer = json!({ "QueryExecutionIds": ids[start..end] });
    if end < ids.len() {
        answer["NextToken"] = end.to_string().into();
    }
    Ok(answer)
}

/// StopQueryExecution: a query that has ended stays as it is.
pub(crate) fn stop(queries: &mut [Query], body: &Value) -> Answer {
    let query = find(queries, id(body)?)?;
    // There is no receiver when the query has just ended on its own.
    let _ended = query.switch.take().map(|switch| switch.send(true));
    Ok(json!({}))
}
