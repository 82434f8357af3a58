//! The list of what `airflow` owns, and its section. A pipeline has either an environment or a workflow: what belongs to the
//! other is in no wish, and goes.

use crate::environment::Environment;
use crate::log_group::LogGroup;
use crate::preflight;
use crate::verbs::{self, Verbs};
use crate::workflow::Workflow;
use crate::workflow_log::WorkflowLog;
use serde_json::Value;
use strata_aws::{Error, Session};
use strata_layer::{Context, Finding, Layer, Live, Part, async_trait, untyped};
use strata_state::{Document, layers};

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
        preflight::findings(cx).await
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let logs = aws_sdk_cloudwatchlogs::Client::new(&session.sdk);
        let mwaa = aws_sdk_mwaa::Client::new(&session.sdk);
        vec![
            // The environment makes the log groups; they can only go after it.
            untyped("log-group", "log groups", &[], LogGroup { logs: logs.clone(), mwaa: mwaa.clone() }),
            untyped("environment", "MWAA environments", &["log-group"], Environment::new(mwaa)),
            untyped("workflow-log", "workflow log groups", &[], WorkflowLog(logs)),
            untyped("workflow", "MWAA Serverless workflows", &["workflow-log"], Workflow::new(session)),
        ]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let text =
            |live: &Live, name: &str| live.props.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let fact = |live: &Live, name: &str| live.facts.get(name).cloned().unwrap_or_default();
        let environment = cx.live("environment", "main").map(|live| layers::airflow::Section {
            environment: live.physical.clone(),
            arn: fact(&live, "arn"),
            version: text(&live, "version"),
            class: text(&live, "class"),
            webserver: fact(&live, "webserver"),
            ..Default::default()
        });
        let workflow = cx.live("workflow", "main").map(|live| layers::airflow::Section {
            workflow: fact(&live, "name"),
            arn: live.physical.clone(),
            version: fact(&live, "version"),
            log_group: text(&live, "log_group"),
            ..Default::default()
        });
        // Both are there only where a change of kind did not come to its end.
        let (wished, other) =
            if doc.pipeline.is_serverless() { (workflow, environment) } else { (environment, workflow) };
        doc.airflow = wished.or(other);
    }

    async fn own(&self, cx: &Context, verb: Verbs) -> Result<String, Error> {
        verbs::run(cx, verb).await
    }
}
