//! The environments of all regions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use strata_local_cloud::Cloud;
use strata_local_wire::AwsError;

use crate::failure::unknown;
use crate::key::Key;
use crate::real::{Places, Real};

/// All environments, as `GetEnvironment` shows them.
pub struct Mwaa {
    /// What it works with.
    pub(crate) cloud: Arc<Cloud>,
    /// The Airflows behind them.
    pub(crate) real: Real,
    environments: Mutex<BTreeMap<Key, Value>>,
}

impl Mwaa {
    /// None yet.
    pub fn new(cloud: Arc<Cloud>, places: Places) -> Self {
        let real = Real::new(places, cloud.dir.clone(), cloud.port);
        Self { cloud, real, environments: Mutex::default() }
    }

    /// Forgets everything. Transitions under way find nothing and end.
    pub(crate) async fn forget(&self) {
        self.with(BTreeMap::clear);
        self.real.stop_all().await;
    }

    /// Works on the store; never across an await.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Key, Value>) -> T) -> T {
        self.cloud.changes.notify_one();
        self.look(work)
    }

    /// The same where nothing is changed that has to be kept.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&mut BTreeMap<Key, Value>) -> T) -> T {
        work(&mut self.environments.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A copy of an environment.
    pub(crate) fn find(&self, region: &str, name: &str) -> Result<Value, AwsError> {
        let key = (region.to_string(), name.to_string());
        self.with(|all| all.get(&key).cloned()).ok_or_else(|| unknown(name))
    }

    /// Changes an environment, if it still is there and is the same one.
    pub(crate) fn change(&self, region: &str, name: &str, created: &Value, change: impl FnOnce(&mut Value)) {
        let key = (region.to_string(), name.to_string());
        self.with(|all| match all.get_mut(&key) {
            Some(found) if found["CreatedAt"] == *created => change(found),
            _ => {}
        });
    }
}
