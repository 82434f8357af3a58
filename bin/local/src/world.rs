//! What every part of the endpoint shares.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::upstream::Upstream;

/// The endpoint's state: moto behind it, and the stores of what it does itself.
pub(crate) struct World {
    /// moto.
    pub upstream: Upstream,
    /// Objects.
    pub s3: Arc<strata_s3::S3>,
    /// The keys of KMS that objects are encrypted with.
    pub keys: Arc<crate::keys::KmsKeys>,
    /// Where this program's own workers find the objects: `http://127.0.0.1:port/secret`.
    pub objects_url: String,
    /// The folder that holds the endpoint's files.
    pub dir: PathBuf,
    /// How long a state lasts that takes minutes in AWS.
    pub pace: Duration,
    /// Crawlers and job runs.
    pub glue: crate::glue::Glue,
    /// Queries.
    pub athena: crate::athena::Athena,
    /// Airflow environments.
    pub mwaa: crate::mwaa::Mwaa,
    /// Workflows without an environment.
    pub mwaa_serverless: crate::mwaa_serverless::MwaaServerless,
    /// What happens to calls.
    pub weather: crate::weather::Weather,
}
