//! What MWAA Serverless runs: the tasks of [`dag::dag`] as a workflow definition, the YAML of DAG Factory with AWS's
//! operators only. `storage` writes it into the bucket, and `airflow` makes a workflow of it.
//!
//! What the service settles itself is left out: a task ends after 3,600 seconds, its longest; and a start date would have to
//! lie in the future (MWAA Serverless guide, "Apache Airflow parameter support"), so that the file would differ with the day
//! of each `up`. Without one the schedule begins at once.

mod yaml;

use crate::dag;
use crate::wish::Pipeline;
use serde_json::Value;
use yaml::Node;

/// The longest that a task may take, in minutes.
pub const LONGEST_TASK: i32 = 60;
/// The longest description that AWS takes.
const LONGEST: usize = 1024;

/// The day of the run, as in the DAG module.
const DATE: &str = "{{ params.date or ds }}";
const SENSOR: &str = "airflow.providers.amazon.aws.sensors.s3.S3KeySensor";
const CRAWLER: &str = "airflow.providers.amazon.aws.operators.glue_crawler.GlueCrawlerOperator";
const JOB: &str = "airflow.providers.amazon.aws.operators.glue.GlueJobOperator";

/// Key of the definition in the bucket.
#[must_use]
pub fn key(pipeline: &Pipeline) -> String {
    format!("dags/{}.workflow.yaml", pipeline.name)
}

/// The log group of the tasks of a workflow of this name, where the service's own rules expect one.
#[must_use]
pub fn log_group(name: &str) -> String {
    format!("/aws/mwaa-serverless/{name}")
}

/// What the workflow says of itself: the API has a place for it, the definition has none.
#[must_use]
pub fn description(pipeline: &Pipeline) -> String {
    let input = dag::input(pipeline).count();
    let many = pipeline.transforms.len();
    let text = format!("{} in {}: {many} transforms from {input} input tables", pipeline.name, pipeline.env);
    text.chars().take(LONGEST).collect()
}

/// The definition as the text that is uploaded.
#[must_use]
pub fn print(pipeline: &Pipeline, account: &str, region: &str) -> String {
    let dag = dag::dag(pipeline, account, region);
    let text = |value: &Value| Node::text(value.as_str().unwrap_or_default());
    let each = |task: &Value| (task["id"].as_str().unwrap_or_default().to_owned(), Node::Map(task_of(task, &dag)));
    let tasks = dag["tasks"].as_array().into_iter().flatten().map(each).collect();
    let defaults = [("owner", Node::text("strata")), ("retries", Node::Number(2)), ("retry_delay", Node::Number(60))];
    let workflow = map([
        ("dag_id", text(&dag["dag_id"])),
        ("schedule", text(&dag["schedule"])),
        ("max_active_runs", Node::Number(1)),
        ("params", map([("date", Node::text(""))])),
        ("default_args", map(defaults)),
        ("tasks", Node::Map(tasks)),
    ]);
    let head = format!(
        "# {}: the DAG's tasks as a workflow of MWAA Serverless.\n# Made by strata from the pipeline's wish; `date` is the day to run, where it is not the run's own.\n",
        description(pipeline)
    );
    format!("{head}{}", map([(dag["dag_id"].as_str().unwrap_or_default(), workflow)]))
}

fn map<const N: usize>(fields: [(&str, Node); N]) -> Node {
    Node::Map(fields.map(|(name, node)| (name.to_owned(), node)).into())
}

