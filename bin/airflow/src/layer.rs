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
use strata_layer::{Context, Finding, Layer, Live, Part, async_trait, part};
use strata_state::{Document, section};

pub(crate) struct Airflow;

#[async_trait]
impl Layer for Airflow {
    type Verbs = Verbs;

    fn name(&self) -> &'static str {
        "airflow"
    }

    fn about(&self) -> &'static str {
        "What runs the pipeline: the MWAA environment with its DAG, or the workflow of MWAA Serverless"
    }

    fn needs(&self, doc: &Document) -> &'static [&'static str] {
        // MWAA checks role, bucket, subnets and security group when it is asked for an environment: all have to be whole.
        // A workflow needs no network of ours.
        if doc.pipeline.is_serverless() { &["iam", "storage"] } else { &["net", "iam", "storage"] }
    }

    /// The environment's name and version are in the wish: a verb finds it, or says that it is not there.
    fn verb_needs(&self, _: &Verbs, _: &Document) -> &'static [&'static str] {
        &[]
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
            part("log-group", "log groups", &[], LogGroup { logs: logs.clone(), mwaa: mwaa.clone() }),
            part("environment", "MWAA environments", &["log-group"], Environment::new(mwaa)),
            part("workflow-log", "workflow log groups", &[], WorkflowLog(logs)),
            part("workflow", "MWAA Serverless workflows", &["workflow-log"], Workflow::new(session)),
        ]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let text =
            |live: &Live, name: &str| live.props.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let fact = |live: &Live, name: &str| live.facts.get(name).cloned().unwrap_or_default();
        let environment = cx.live("environment", "main").map(|live| section::Airflow {
            environment: live.physical.clone(),
            arn: fact(&live, "arn"),
            version: text(&live, "version"),
            class: text(&live, "class"),
            webserver: fact(&live, "webserver"),
            ..Default::default()
        });
        let workflow = cx.live("workflow", "main").map(|live| section::Airflow {
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

    fn clear(&self, doc: &mut Document) {
        doc.airflow = None;
    }

    async fn own(&self, cx: &Context, verb: Verbs) -> Result<String, Error> {
        verbs::run(cx, verb).await
    }
}
