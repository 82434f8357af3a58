//! The list of what `airflow` owns, and its section.

use crate::environment::Environment;
use crate::log_group::LogGroup;
use crate::preflight;
use crate::verbs::{self, Verbs};
use serde_json::Value;
use strata_aws::{Error, Session};
use strata_layer::{Context, Finding, Layer, Part, async_trait, part};
use strata_state::{Document, section};

pub(crate) struct Airflow;

#[async_trait]
impl Layer for Airflow {
    type Verbs = Verbs;

    fn name(&self) -> &'static str {
        "airflow"
    }

    fn about(&self) -> &'static str {
        "The MWAA environment that runs the pipeline's DAG"
    }

    fn needs(&self) -> &'static [&'static str] {
        // MWAA checks role, bucket, subnets and security group when it is asked for an environment: all have to be whole.
        &["net", "iam", "storage"]
    }

    /// The environment's name and version are in the wish: a verb finds it, or says that it is not there.
    fn verb_needs(&self, _: &Verbs) -> &'static [&'static str] {
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
            part("log-group", "log groups", &[], LogGroup { logs, mwaa: mwaa.clone() }),
            part("environment", "MWAA environments", &["log-group"], Environment::new(mwaa)),
        ]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        doc.airflow = cx.live("environment", "main").map(|live| {
            let text = |name: &str| live.props.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let fact = |name: &str| live.facts.get(name).cloned().unwrap_or_default();
            section::Airflow {
                environment: live.physical.clone(),
                arn: fact("arn"),
                version: text("version"),
                class: text("class"),
                webserver: fact("webserver"),
            }
        });
    }

    fn clear(&self, doc: &mut Document) {
        doc.airflow = None;
    }

    async fn own(&self, cx: &Context, verb: Verbs) -> Result<String, Error> {
        verbs::run(cx, verb).await
    }
}
