//! Which half of the program a verb asks.

use crate::environment::Provisioned;
use crate::orchestrator::Orchestrator;
use crate::serverless::Serverless;
use strata_aws::Error;
use strata_layer::Context;
use strata_state::layers::airflow::Orchestrator as Kind;

/// What runs the pipeline, as the wish has it. `dag` is another DAG than the pipeline's. `is_patient` is for watching a run,
/// during which a web server may go and come.
///
/// # Errors
/// When another DAG is named than the one that a workflow has.
pub(crate) fn orchestrator<'a>(
    cx: &'a Context,
    dag: Option<&String>,
    is_patient: bool,
) -> Result<Box<dyn Orchestrator + 'a>, Error> {
    Ok(match cx.doc.pipeline.airflow().kind {
        Kind::Environment => Box::new(Provisioned::new(cx, dag, is_patient)),
        Kind::Serverless => Box::new(Serverless::new(cx, dag)?),
    })
}
