//! Airflow's own REST API through MWAA's `InvokeRestApi`: AWS rights are all that it needs, no token and no way to the web
//! server.
//!
//! AWS takes paths of at most 64 characters (its service model). What belongs to a run is therefore asked for with the run
//! in the body, not in the path; a task's log, which Airflow only has under a long path, is read in `logs.rs`.

use aws_sdk_mwaa::Client;
use aws_sdk_mwaa::operation::invoke_rest_api::InvokeRestApiError as Refused;
use aws_sdk_mwaa::types::RestApiMethod;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::{Document, Number};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;
use strata_aws::{During, Error, Exit, Pace, Poll, Waiting};
use strata_layer::Context;
use strata_state::Kind;

/// The longest path that AWS takes.
pub(super) const LONGEST: usize = 64;
/// How long a request is retried while the web server does not answer: it restarts after an update.
const ANSWER: Pace = Pace::seconds(2, 60);
/// The same while a run is watched, which goes on meanwhile.
const PATIENT: Pace = Pace::seconds(5, 20 * 60);
/// What a web server, or the load balancer in front of it, answers while it is down or overloaded.
const PASSING: [i32; 4] = [429, 502, 503, 504];

/// The REST API of one environment.
pub(super) struct Rest<'a> {
    pub(super) cx: &'a Context,
    /// Made by the first call: `airflow check` makes none, and has no region.
    mwaa: OnceLock<Client>,
    /// The environment's name.
    pub(super) environment: String,
    patience: Pace,
}

/// One request.
pub(super) struct Request<'a> {
    pub(super) method: RestApiMethod,
    pub(super) path: &'a str,
    pub(super) query: Value,
    pub(super) body: Value,
}

impl<'a> Request<'a> {
    pub(super) fn get(path: &'a str, query: Value) -> Self {
        Self { method: RestApiMethod::Get, path, query, body: Value::Null }
    }

    pub(super) fn post(path: &'a str, body: Value) -> Self {
        Self { method: RestApiMethod::Post, path, query: Value::Null, body }
    }

    pub(super) fn patch(path: &'a str, body: Value) -> Self {
        Self { method: RestApiMethod::Patch, path, query: Value::Null, body }
    }
}

impl<'a> Rest<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        let name = cx.doc.airflow.as_ref().map(|section| section.environment.clone());
        let environment = name.unwrap_or_else(|| cx.name(Kind::Environment, "airflow"));
        Self { cx, mwaa: OnceLock::new(), environment, patience: ANSWER }
    }

    /// For watching a run: its web server may go and come meanwhile.
    pub(super) fn patient(cx: &'a Context) -> Self {
        Self { patience: PATIENT, ..Self::new(cx) }
    }

    /// Whether this is Airflow 3: its API has other fields in places.
    pub(super) fn is_three(&self) -> bool {
        let made = self.cx.doc.airflow.as_ref().map(|section| section.version.as_str());
        made.unwrap_or(&self.cx.doc.pipeline.airflow().version).starts_with("3.")
    }

    /// Ask until there is an answer, for what may be asked twice: all reading, and setting what may be set again.
    pub(super) async fn ask(&self, doing: &str, request: &Request<'_>) -> Result<Value, Error> {
        let mut waiting = Waiting::new(doing, self.patience, &self.cx.cancel);
        loop {
            let look = self.once(doing, request).await.map(Poll::Ready);
            if let Some(answer) = waiting.after(look).await? {
                return Ok(answer);
            }
        }
    }

    /// Ask once.
    pub(super) async fn once(&self, doing: &str, request: &Request<'_>) -> Result<Value, Error> {
        let given = |value: &Value| (!value.is_null()).then(|| document(value));
        let mwaa = self.mwaa.get_or_init(|| Client::new(&self.cx.session.sdk));
        let call = mwaa.invoke_rest_api().name(&self.environment).method(request.method.clone());
        let call = call.path(request.path).set_query_parameters(given(&request.query)).set_body(given(&request.body));
        match call.send().await {
            Ok(answer) => Ok(answer.rest_api_response().map(value).unwrap_or_default()),
            Err(error) => Err(self.refused(doing, error)),
        }
    }

    /// Airflow's own status and words, where it was Airflow that refused.
    fn refused(&self, doing: &str, error: SdkError<Refused, HttpResponse>) -> Error {
        let airflow = match error.as_service_error() {
            Some(Refused::RestApiClientException(said)) => Some((said.rest_api_status_code, said.rest_api_response())),
            Some(Refused::RestApiServerException(said)) => Some((said.rest_api_status_code, said.rest_api_response())),
            _ => None,
        };
        let airflow = airflow.map(|(status, response)| (status, response.map(value).as_ref().and_then(sentence)));
        let Err(mut refused) = Err::<(), _>(error).during(|| doing.to_owned()) else {
            return Error::failed(doing, "AWS gave no reason");
        };
        if let Some((status, words)) = airflow {
            let passes = status.is_some_and(|status| PASSING.contains(&status));
            refused.exit = if passes { Exit::Again } else { Exit::Failed };
            refused.code = status.map(|status| status.to_string()).or(refused.code);
            refused.message = words.map(|words| format!("Airflow: {words}")).unwrap_or(refused.message);
        } else if refused.is_gone() {
            refused = refused.advise("run `airflow up` first");
        }
        refused
    }
}

