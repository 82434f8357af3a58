//! The workflows of all regions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use strata_local_cloud::Cloud;
use strata_local_wire::AwsError;

use crate::client::Http;
use crate::failure;
use crate::run::Run;
use crate::workflow::Workflow;

/// A workflow's place: its region, then its ARN.
pub(crate) type Key = (String, String);

/// A request that said who it is: region, operation, client token.
pub(crate) type Token = (String, String, String);

/// All workflows.
pub struct MwaaServerless {
    /// What it works with.
    pub(crate) cloud: Arc<Cloud>,
    store: Mutex<Store>,
    /// Where this endpoint answers the calls of its own tasks.
    pub(crate) http: Http,
}

/// What there is.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) workflows: BTreeMap<Key, Workflow>,
    /// What was asked for with each token, and the answer. AWS remembers them, too, when the thing is long gone.
    pub(crate) tokens: BTreeMap<Token, (Value, Value)>,
}

impl MwaaServerless {
    /// None yet.
    pub fn new(cloud: Arc<Cloud>) -> Self {
        let http = Http::new(cloud.port);
        Self { cloud, store: Mutex::default(), http }
    }

    /// Forgets everything. Runs that are under way lose their switch, which ends them.
    pub(crate) fn forget(&self) {
        self.with(|store| *store = Store::default());
    }

    /// Works on the store; never across an await.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        self.cloud.changes.notify_one();
        self.look(work)
    }

    /// The same where nothing is changed that has to be kept.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        work(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Works on one workflow, if there is such a one.
    pub(crate) fn workflow<T>(
        &self,
        region: &str,
        arn: &str,
        work: impl FnOnce(&mut Workflow) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let key = (region.to_owned(), arn.to_owned());
        self.with(|store| store.workflows.get_mut(&key).ok_or_else(|| failure::missing("Workflow", arn)).and_then(work))
    }

    /// Works on one run, if it is still there.
    pub(crate) fn run<T>(&self, region: &str, arn: &str, id: &str, work: impl FnOnce(&mut Run) -> T) -> Option<T> {
        self.workflow(region, arn, |found| Ok(found.runs.iter_mut().find(|run| run.id == id).map(work))).ok().flatten()
    }
}

impl Store {
    /// The answer to the same request with the same token before. The same token on another request is an error.
    pub(crate) fn again(&self, region: &str, operation: &str, body: &Value) -> Result<Option<Value>, AwsError> {
        let Some(token) = body["ClientToken"].as_str() else { return Ok(None) };
        match self.tokens.get(&(region.to_owned(), operation.to_owned(), token.to_owned())) {
            None => Ok(None),
            Some((asked, answer)) if asked == body => Ok(Some(answer.clone())),
            Some(_) => {
                let why = "The client token was used before with other parameters";
                Err(failure::conflict("ClientToken", token, why))
            }
        }
    }

    /// Remembers an answer.
    pub(crate) fn remember(&mut self, region: &str, operation: &str, body: &Value, answer: &Value) {
        if let Some(token) = body["ClientToken"].as_str() {
            let token = (region.to_owned(), operation.to_owned(), token.to_owned());
            self.tokens.insert(token, (body.clone(), answer.clone()));
        }
    }
}
