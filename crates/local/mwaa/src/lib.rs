//! Airflow environments (MWAA), with the checks, states and errors of AWS. Only where a tag asks for it, an Airflow runs
//! behind one.

mod climate;
mod create;
mod defaults;
mod ec2;
mod failure;
mod interfaces;
mod kept;
mod key;
mod log_groups;
mod maintenance;
mod network;
mod path;
mod prerequisites;
mod principal;
mod real;
mod role;
mod store;
mod tags;
mod time;
mod update;
mod validate;

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use futures::FutureExt;
use http::Request;
use http::request::Parts;
use serde_json::{Value, json};
use strata_local_cloud::{Done, Service, Work};
use strata_local_wire::{Answer, AwsError, Call, Handled};

use crate::failure::no_airflow;
use crate::real::Purpose;

pub use climate::CLIMATE;
pub use real::Places;
pub use store::Mwaa;

impl Service for Mwaa {
    fn name(&self) -> &'static str {
        "airflow"
    }

    fn operation(&self, request: &Parts) -> Option<String> {
        path::operation(&request.method, request.uri.path()).map(|(operation, _)| operation.to_string())
    }

    fn handle(self: Arc<Self>, call: Call) -> Work<Handled> {
        async move { Handled::Answer(answer(&self, call).await) }.boxed()
    }

    fn save(&self) -> serde_json::Result<Option<Vec<u8>>> {
        kept::save(self)
    }

    fn load(self: Arc<Self>, kept: &[u8]) -> serde_json::Result<usize> {
        kept::load(&self, kept)
    }

    fn reset(self: Arc<Self>) -> Work<Done> {
        async move {
            self.forget().await;
            Ok(())
        }
        .boxed()
    }

    fn end(self: Arc<Self>) -> Work<()> {
        async move { self.real.stop_all().await }.boxed()
    }

    fn has_host(&self, host: &str) -> bool {
        real::id_in(host).is_some()
    }

    fn answer_host(self: Arc<Self>, host: &str, request: Request<Body>) -> Work<Response> {
        let id = real::id_in(host).unwrap_or_default().to_owned();
        async move { real::answer_host(&self, &id, request).await }.boxed()
    }
}

/// Answers a call.
async fn answer(mwaa: &Arc<Mwaa>, call: Call) -> Answer {
    let Some((operation, name)) = path::operation(&call.parts.method, call.parts.uri.path()) else {
        return Err(AwsError::new("UnknownOperationException", "There is no such operation.").with_status(404));
    };
    let (region, query) = (call.region.as_str(), call.parts.uri.query().unwrap_or_default());
    let input = call.input;
    match operation {
        "CreateEnvironment" => create::environment(mwaa, region, &name, input).await,
        "UpdateEnvironment" => update::environment(mwaa, region, &name, input).await,
        "DeleteEnvironment" => update::delete(mwaa, region, &name),
        "GetEnvironment" => mwaa.find(region, &name).map(|found| json!({ "Environment": found })),
        "ListEnvironments" => list(mwaa, region, query),
        "CreateCliToken" => mwaa.find(region, &name).map(|found| token(mwaa, "CliToken", &found)),
        "CreateWebLoginToken" => mwaa.find(region, &name).map(|found| token(mwaa, "WebToken", &found)),
        "InvokeRestApi" => match mwaa.find(region, &name)? {
            found if real::is_wanted(&found) => real::invoke(mwaa.real.find(region, &name).as_deref(), &input).await,
            _ => Err(no_airflow(&name)),
        },
        "PublishMetrics" => mwaa.find(region, &name).map(|_| json!({})),
        "ListTagsForResource" => tags::list(mwaa, region, &name),
        "TagResource" => tags::add(mwaa, region, &name, &input),
        _ => tags::remove(mwaa, region, &name, query),
    }
}

fn list(mwaa: &Mwaa, region: &str, query: &str) -> Answer {
    let size: usize = match path::parameter(query, "MaxResults").map(|text| text.parse()) {
        None => 25,
        Some(Ok(size @ 1..=25)) => size,
        Some(_) => return Err(validate::failed("maxResults", "Member must have value between 1 and 25")),
    };
    let after = path::parameter(query, "NextToken").unwrap_or_default();
    let names: Vec<String> = mwaa.with(|all| {
        let here = all.keys().filter(|(place, name)| place == region && *name > after);
        here.map(|(_, name)| name.clone()).take(size + 1).collect()
    });
    let page = &names[..names.len().min(size)];
    let mut answer = json!({ "Environments": page });
    if names.len() > size {
        answer["NextToken"] = json!(page.last());
    }
    Ok(answer)
}

/// A token as AWS hands it out. Nothing takes it where no Airflow listens at that host.
fn token(mwaa: &Mwaa, kind: &str, environment: &Value) -> Value {
    let url = environment["WebserverUrl"].as_str().unwrap_or_default();
    let purpose = if kind == "CliToken" { Purpose::Cli } else { Purpose::Web };
    let host = url.trim_start_matches("https://").trim_start_matches("http://");
    json!({ kind: mwaa.real.token(purpose, url), "WebServerHostname": host })
}