/// The fields of one task. Credentials are the role's, so no connection is named.
fn task_of(task: &Value, dag: &Value) -> Vec<(String, Node)> {
    let text = |value: &Value| Node::text(value.as_str().unwrap_or_default());
    let of_day = |value: &Value| value.as_str().unwrap_or_default().replace("{date}", DATE);
    let region = || text(&dag["region"]);
    let mut fields = match task["kind"].as_str().unwrap_or_default() {
        "file" => vec![
            ("operator", Node::text(SENSOR)),
            ("bucket_name", text(&dag["bucket"])),
            ("bucket_key", Node::text(of_day(&task["key"]))),
            ("mode", Node::text("reschedule")),
            ("poke_interval", Node::Number(60)),
            ("timeout", Node::Number(3600)),
        ],
        "crawler" => vec![
            ("operator", Node::text(CRAWLER)),
            ("config", map([("Name", text(&task["name"]))])),
            ("region_name", region()),
        ],
        "job" => vec![
            ("operator", Node::text(JOB)),
            ("job_name", text(&task["name"])),
            ("script_args", map([("--date", Node::text(DATE))])),
            ("region_name", region()),
            ("stop_job_run_on_kill", Node::Truth(true)),
        ],
        // No Python of ours runs there: the day is complete when each table has a file of it. Nothing brings one later.
        _ => {
            let days = task["prefixes"].as_array().into_iter().flatten();
            vec![
                ("operator", Node::text(SENSOR)),
                ("bucket_name", text(&dag["bucket"])),
                ("bucket_key", Node::List(days.map(|day| Node::text(format!("{}*", of_day(day)))).collect())),
                ("wildcard_match", Node::Truth(true)),
                ("mode", Node::text("reschedule")),
                ("poke_interval", Node::Number(15)),
                ("timeout", Node::Number(60)),
            ]
        }
    };
    let after: Vec<Node> = task["after"].as_array().into_iter().flatten().map(text).collect();
    if !after.is_empty() {
        fields.push(("dependencies", Node::List(after)));
    }
    fields.into_iter().map(|(name, node)| (name.to_owned(), node)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn driven_data() -> Pipeline {
        let text = include_str!("../../../pipelines/driven-data/pipeline.json");
        crate::read(text).expect("the pipeline is valid").pipeline
    }

    #[test]
    fn the_definition_reads_like_one_written_by_hand() {
        let text = print(&driven_data(), "123456789012", "eu-central-1");
        let start = "\
# driven-data in dev: 9 transforms from 1 input tables: the DAG's tasks as a workflow of MWAA Serverless.
# Made by strata from the pipeline's wish; `date` is the day to run, where it is not the run's own.
driven_data_pipeline:
  dag_id: driven_data_pipeline
  schedule: 0 7 * * *
  max_active_runs: 1
  params:
    date: \"\"
  default_args:
    owner: strata
    retries: 2
    retry_delay: 60
  tasks:
    wait_for_raw:
      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor
      bucket_name: driven-data-dev-123456789012-eu-central-1-an
      bucket_key: data/raw/raw_batch_data_{{ params.date or ds }}.csv
      mode: reschedule
      poke_interval: 60
      timeout: 3600
    crawl_raw:
      operator: airflow.providers.amazon.aws.operators.glue_crawler.GlueCrawlerOperator
      config:
        Name: raw_driven_data
      region_name: eu-central-1
      dependencies: [wait_for_raw]
    staging_dim_address:
      operator: airflow.providers.amazon.aws.operators.glue.GlueJobOperator
      job_name: staging_dim_address
      script_args:
        --date: \"{{ params.date or ds }}\"
      region_name: eu-central-1
      stop_job_run_on_kill: true
      dependencies: [crawl_raw]
";
        assert_eq!(&text[..start.len().min(text.len())], start);
        assert!(text.contains("        - data/staging/dim_address/batch_date={{ params.date or ds }}/*\n"), "{text}");
        assert!(text.contains("      wildcard_match: true\n"), "{text}");
    }

    #[test]
    fn the_definition_is_the_same_every_day() {
        let pipeline = driven_data();
        let text = print(&pipeline, "123456789012", "eu-central-1");
        assert!(!text.contains("start_date") && !text.contains(&pipeline.airflow().start_date), "{text}");
    }

    #[test]
    fn there_is_no_python_in_it() {
        let text = print(&driven_data(), "123456789012", "eu-central-1");
        let operators = text.lines().filter_map(|line| line.trim().strip_prefix("operator: "));
        assert_eq!(operators.filter(|operator| ![SENSOR, CRAWLER, JOB].contains(operator)).count(), 0);
    }
}
