//! The services by their names.

use std::sync::{Arc, OnceLock};

use crate::service::Service;

/// The services; none until they are told, since each of them needs the cloud first.
#[derive(Default)]
pub struct Registry(OnceLock<Vec<Arc<dyn Service>>>);

impl Registry {
    /// Tells the services, once.
    pub fn open(&self, services: Vec<Arc<dyn Service>>) {
        self.0.get_or_init(|| services);
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = Arc<dyn Service>> {
        self.0.get().into_iter().flatten().cloned()
    }

    /// The one with this signing name.
    pub fn find(&self, name: &str) -> Option<Arc<dyn Service>> {
        self.0.get()?.iter().find(|service| service.name() == name).cloned()
    }
}
