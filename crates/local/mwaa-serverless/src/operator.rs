//! What tasks do: the operators that run here, with the calls that Airflow's Amazon provider makes.

use crate::store::MwaaServerless;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use crate::client::Client;
use crate::definition::Task;
use crate::log::Log;
use crate::work::Work;

mod crawler;
mod job;
mod s3_key;

/// One try of a task.
pub(crate) struct Attempt<'a> {
    pub all: &'a Arc<MwaaServerless>,
    pub work: &'a Arc<Work>,
    pub task: &'a Task,
    /// From 1.
    pub number: u64,
    /// Templates are rendered.
    pub arguments: Map<String, Value>,
    pub client: Client,
    pub log: &'a Log<'a>,
    /// The Glue run that it has started.
    pub job: Arc<Mutex<Option<String>>>,
}

impl Attempt<'_> {
    /// A text argument.
    fn text(&self, name: &str) -> &str {
        self.arguments.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// An argument that is true or false, in a definition also as a text.
    fn flag(&self, name: &str, default: bool) -> bool {
        match self.arguments.get(name) {
            Some(Value::Bool(value)) => *value,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => default,
        }
    }

    /// An argument in seconds.
    fn seconds(&self, name: &str, default: f64) -> f64 {
        self.arguments
            .get(name)
            .and_then(Value::as_f64)
            .filter(|seconds| (0.0..=1e9).contains(seconds))
            .unwrap_or(default)
    }
}

/// Why a try failed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exception that Airflow would raise.
    pub kind: &'static str,
    /// What it says.
    pub why: String,
    /// Whether it is not to be tried again.
    pub is_final: bool,
}

impl Failure {
    /// One after which is tried again.
    pub(crate) fn of(kind: &'static str, why: impl Into<String>) -> Self {
        Self { kind, why: why.into(), is_final: false }
    }
}

impl From<strata_local_wire::AwsError> for Failure {
    fn from(why: strata_local_wire::AwsError) -> Self {
        Self::of("ClientError", why.message)
    }
}

/// Does the work. The answer is what the task returns.
pub(crate) async fn execute(attempt: &Attempt<'_>) -> Result<Option<String>, Failure> {
    let class = attempt.task.operator.rsplit('.').next().unwrap_or_default();
    attempt.log.info(&format!("Executing {class} of task {}, attempt {}", attempt.task.id, attempt.number)).await;
    match class {
        "EmptyOperator" => Ok(None),
        "S3KeySensor" => s3_key::wait(attempt).await.map(|()| None),
        "GlueCrawlerOperator" => crawler::crawl(attempt).await.map(Some),
        "GlueJobOperator" => job::run(attempt).await.map(Some),
        _ => Err(Failure {
            kind: "NotImplementedError",
            why: format!(
                "The local endpoint does not run {class}: it runs EmptyOperator, S3KeySensor, GlueCrawlerOperator and GlueJobOperator"
            ),
            is_final: true,
        }),
    }
}

/// Ends what a try has started, where its arguments ask for that.
pub(crate) async fn kill(attempt: &Attempt<'_>) {
    // A start that is under way holds the lock until its answer is there.
    let Some(run) = attempt.job.lock().await.clone() else { return };
    if !attempt.flag("stop_job_run_on_kill", false) {
        return;
    }
    let job = attempt.text("job_name");
    attempt.log.info(&format!("Stopping AWS Glue Job: {job}. Run Id: {run}")).await;
    let body = json!({ "JobName": job, "JobRunIds": [run] });
    match attempt.client.json("glue", "AWSGlue.BatchStopJobRun", &body).await {
        Ok(answer) if answer["SuccessfulSubmissions"].as_array().is_some_and(|all| !all.is_empty()) => {}
        _ => attempt.log.info(&format!("Failed to stop AWS Glue Job: {job}. Run Id: {run}")).await,
    }
}
