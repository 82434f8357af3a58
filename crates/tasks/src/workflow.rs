//! The graph as a workflow definition of MWAA Serverless: the YAML of DAG Factory with AWS's operators only.
//!
//! What the service settles itself is left out: a task ends after 3,600 seconds, its longest; and a start date would have to
//! lie in the future (MWAA Serverless guide, "Apache Airflow parameter support"), so that the file would differ with the day
//! of each `up`. Without one the schedule begins at once.

mod yaml;

use crate::{DATE, DATE_DIGITS, Graph, MONTH, MONTH_DIGITS, Task, Work};
use std::time::Duration;
use yaml::Node;

/// The longest that a task may take.
pub const LONGEST_TASK: Duration = Duration::from_secs(3600);

/// The day of the run, as in the DAG module.
const DAY: &str = "{{ params.date or ds }}";
/// What the DAG module has for each placeholder.
const TEMPLATES: [(&str, &str); 4] = [
    (DATE, DAY),
    (MONTH, "{{ (params.date or ds)[:7] }}"),
    (DATE_DIGITS, "{{ (params.date or ds) | replace('-', '') }}"),
    (MONTH_DIGITS, "{{ (params.date or ds)[:7] | replace('-', '') }}"),
];
const SENSOR: &str = "airflow.providers.amazon.aws.sensors.s3.S3KeySensor";
const CRAWLER: &str = "airflow.providers.amazon.aws.operators.glue_crawler.GlueCrawlerOperator";
const JOB: &str = "airflow.providers.amazon.aws.operators.glue.GlueJobOperator";

/// The definition as the text that is uploaded.
#[must_use]
pub fn print(graph: &Graph) -> String {
    let retries = &graph.retries;
    let defaults = [
        ("owner", Node::text("strata")),
        ("retries", Node::Number(retries.count.into())),
        ("retry_delay", seconds(retries.delay)),
    ];
    let workflow = map([
        ("dag_id", Node::text(&graph.id)),
        ("schedule", Node::text(&graph.schedule)),
        ("max_active_runs", Node::Number(1)),
        ("params", map([("date", Node::text(""))])),
        ("default_args", map(defaults)),
        ("tasks", Node::Map(graph.tasks.iter().map(|task| (task.id.clone(), fields(task, graph))).collect())),
    ]);
    let head = format!(
        "# {}: the DAG's tasks as a workflow of MWAA Serverless.\n# Made by strata from the pipeline's wish; `date` is the day to run, where it is not the run's own.\n",
        graph.description
    );
    format!("{head}{}", map([(graph.id.as_str(), workflow)]))
}

fn map<const N: usize>(fields: [(&str, Node); N]) -> Node {
    Node::Map(fields.map(|(name, node)| (name.to_owned(), node)).into())
}

fn seconds(duration: Duration) -> Node {
    Node::Number(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
}

fn of_day(key: &str) -> String {
    TEMPLATES.iter().fold(key.to_owned(), |key, (placeholder, template)| key.replace(placeholder, template))
}

/// The fields of one task. Credentials are the role's, so no connection is named.
fn fields(task: &Task, graph: &Graph) -> Node {
    let region = || Node::text(&graph.region);
    let mut fields = match &task.work {
        Work::File { key, .. } => {
            let mut fields = vec![
                ("operator", Node::text(SENSOR)),
                ("bucket_name", Node::text(&graph.bucket)),
                ("bucket_key", Node::text(of_day(key))),
            ];
            fields.extend(key.contains('*').then_some(("wildcard_match", Node::Truth(true))));
            fields.extend([
                ("mode", Node::text("reschedule")),
                ("poke_interval", Node::Number(60)),
                ("timeout", seconds(task.timeout)),
            ]);
            fields
        }
        Work::Crawl { crawler, .. } => vec![
            ("operator", Node::text(CRAWLER)),
            ("config", map([("Name", Node::text(crawler))])),
            ("region_name", region()),
        ],
        Work::Job { job, .. } => vec![
            ("operator", Node::text(JOB)),
            ("job_name", Node::text(job)),
            ("script_args", map([("--date", Node::text(DAY))])),
            ("region_name", region()),
            ("stop_job_run_on_kill", Node::Truth(true)),
        ],
        // No Python of ours runs there: the day is complete when each table has a file of it. Nothing brings one later.
        Work::Ready { prefixes } => vec![
            ("operator", Node::text(SENSOR)),
            ("bucket_name", Node::text(&graph.bucket)),
            (
                "bucket_key",
                Node::List(prefixes.iter().map(|prefix| Node::text(format!("{}*", of_day(prefix)))).collect()),
            ),
            ("wildcard_match", Node::Truth(true)),
            ("mode", Node::text("reschedule")),
            ("poke_interval", Node::Number(15)),
            ("timeout", Node::Number(60)),
        ],
    };
    if !task.after.is_empty() {
        fields.push(("dependencies", Node::List(task.after.iter().map(Node::text).collect())));
    }
    Node::Map(fields.into_iter().map(|(name, node)| (name.to_owned(), node)).collect())
}
