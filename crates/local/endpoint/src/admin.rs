//! `/_local/...`: what the command line and the tests ask the endpoint itself.

use axum::body::Body;
use axum::response::Response;
use http::{Method, Request};
use serde_json::json;
use strata_local_weather::Settings;
use strata_local_wire::{form, reply};

use crate::shared::Server;

/// The longest description of weather.
const LARGEST_BODY: usize = 1 << 20;

/// Answers a request below `/_local/`.
pub(crate) async fn answer(server: &Server, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let uri = parts.uri;
    match (&parts.method, uri.path()) {
        // The other name is the one that a browser of another tool would try.
        (&Method::GET, "/_local/health" | "/_strata/health") => health(server),
        (&Method::GET, "/_local/requests") => requests(server, uri.query().unwrap_or_default()),
        (&Method::POST, "/_local/reset") => reset(server).await,
        (&Method::POST, "/_local/stop") => {
            server.stop.notify_one();
            reply::plain_json("{}".to_string())
        }
        (&Method::GET, "/_local/weather") => reply::plain_json(server.cloud.weather.report().to_string()),
        (&Method::POST, "/_local/weather") => weather(server, body).await,
        _ => reply::text(
            404,
            "there are: GET /_local/health, GET /_local/requests?since=N, POST /_local/reset, \
             GET /_local/weather, POST /_local/weather\n",
        ),
    }
}

fn health(server: &Server) -> Response {
    let cloud = &server.cloud;
    reply::plain_json(
        json!({
            "ready": cloud.moto.is_ready(),
            "version": env!("CARGO_PKG_VERSION"),
            "pid": std::process::id(),
            "dir": cloud.dir,
            "moto": cloud.moto.base_url(),
            "requests": server.requests.count(),
            "weather": cloud.weather.settings(),
            "kept": server.memory.report(),
        })
        .to_string(),
    )
}

/// Replaces the weather.
async fn weather(server: &Server, body: Body) -> Response {
    let read = match axum::body::to_bytes(body, LARGEST_BODY).await {
        Ok(text) => Settings::read(&text),
        Err(why) => Err(why.to_string()),
    };
    match read {
        Ok(settings) => {
            server.cloud.weather.set(settings);
            reply::plain_json("{}".to_string())
        }
        Err(why) => reply::text(400, &format!("reading the weather: {why}\n")),
    }
}

fn requests(server: &Server, query: &str) -> Response {
    let since = form::parameter(query, "since").and_then(|n| n.parse().ok()).unwrap_or(0);
    match serde_json::to_string(&server.requests.since(since)) {
        Ok(text) => reply::plain_json(text),
        Err(why) => reply::text(500, &why.to_string()),
    }
}

async fn reset(server: &Server) -> Response {
    let cloud = &server.cloud;
    for service in cloud.services.all() {
        if let Err(why) = service.reset().await {
            return reply::text(500, &format!("{why}\n"));
        }
    }
    server.memory.save(cloud);
    cloud.weather.forget();
    strata_local_cloud::clear_files(&cloud.dir);
    let request = http::Request::builder().method(Method::POST);
    let answer = cloud.moto.send(request, "/moto-api/reset", Body::empty()).await;
    // Keys are moto's: what was learned of them since is gone now, too.
    cloud.services.all().for_each(|service| service.changed("kms"));
    match answer {
        Ok(answer) if answer.status().is_success() => reply::plain_json("{}".to_string()),
        Ok(answer) => reply::text(500, &format!("moto answered {}\n", answer.status())),
        Err(why) => reply::text(503, &why.message),
    }
}