/// What Airflow says of an error: version 2 in the form of RFC 7807, version 3 in `detail`, a text or a list.
fn sentence(response: &Value) -> Option<String> {
    let text = |field: &str| response[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let several = || {
        let each = response["detail"].as_array()?.iter();
        let all: Vec<String> =
            each.map(|one| format!("{} {}", one["loc"], one["msg"].as_str().unwrap_or(""))).collect();
        Some(all.join("; "))
    };
    match (text("title"), text("detail").or_else(several)) {
        (Some(title), Some(detail)) if title != detail => Some(format!("{title}: {detail}")),
        (title, detail) => detail.or(title).or_else(|| response.as_str().map(str::to_owned)),
    }
}

/// JSON as the SDK gives it.
fn value(document: &Document) -> Value {
    match document {
        Document::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| (name.clone(), value(field)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Document::Array(items) => Value::Array(items.iter().map(value).collect()),
        Document::Number(Number::PosInt(number)) => json!(number),
        Document::Number(Number::NegInt(number)) => json!(number),
        Document::Number(Number::Float(number)) => json!(number),
        Document::String(text) => json!(text),
        Document::Bool(truth) => json!(truth),
        Document::Null => Value::Null,
    }
}

/// JSON as the SDK takes it.
fn document(value: &Value) -> Document {
    match value {
        Value::Object(fields) => {
            Document::Object(fields.iter().map(|(name, field)| (name.clone(), document(field))).collect())
        }
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
        Value::String(text) => Document::String(text.clone()),
        Value::Bool(truth) => Document::Bool(*truth),
        Value::Null => Document::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_there_and_back() {
        let one = json!({"a": [1, -2, 0.5, null, true], "b": {"c": "d"}});
        assert_eq!(value(&document(&one)), one);
    }

    #[test]
    fn both_versions_say_what_is_wrong() {
        let two = json!({"title": "DAG not found", "detail": "DAG with dag_id: 'x' not found", "status": 404});
        assert_eq!(sentence(&two).as_deref(), Some("DAG not found: DAG with dag_id: 'x' not found"));
        let three = json!({"detail": [{"loc": ["body", "logical_date"], "msg": "Field required"}]});
        assert_eq!(sentence(&three).as_deref(), Some(r#"["body","logical_date"] Field required"#));
        assert_eq!(sentence(&json!({"detail": "gone"})).as_deref(), Some("gone"));
    }
}
