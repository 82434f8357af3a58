//! Workflows of MWAA Serverless: the API with its checks, versions and errors, and runs that this program does itself. There
//! is no Airflow behind them: `task.rs` and `operator/` do what the operators of a definition would.
//!
//! As everything else in this endpoint they are forgotten when it ends: the roles, buckets and jobs that they name are, too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::call::{Answer, AwsError, Call};
use crate::world::World;

mod arguments;
mod client;
mod cron;
mod definition;
mod drive;
mod failure;
mod log;
mod operator;
mod operators;
mod page;
mod remove;
mod render;
mod run;
mod schedule;
mod show;
mod tags;
mod task;
mod task_instance;
mod validate;
mod version;
mod workflow;

pub(crate) use schedule::keep as keep_schedules;

/// A workflow's place: its region, then its ARN.
type Key = (String, String);

/// A request that said who it is: region, operation, client token.
type Token = (String, &'static str, String);

/// All workflows.
pub(crate) struct MwaaServerless {
    store: Mutex<Store>,
    /// Where this endpoint answers the calls of its own tasks.
    http: client::Http,
}

/// What there is.
#[derive(Default)]
struct Store {
    workflows: BTreeMap<Key, workflow::Workflow>,
    /// What was asked for with each token, and the answer. AWS remembers them, too, when the thing is long gone.
    tokens: BTreeMap<Token, (Value, Value)>,
}

impl MwaaServerless {
    /// None yet, in an endpoint at this port.
    pub(crate) fn new(port: u16) -> Self {
        Self { store: Mutex::default(), http: client::Http::new(port) }
    }

    /// Forgets everything. Runs that are under way lose their switch, which ends them.
    pub(crate) fn reset(&self) {
        self.with(|store| *store = Store::default());
    }

    /// Works on the store; never across an await.
    fn with<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        work(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Works on one workflow, if there is such a one.
    fn workflow<T>(
        &self,
        region: &str,
        arn: &str,
        work: impl FnOnce(&mut workflow::Workflow) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let key = (region.to_owned(), arn.to_owned());
        self.with(|store| store.workflows.get_mut(&key).ok_or_else(|| failure::missing("Workflow", arn)).and_then(work))
    }

    /// Works on one run, if it is still there.
    fn run<T>(&self, region: &str, arn: &str, id: &str, work: impl FnOnce(&mut run::Run) -> T) -> Option<T> {
        self.workflow(region, arn, |found| Ok(found.runs.iter_mut().find(|run| run.id == id).map(work))).ok().flatten()
    }
}

impl Store {
    /// The answer to the same request with the same token before. The same token on another request is an error.
    fn again(&self, region: &str, operation: &'static str, body: &Value) -> Result<Option<Value>, AwsError> {
        let Some(token) = body["ClientToken"].as_str() else { return Ok(None) };
        match self.tokens.get(&(region.to_owned(), operation, token.to_owned())) {
            None => Ok(None),
            Some((asked, answer)) if asked == body => Ok(Some(answer.clone())),
            Some(_) => {
                let why = "The client token was used before with other parameters";
                Err(failure::conflict("ClientToken", token, why))
            }
        }
    }

    /// Remembers an answer.
    fn remember(&mut self, region: &str, operation: &'static str, body: &Value, answer: &Value) {
        if let Some(token) = body["ClientToken"].as_str() {
            let token = (region.to_owned(), operation, token.to_owned());
            self.tokens.insert(token, (body.clone(), answer.clone()));
        }
    }
}

/// Answers a call.
pub(crate) async fn handle(world: &Arc<World>, call: &Call) -> Answer {
    let (region, body) = (call.region.as_str(), &call.body);
    validate::check(&call.operation, body)?;
    let all = &world.mwaa_serverless;
    let answer = match call.operation.as_str() {
        "CreateWorkflow" => workflow::create(world, region, body).await,
        "UpdateWorkflow" => workflow::update(world, region, body).await,
        "DeleteWorkflow" => remove::workflow(world, region, body),
        "GetWorkflow" => show::workflow(all, region, body),
        "ListWorkflows" => show::list(all, region, body),
        "ListWorkflowVersions" => show::versions(all, region, body),
        "StartWorkflowRun" => run::start(world, region, body),
        "StopWorkflowRun" => run::stop(all, region, body),
        "GetWorkflowRun" => run::get(all, region, body),
        "ListWorkflowRuns" => run::list(all, region, body),
        "GetTaskInstance" => task_instance::get(all, region, body),
        "ListTaskInstances" => task_instance::list(all, region, body),
        "TagResource" => tags::add(all, region, body),
        "UntagResource" => tags::remove(all, region, body),
        "ListTagsForResource" => tags::list(all, region, body),
        "CreateAirflowUiUrl" => Err(failure::invalid(
            "other",
            "The local endpoint runs workflows without Airflow, so there is no Airflow UI.",
        )),
        other => Err(failure::invalid("unknownOperation", format!("There is no operation {other}."))),
    };
    match answer {
        // The lists have no such error in the service's model.
        Err(why)
            if why.code == "ResourceNotFoundException"
                && call.operation.starts_with("List")
                && body["ResourceArn"].is_null() =>
        {
            Err(failure::invalid("other", why.message))
        }
        other => other,
    }
}

/// A text member, empty where it is absent.
fn text<'a>(body: &'a Value, member: &str) -> &'a str {
    body[member].as_str().unwrap_or_default()
}

/// A time as this service writes it.
fn time(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// Without the members that are null, which AWS leaves out.
fn compact(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}
