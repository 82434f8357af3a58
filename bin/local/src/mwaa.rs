//! Airflow environments (MWAA), with the checks, states and errors of AWS. Only where a tag asks for it, an Airflow runs
//! behind one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use serde_json::{Value, json};

use crate::call::{Answer, AwsError};
use crate::world::World;

mod create;
mod defaults;
mod ec2;
mod interfaces;
mod log_groups;
mod maintenance;
mod network;
mod path;
mod prerequisites;
mod real;
mod role;
mod tags;
mod update;
mod validate;

pub(crate) use real::{Places, answer_host, id_in};
use real::{Purpose, Real};
pub(crate) use role::trusted as role_trusts;

/// An environment's place: region, then name.
type Key = (String, String);

/// All environments, as `GetEnvironment` shows them.
pub(crate) struct Mwaa {
    /// The Airflows behind them.
    pub real: Real,
    environments: Mutex<BTreeMap<Key, Value>>,
}

impl Mwaa {
    /// None yet.
    pub(crate) fn new(places: Places) -> Self {
        Self { real: Real::new(places), environments: Mutex::default() }
    }

    /// Forgets everything. Transitions under way find nothing and end.
    pub(crate) async fn reset(&self) {
        self.with(BTreeMap::clear);
        self.real.stop_all().await;
    }

    /// Works on the store; never across an await.
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Key, Value>) -> T) -> T {
        work(&mut self.environments.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A copy of an environment.
    fn find(&self, region: &str, name: &str) -> Result<Value, AwsError> {
        let key = (region.to_string(), name.to_string());
        self.with(|all| all.get(&key).cloned()).ok_or_else(|| unknown(name))
    }

    /// Changes an environment, if it still is there and is the same one.
    fn change(&self, region: &str, name: &str, created: &Value, change: impl FnOnce(&mut Value)) {
        let key = (region.to_string(), name.to_string());
        self.with(|all| match all.get_mut(&key) {
            Some(found) if found["CreatedAt"] == *created => change(found),
            _ => {}
        });
    }
}

/// The operation that a request asks for.
pub(crate) fn operation(parts: &Parts) -> String {
    match path::operation(&parts.method, parts.uri.path()) {
        Some((operation, _)) => operation.to_string(),
        None => format!("{} {}", parts.method, parts.uri.path()),
    }
}

/// Answers a call.
pub(crate) async fn answer(world: &Arc<World>, region: &str, parts: &Parts, body: &Bytes) -> Answer {
    let Some((operation, name)) = path::operation(&parts.method, parts.uri.path()) else {
        return Err(AwsError::new("UnknownOperationException", "There is no such operation.").with_status(404));
    };
    let input: Value = serde_json::from_slice(if body.is_empty() { b"{}" } else { body })
        .map_err(|why| AwsError::new("SerializationException", why.to_string()))?;
    let query = parts.uri.query().unwrap_or_default();
    let mwaa = &world.mwaa;
    match operation {
        "CreateEnvironment" => create::environment(world, region, &name, input).await,
        "UpdateEnvironment" => update::environment(world, region, &name, input).await,
        "DeleteEnvironment" => update::delete(world, region, &name),
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

fn no_airflow(name: &str) -> AwsError {
    let why = format!(
        "The environment {name} is in a local endpoint: its settings are kept and checked, but no Airflow runs behind it, \
         so there are no DAGs, variables or runs."
    );
    AwsError::new("RestApiServerException", why)
}

/// AWS's error for a name that is not there.
fn unknown(name: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("No environment found with name {name}")).with_status(404)
}

/// A request that AWS refuses after it has looked at what the request names.
fn invalid(why: impl std::fmt::Display) -> AwsError {
    AwsError::new("ValidationException", format!("Invalid request provided: {why}"))
}

/// AWS's time stamps: seconds since 1970 with a fraction.
fn now() -> Value {
    json!(chrono::Utc::now().timestamp_micros() as f64 / 1e6)
}

/// The state that a call finds an environment in must be a resting one.
fn resting(environment: &Value, allowed: &[&str]) -> Result<(), AwsError> {
    let status = environment["Status"].as_str().unwrap_or_default();
    if allowed.contains(&status) {
        return Ok(());
    }
    let why = format!(
        "Environments with {status} status must complete previous operation before initiating a new operation."
    );
    Err(AwsError::new("ValidationException", why))
}
