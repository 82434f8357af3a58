//! All running Airflows.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::airflow::Airflow;
use super::tokens::{Purpose, Tokens};
use crate::key::Key;

/// What follows an environment's id in the name of its host.
pub(crate) const SUFFIX: &str = ".airflow.localhost";

/// Where Airflow comes from.
#[derive(Debug)]
pub struct Places {
    /// The folder of the virtual environments, which other endpoints use, too.
    pub cache: PathBuf,
    /// An interpreter with pip.
    pub python: PathBuf,
}

/// All running Airflows.
pub(crate) struct Real {
    pub(crate) places: Places,
    /// The endpoint's own folder.
    dir: PathBuf,
    /// The port of the endpoint.
    pub(crate) port: u16,
    all: Mutex<BTreeMap<Key, Arc<Airflow>>>,
    pub(crate) tokens: Tokens,
}

impl Real {
    /// None yet. What an endpoint that was killed left in the folder goes.
    pub(crate) fn new(places: Places, dir: PathBuf, port: u16) -> Self {
        let _ = std::fs::remove_dir_all(dir.join("mwaa"));
        Self { places, dir, port, all: Mutex::default(), tokens: Tokens::default() }
    }

    /// Where a browser finds the environment with this id.
    pub(crate) fn url(&self, id: &str) -> String {
        format!("http://{id}{}:{}", SUFFIX, self.port)
    }

    /// The Airflow of an environment.
    pub(crate) fn find(&self, region: &str, name: &str) -> Option<Arc<Airflow>> {
        self.with(|all| all.get(&(region.to_string(), name.to_string())).cloned())
    }

    /// The Airflow with this id.
    pub(crate) fn by_id(&self, id: &str) -> Option<Arc<Airflow>> {
        self.with(|all| all.values().find(|airflow| airflow.id == id).cloned())
    }

    /// A token for the environment with this address.
    pub(crate) fn token(&self, purpose: Purpose, url: &str) -> String {
        self.tokens.give(purpose, id_of(url))
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Key, Arc<Airflow>>) -> T) -> T {
        work(&mut self.all.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn home(&self, region: &str, name: &str) -> PathBuf {
        self.dir.join("mwaa").join(region).join(name)
    }

    /// Ends the Airflow of an environment; its folder goes.
    pub(crate) async fn stop(&self, region: &str, name: &str) {
        let key = (region.to_string(), name.to_string());
        if let Some(airflow) = self.with(|all| all.remove(&key)) {
            airflow.end(false).await;
        }
        // An update that failed twice leaves only the folder.
        let _ = std::fs::remove_dir_all(self.home(region, name));
    }

    /// Ends them all.
    pub(crate) async fn stop_all(&self) {
        let all = self.with(std::mem::take);
        futures::future::join_all(all.values().map(|airflow| airflow.end(false))).await;
        // Airflows that were about to start look whether they are still wanted.
        let _ = std::fs::remove_dir_all(self.dir.join("mwaa"));
    }
}

/// The first part of the host in an environment's address.
pub(crate) fn id_of(url: &str) -> &str {
    url.trim_start_matches("http://").split('.').next().unwrap_or_default()
}
