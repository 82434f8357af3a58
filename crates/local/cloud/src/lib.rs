//! What the services of this endpoint share, and how they reach each other. This crate names no service.

mod calls;
mod files;
mod kept;
mod registry;
mod service;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use strata_local_moto::Moto;
use strata_local_s3::S3;
use strata_local_weather::Weather;
use strata_local_wire::AwsError;
use tokio::sync::Notify;

pub use files::clear as clear_files;
pub use kept::{ENDED, Word, word};
pub use registry::Registry;
pub use service::{Done, Service, Work};

/// What all services work with. A service keeps its own state to itself.
pub struct Cloud {
    /// moto, which has what no service here does.
    pub moto: Moto,
    /// Objects.
    pub s3: Arc<S3>,
    /// Where this program's own workers find the objects: `http://127.0.0.1:port/secret`.
    pub objects_url: String,
    /// The folder that holds the endpoint's files.
    pub dir: PathBuf,
    /// The port that the endpoint listens at.
    pub port: u16,
    /// How long a state lasts that takes minutes in AWS, where the weather does not say otherwise.
    pub pace: Duration,
    /// What happens to calls.
    pub weather: Weather,
    /// Hears whenever a service works on its state, which may have changed it.
    pub changes: Notify,
    /// The services.
    pub services: Registry,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        form.debug_struct("Cloud").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl Cloud {
    /// How long a state lasts this time that takes between so many minutes of AWS.
    pub fn lasts(&self, topic: &str, low: f64, high: f64) -> Duration {
        self.weather.lasts(topic, low, high).unwrap_or(self.pace)
    }

    /// Whether the body of a request to a service is content, and not parameters.
    pub fn has_content(&self, service: &str, request: &Parts) -> bool {
        let service = self.services.find(service);
        service.is_some_and(|service| service.operation(request).is_some_and(|operation| service.streams(&operation)))
    }
}

/// The store's error as a client of AWS reads it.
pub fn s3_error(why: strata_local_s3::Error) -> AwsError {
    AwsError::new(why.code, why.message).with_status(why.status)
}
