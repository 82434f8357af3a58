//! The services of this endpoint, and the engines of its workers: the only place that lists them.

use std::path::Path;
use std::sync::Arc;

use strata_local_athena::Athena;
use strata_local_buckets::{Buckets, KmsKeys};
use strata_local_cloud::{Cloud, Service};
use strata_local_glue::{Glue, Python};
use strata_local_moto::venv;
use strata_local_mwaa::{Mwaa, Places};
use strata_local_mwaa_serverless::MwaaServerless;
use strata_local_process::worker::Engine;
use strata_local_weather::Climate;

/// What workers can do.
pub(crate) const ENGINES: [(&str, Engine); 1] = [(strata_local_engine_query::NAME, strata_local_engine_query::run)];

/// What the services say on a bad day.
pub(crate) const CLIMATES: [(&str, Climate); 5] = [
    ("s3", strata_local_buckets::CLIMATE),
    ("glue", strata_local_glue::CLIMATE),
    ("athena", strata_local_athena::CLIMATE),
    ("airflow", strata_local_mwaa::CLIMATE),
    ("airflow-serverless", strata_local_mwaa_serverless::CLIMATE),
];

/// The services; `venv` is moto's virtual environment; those of Airflow and of Glue's jobs are next to it.
pub(crate) fn all(cloud: &Arc<Cloud>, keys: Arc<KmsKeys>, venv: &Path) -> Vec<Arc<dyn Service>> {
    let cache = venv.parent().unwrap_or(&cloud.dir).to_path_buf();
    let jobs = Python { cache: cache.clone(), interpreter: venv::python(venv) };
    let places = Places { cache, python: venv::python(venv) };
    vec![
        Arc::new(Buckets::new(cloud.clone(), keys)),
        Arc::new(Glue::new(cloud.clone(), jobs)),
        Arc::new(Athena::new(cloud.clone())),
        Arc::new(Mwaa::new(cloud.clone(), places)),
        Arc::new(MwaaServerless::new(cloud.clone())),
    ]
}
