//! `InvokeRestApi`: Airflow's REST API with the caller's AWS rights.

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};

use super::airflow::Airflow;
use crate::validate;
use strata_local_wire::{Answer, AwsError, form};

/// What AWS takes.
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "PATCH", "DELETE"];
/// The longest path that AWS takes, in characters.
const LONGEST: usize = 64;

/// Checks the request, and passes it on.
pub(crate) async fn invoke(airflow: Option<&Airflow>, input: &Value) -> Answer {
    let path = input["Path"].as_str().ok_or_else(|| validate::missing("path"))?;
    let method = input["Method"].as_str().ok_or_else(|| validate::missing("method"))?;
    if path.is_empty() || path.chars().count() > LONGEST {
        let why = format!("Member must have length less than or equal to {LONGEST} and greater than or equal to 1");
        return Err(validate::failed("path", &why));
    }
    if !METHODS.contains(&method) {
        let why = format!("Member must satisfy enum value set: [{}]", METHODS.join(", "));
        return Err(validate::failed("method", &why));
    }
    let Some(airflow) = airflow else {
        return Err(failed(503, json!({ "detail": "Airflow is not up." })));
    };
    let base = if airflow.is_three() { "/api/v2" } else { "/api/v1" };
    let query = query(&input["QueryParameters"]);
    let target = format!("{base}/{}{query}", path.trim_start_matches('/'));
    let has_body = input.get("Body").is_some_and(|body| !body.is_null());
    let body = if has_body { Body::from(input["Body"].to_string()) } else { Body::empty() };
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
    let mut request = Request::builder().method(method).uri(target).header("accept", "application/json");
    if has_body {
        request = request.header("content-type", "application/json");
    }
    match airflow.as_admin(request, body).await {
        Ok((status, said)) if status < 400 => Ok(json!({ "RestApiStatusCode": status, "RestApiResponse": said })),
        Ok((status, said)) => Err(failed(status, said)),
        Err(why) => Err(failed(502, json!({ "detail": why }))),
    }
}

/// Airflow's refusal as AWS passes it on. The HTTP status is 400 in both cases.
fn failed(status: u16, said: Value) -> AwsError {
    let code = if status < 500 { "RestApiClientException" } else { "RestApiServerException" };
    let error = AwsError::new(code, format!("Airflow answered with status {status}"));
    error.with_members(json!({ "RestApiStatusCode": status, "RestApiResponse": said }))
}

/// The parameters as a query string; a list gives its parameter several times.
fn query(parameters: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let mut pairs = Vec::new();
    for (name, value) in parameters.as_object().into_iter().flatten() {
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        pairs.extend(values.iter().map(|value| format!("{}={}", form::escape(name), form::escape(&text(value)))));
    }
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::query;
    use serde_json::json;

    #[test]
    fn parameters_become_a_query_string() {
        assert_eq!(query(&json!(null)), "");
        assert_eq!(
            query(&json!({ "limit": 5, "order_by": "-a b", "state": ["x", "y"] })),
            "?limit=5&order_by=-a%20b&state=x&state=y"
        );
    }
}
