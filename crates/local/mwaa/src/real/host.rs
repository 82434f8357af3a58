//! The host of an environment, `<id>.airflow.localhost`: command lines and logins as MWAA has them, and Airflow's web
//! server behind them.

use crate::store::Mwaa;
use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Method, Request};
use serde_json::{Value, json};

use super::airflow::Airflow;
use super::airflow::SECRET;
use super::all::SUFFIX;
use super::tokens::Purpose;

/// How long a command may take, in seconds.
const COMMAND: u64 = 120;

/// The largest body of a command line or a login.
const LARGEST: usize = 1 << 16;

/// Headers of one connection, and the one that only the endpoint may send.
const KEPT_BACK: [&str; 7] =
    ["connection", "keep-alive", "transfer-encoding", "te", "upgrade", "proxy-connection", SECRET];

/// The page of a login: the token comes after `#`, where no server and no log sees it, until this sends it.
const PAGE: &str = "<!doctype html><meta charset=utf-8><title>Airflow</title><p id=say>Signing in.</p><script>\
    fetch('/aws_mwaa/login', {method: 'POST', body: new URLSearchParams({token: location.hash.slice(1)})})\
    .then(a => { if (a.ok) location.replace('/'); else a.text().then(t => { say.textContent = t; }); });</script>";

/// What a browser without a session is told.
const NO_SESSION: &str = "Sign in with `airflow ui`, or with CreateWebLoginToken and /aws_mwaa/aws-console-sso.\n";

/// The id in a host name without its port.
pub(crate) fn id_in(host: &str) -> Option<&str> {
    host.strip_suffix(SUFFIX).filter(|id| uuid::Uuid::parse_str(id).is_ok())
}

/// Answers a request to the host with this id.
pub(crate) async fn answer(mwaa: &Mwaa, id: &str, request: Request<Body>) -> Response {
    let real = &mwaa.real;
    let Some(airflow) = real.by_id(id) else { return text(404, "no Airflow runs here (any more)\n") };
    let (parts, body) = request.into_parts();
    if !matches!(parts.method, Method::GET | Method::HEAD) && is_from_elsewhere(&parts) {
        return text(403, "a page of another site may not ask\n");
    }
    match (&parts.method, parts.uri.path()) {
        (&Method::POST, "/aws_mwaa/cli") => {
            let token = bearer(&parts).unwrap_or_default();
            if !real.tokens.take(token, Purpose::Cli, id) {
                return text(403, "Forbidden: the token is not one of CreateCliToken, or older than 60 seconds\n");
            }
            let Ok(line) = axum::body::to_bytes(body, LARGEST).await else { return text(413, "too long\n") };
            command(&airflow, &String::from_utf8_lossy(&line)).await
        }
        (&Method::GET, "/aws_mwaa/aws-console-sso") => page(200, "text/html; charset=utf-8", PAGE.to_string()),
        (&Method::POST, "/aws_mwaa/login") => {
            let form = axum::body::to_bytes(body, LARGEST).await.unwrap_or_default();
            let form = String::from_utf8_lossy(&form);
            let token = strata_local_wire::form::parameter(&form, "token").unwrap_or_default();
            if !real.tokens.take(&token, Purpose::Web, id) {
                return text(403, "The login link has been used, or is older than 60 seconds: ask for another one.\n");
            }
            login(&airflow).await
        }
        // Airflow 2 would send a browser without a session round in circles, and Airflow 3 ask for a password that does
        // not exist.
        (_, "/login" | "/login/") if !airflow.is_three() => text(401, NO_SESSION),
        (&Method::GET, "/auth/login" | "/auth/login/") if airflow.is_three() => text(401, NO_SESSION),
        _ => forward(&airflow, parts, body).await,
    }
}

async fn command(airflow: &Airflow, line: &str) -> Response {
    let Some(said) = airflow.supervisor.run(line, COMMAND).await else { return text(502, "Airflow is not up\n") };
    let body = json!({ "stdout": said["stdout"], "stderr": said["stderr"] });
    page(if said["code"] == 0 { 200 } else { 400 }, "application/json", body.to_string())
}

async fn login(airflow: &Airflow) -> Response {
    match airflow.cookie().await {
        Ok(cookie) => {
            let mut answer = page(200, "application/json", Value::Object(Default::default()).to_string());
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                answer.headers_mut().insert("set-cookie", cookie);
            }
            answer
        }
        Err(why) => text(502, &format!("{why}\n")),
    }
}

/// To Airflow's web server and back, streaming.
async fn forward(airflow: &Airflow, parts: Parts, body: Body) -> Response {
    let target = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_string();
    let mut request = Request::builder().method(parts.method).uri(target);
    if let Some(headers) = request.headers_mut() {
        *headers = parts.headers;
        for name in KEPT_BACK {
            headers.remove(name);
        }
    }
    match airflow.send(request, body).await {
        Ok(answer) => {
            let (mut head, body) = answer.into_parts();
            for name in KEPT_BACK {
                head.headers.remove(name);
            }
            Response::from_parts(head, Body::new(body))
        }
        Err(why) => text(502, &format!("{why}\n")),
    }
}

/// Whether a browser says that a page of another host sends this.
fn is_from_elsewhere(parts: &Parts) -> bool {
    let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = header("host").unwrap_or_default();
    header("origin").is_some_and(|origin| origin.split_once("://").is_none_or(|(_, from)| from != host))
}

fn bearer(parts: &Parts) -> Option<&str> {
    parts.headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

fn text(status: u16, words: &str) -> Response {
    page(status, "text/plain; charset=utf-8", words.to_string())
}

fn page(status: u16, kind: &'static str, body: String) -> Response {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    answer.headers_mut().insert("content-type", HeaderValue::from_static(kind));
    answer.headers_mut().insert("cache-control", HeaderValue::from_static("no-store"));
    answer
}
