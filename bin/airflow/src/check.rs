//! `airflow check`: what the DAGs will use is in the document.

use strata_aws::Error;
use strata_layer::Context;

pub(crate) fn check(_: &Context) -> Result<String, Error> {
    Ok(String::new())
}
