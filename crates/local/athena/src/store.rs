//! The queries of all accounts and regions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use strata_local_cloud::Cloud;
use strata_local_wire::Caller;

use crate::query::Query;

/// In whose name Athena asks Glue's catalog.
pub(crate) const CALLER: Caller = Caller::Service { principal: "athena.amazonaws.com", role: None };

/// One account in one region.
pub(crate) type Place = (String, String);

/// Athena.
pub struct Athena {
    /// What it works with.
    pub(crate) cloud: Arc<Cloud>,
    shelves: Mutex<HashMap<Place, Vec<Query>>>,
}

impl Athena {
    /// No query yet.
    pub fn new(cloud: Arc<Cloud>) -> Self {
        Self { cloud, shelves: Mutex::default() }
    }

    /// Work on one account's queries, the oldest first, under the lock. `work` must not wait for anything.
    pub(crate) fn with<T>(&self, place: &Place, work: impl FnOnce(&mut Vec<Query>) -> T) -> T {
        let mut shelves = self.shelves();
        self.cloud.changes.notify_one();
        work(shelves.entry(place.clone()).or_default())
    }

    /// Forget everything. Queries that are under way lose their switch, which stops them and their children.
    pub(crate) fn forget(&self) {
        self.shelves().clear();
    }

    /// The queries of all places, under the lock.
    pub(crate) fn shelves(&self) -> MutexGuard<'_, HashMap<Place, Vec<Query>>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
