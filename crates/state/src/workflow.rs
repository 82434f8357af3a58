//! The names of a workflow of MWAA Serverless, which runs the tasks of [`dag::graph`]. `storage` writes its definition into the
//! bucket, and `airflow` makes a workflow of it.

use crate::dag;
use crate::wish::Pipeline;

/// The longest description that AWS takes.
const LONGEST: usize = 1024;

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
    dag::description(pipeline).chars().take(LONGEST).collect()
}

/// The definition as the text that is uploaded.
#[must_use]
pub fn print(pipeline: &Pipeline, account: &str, region: &str) -> String {
    strata_tasks::workflow::print(&dag::graph(pipeline, account, region))
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
        let aws = "airflow.providers.amazon.aws.";
        assert_eq!(operators.filter(|operator| !operator.starts_with(aws)).count(), 0);
    }
}
