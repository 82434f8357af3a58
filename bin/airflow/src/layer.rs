//! The list of what `airflow` owns, and its section. A pipeline has either an environment or a workflow: what belongs to the
//! other is in no wish, and goes.

use crate::environment::{self, Environment, LogGroup};
use crate::serverless::{self, Workflow, WorkflowLog};
use crate::verbs::{self, Verbs};
use crate::wished;
use strata_aws::{Error, Session};
use strata_layer::log_groups::LogGroups;
use strata_layer::{Context, Finding, Layer, Part, Resource, async_trait, part};
use strata_state::Document;

pub(crate) struct Airflow;

#[async_trait]
impl Layer for Airflow {
    type Verbs = Verbs;

    fn table(&self) -> &'static strata_state::layers::Layer {
        &strata_state::layers::airflow::LAYER
    }

    fn policy(&self) -> &'static str {
        include_str!("../../../policies/deployer/airflow.json")
    }

    /// The environment's name and version are in the wish: a verb finds it, or says that it is not there.
    fn verb_needs(&self, _: &Verbs, _: &Document) -> Vec<&'static str> {
        Vec::new()
    }

    fn is_offline(&self, verb: &Verbs) -> bool {
        matches!(verb, Verbs::Check)
    }

    async fn preflight(&self, cx: &Context) -> Result<Vec<Finding>, Error> {
        wished::orchestrator(cx, None, false)?.preflight().await
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let logs = || LogGroups(aws_sdk_cloudwatchlogs::Client::new(&session.sdk));
        let mwaa = aws_sdk_mwaa::Client::new(&session.sdk);
        vec![
            // The environment writes into the log groups; they can only go after it.
            part(&[], LogGroup { logs: logs(), mwaa: mwaa.clone() }),
            part(&[LogGroup::KIND], Environment::new(mwaa)),
            part(&[], WorkflowLog(logs())),
            part(&[WorkflowLog::KIND], Workflow::new(session)),
        ]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        // Both are there only where a change of kind did not come to its end.
        let (environment, workflow) = (environment::section(cx), serverless::section(cx));
        let (wished, other) =
            if doc.pipeline.is_serverless() { (workflow, environment) } else { (environment, workflow) };
        doc.airflow = wished.or(other);
    }

    async fn own(&self, cx: &Context, verb: Verbs) -> Result<String, Error> {
        verbs::run(cx, verb).await
    }
}
