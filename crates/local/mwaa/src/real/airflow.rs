//! One running Airflow: its processes and its web server.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use strata_local_wire::http_client::HttpClient;
use tokio::sync::Mutex as AsyncMutex;
use tokio::task::AbortHandle;

use super::supervisor::Supervisor;

/// How long Airflow may take to come up: a busy laptop, and requirements that are downloaded.
const PATIENCE: Duration = Duration::from_secs(600);

/// The header by which the web server of Airflow 2 knows the endpoint.
pub(crate) const SECRET: &str = "x-strata-secret";

/// What stays the same when Airflow is restarted.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// The administrator's password, or what replaces it.
    secret: String,
    /// Signs sessions.
    session: String,
    /// Encrypts connections and variables.
    fernet: String,
}

impl Keys {
    /// New ones.
    pub(crate) fn new() -> Self {
        let random = || format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        Self { secret: random(), session: random(), fernet: random() }
    }
}

/// One of them.
pub(crate) struct Airflow {
    /// The first part of its host.
    pub(crate) id: String,
    /// What it was started with.
    pub(crate) keys: Keys,
    /// Its processes.
    pub(crate) supervisor: Supervisor,
    is_three: bool,
    port: u16,
    client: HttpClient,
    /// The token by which the REST API of Airflow 3 knows the endpoint.
    token: AsyncMutex<Option<String>>,
    sync: Mutex<Option<AbortHandle>>,
}

impl Airflow {
    /// Starts its supervisor.
    pub(crate) async fn start(id: &str, mut about: Value, keys: Keys) -> std::io::Result<Self> {
        // No other process takes it before the web server does; if one does, the web server ends and the error is
        // reported.
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        about["port"] = json!(port);
        about["secret"] = json!(keys.secret);
        about["secret_key"] = json!(keys.session);
        about["fernet"] = json!(keys.fernet);
        let path = |member: &str| PathBuf::from(about[member].as_str().unwrap_or_default());
        let supervisor = Supervisor::start(&path("python"), &path("home"), &about).await?;
        Ok(Self {
            id: id.to_string(),
            keys,
            supervisor,
            is_three: about["version"].as_str().is_some_and(|version| version.starts_with("3.")),
            port,
            client: HttpClient::default(),
            token: AsyncMutex::default(),
            sync: Mutex::default(),
        })
    }

    /// Waits until web server and scheduler say that they are well.
    pub(crate) async fn is_healthy(&self) -> Result<(), String> {
        let begun = Instant::now();
        let path = if self.is_three { "/api/v2/monitor/health" } else { "/health" };
        while begun.elapsed() < PATIENCE {
            if let Some(why) = self.supervisor.failure() {
                return Err(why);
            }
            let answer = self.whole(Request::get(path), Body::empty()).await;
            if answer.is_ok_and(|(status, said)| status == 200 && is_well(&said)) {
                self.supervisor.is_up().await;
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(format!("Airflow is not healthy after {} s", PATIENCE.as_secs()))
    }

    /// Keeps the task that brings the DAGs, which ends with this.
    pub(crate) fn keep(&self, task: AbortHandle) {
        *self.sync.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// Ends everything.
    pub(crate) async fn end(&self, keep: bool) {
        let sync = self.sync.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sync) = sync {
            sync.abort();
        }
        self.supervisor.end(keep).await;
    }

    /// Whether it is Airflow 3.
    pub(crate) fn is_three(&self) -> bool {
        self.is_three
    }

    /// Sends a request to the web server; the path is all of its address.
    pub(crate) async fn send(&self, request: http::request::Builder, body: Body) -> Result<Response<Incoming>, String> {
        let path = request.uri_ref().map(ToString::to_string).unwrap_or_default();
        let request = request.uri(format!("http://127.0.0.1:{}{path}", self.port)).body(body);
        let request = request.map_err(|why| why.to_string())?;
        self.client.send(request).await.map_err(|why| format!("Airflow's web server does not answer: {why}"))
    }

    /// The same as the administrator: status and JSON of the answer, or its text.
    pub(crate) async fn as_admin(&self, request: http::request::Builder, body: Body) -> Result<(u16, Value), String> {
        let request = if self.is_three {
            request.header("authorization", format!("Bearer {}", self.token().await?))
        } else {
            request.header(SECRET, &self.keys.secret)
        };
        let (status, said) = self.whole(request, body).await?;
        if status == 401 {
            // It has expired: the next one asks for another.
            self.token.lock().await.take();
        }
        Ok((status, said))
    }

    /// A token of Airflow 3's own, for a day.
    pub(crate) async fn token(&self) -> Result<String, String> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref() {
            return Ok(token.clone());
        }
        let asked = json!({ "username": "admin", "password": self.keys.secret });
        let request = Request::post("/auth/token").header("content-type", "application/json");
        let (status, said) = self.whole(request, Body::from(asked.to_string())).await?;
        let token = said["access_token"].as_str().ok_or_else(|| format!("Airflow gave no token ({status}): {said}"))?;
        *kept = Some(token.to_string());
        Ok(token.to_string())
    }

    /// The cookie of a new browser session.
    pub(crate) async fn cookie(&self) -> Result<String, String> {
        if self.is_three {
            // The page takes it into its own store: it has to be able to read it.
            return Ok(format!("_token={}; Path=/; SameSite=Lax", self.token().await?));
        }
        let request = Request::get("/login/?next=/home").header(SECRET, &self.keys.secret);
        let answer = self.send(request, Body::empty()).await?;
        let mut cookies = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let session = cookies.rfind(|cookie| cookie.starts_with("session="));
        session.map(str::to_string).ok_or_else(|| format!("Airflow opened no session ({})", answer.status()))
    }

    async fn whole(&self, request: http::request::Builder, body: Body) -> Result<(u16, Value), String> {
        let answer = self.send(request, body).await?;
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.map_err(|why| why.to_string())?.to_bytes();
        let said = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
        Ok((status, if bytes.is_empty() { json!({}) } else { said }))
    }
}

/// Whether all parts that Airflow tells of are well; one that is not used has no status.
fn is_well(said: &Value) -> bool {
    let well = |part: &str| said[part]["status"] == "healthy";
    let unused = |part: &str| said[part]["status"].is_null();
    well("metadatabase")
        && well("scheduler")
        && ["dag_processor", "triggerer"].iter().all(|part| well(part) || unused(part))
}
