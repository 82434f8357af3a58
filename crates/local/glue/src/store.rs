//! What Glue has in all accounts and regions.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strata_local_cloud::Cloud;
use strata_local_engine_script::Python;

use crate::{crawler, job, job_run};

/// Who assumes the roles of crawlers and jobs.
pub(crate) const PRINCIPAL: &str = "glue.amazonaws.com";

/// One account in one region.
pub(crate) type Place = (String, String);

/// Glue.
pub struct Glue {
    /// What it works with.
    pub(crate) cloud: Arc<Cloud>,
    /// What runs jobs' own scripts.
    pub(crate) python: Python,
    shelves: Mutex<HashMap<Place, Shelf>>,
}

/// What one account has in one region.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Shelf {
    pub(crate) classifiers: BTreeMap<String, Value>,
    pub(crate) crawlers: BTreeMap<String, crawler::Crawler>,
    pub(crate) jobs: BTreeMap<String, job::Job>,
    /// By the job's name; the newest last.
    pub(crate) runs: BTreeMap<String, Vec<job_run::Run>>,
    /// By `crawler/<name>` or `job/<name>`.
    pub(crate) tags: BTreeMap<String, Map<String, Value>>,
}

impl Shelf {
    pub(crate) fn is_empty(&self) -> bool {
        self.classifiers.is_empty() && self.crawlers.is_empty() && self.jobs.is_empty() && self.runs.is_empty()
    }
}

impl Glue {
    /// Nothing yet.
    pub fn new(cloud: Arc<Cloud>, python: Python) -> Self {
        Self { cloud, python, shelves: Mutex::default() }
    }

    /// Work on one shelf under the lock. `work` must not wait for anything.
    pub(crate) fn with<T>(&self, place: &Place, work: impl FnOnce(&mut Shelf) -> T) -> T {
        let mut shelves = self.shelves();
        self.cloud.changes.notify_one();
        work(shelves.entry(place.clone()).or_default())
    }

    /// Forget everything. Runs that are under way lose their switch, which stops them and their children.
    pub(crate) fn forget(&self) {
        self.shelves().clear();
    }

    /// What it has in all places, under the lock.
    pub(crate) fn shelves(&self) -> MutexGuard<'_, HashMap<Place, Shelf>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
