//! What the policy documents must and must not say.

use super::*;
use serde_json::json;
use strata_state::Document;
use strata_state::demand::{Role, roles};
use strata_state::policy::{Place, fill, normal};
use wildmatch::WildMatch;

fn document() -> Document {
    let text = include_str!("../../../pipelines/driven-data/pipeline.json");
    strata_state::read(text).expect("the pipeline is valid")
}

fn values(document: &Document) -> Values {
    let [partition, account, region] = ["aws", "123456789012", "eu-central-1"].map(str::to_owned);
    strata_state::policy::values(document, &Place { partition, account, region, program: None })
}

/// Every role that a pipeline with this orchestration or the other demands.
fn all() -> Vec<Role> {
    let mut serverless = document();
    serverless.pipeline.airflow.get_or_insert_default().kind = strata_state::layers::airflow::Orchestrator::Serverless;
    let mut all = roles(&document().pipeline);
    all.extend(roles(&serverless.pipeline).into_iter().filter(|role| role.file == "workflow"));
    all
}

/// Both documents of `role`, filled in for driven-data.
fn documents(role: &str) -> (Value, Value) {
    let values = values(&document());
    let role = all().into_iter().find(|demanded| demanded.file == role).expect("the role exists");
    let trust = join(&role.trust, &values).expect("it can be filled in");
    (trust, join(&role.permissions, &values).expect("it can be filled in"))
}

fn list(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// Whether `role` may do `action` on exactly this resource, by an Allow without a condition.
fn may(role: &str, action: &str, resource: &str) -> bool {
    let matches = |pattern: &str, text: &str| WildMatch::new(pattern).matches(text);
    let (_, permissions) = documents(role);
    permissions["Statement"].as_array().expect("statements").iter().any(|statement| {
        statement["Effect"] == "Allow"
            && statement.get("Condition").is_none()
            && list(&statement["Action"]).iter().any(|pattern| matches(pattern, action))
            && list(&statement["Resource"]).iter().any(|pattern| matches(pattern, resource))
    })
}

const BUCKET: &str = "arn:aws:s3:::driven-data-dev-123456789012-eu-central-1-an";

#[test]
fn every_document_is_json_with_known_placeholders_and_fits() {
    for role in all() {
        let values = values(&document());
        for text in role.permissions.iter().chain(&role.trust) {
            let document = fill(text, &values).expect(&role.id);
            assert!(!document.to_string().contains("${"), "{document}");
            assert_eq!(document["Version"], "2012-10-17");
        }
    }
}

#[test]
fn an_unknown_placeholder_is_refused() {
    let values = values(&document());
    let wrong = fill(r#"{"Statement": [{"Resource": "${bukket}"}]}"#, &values);
    assert!(wrong.is_err_and(|error| error.contains("bukket") && error.contains("bucket")));
}

#[test]
fn a_pipeline_without_jobs_has_no_statement_about_jobs() {
    let mut document = document();
    document.pipeline.transforms.clear();
    let filled = join(&all()[0].permissions, &values(&document)).expect("it can be filled in");
    assert!(!filled.to_string().contains("RunJobs"));
}

#[test]
fn d29_no_role_has_a_wildcard_service_right() {
    // Kept equal to the table in policies/README.md; the deployer's table comes after it.
    let readme = include_str!("../../../policies/README.md");
    let (readme, _) = readme.split_once("<!-- made by").expect("the deployer's table");
    let mut everywhere = Vec::new();
    for role in all().iter().map(|role| &*role.file) {
        let (_, permissions) = documents(role);
        for statement in permissions["Statement"].as_array().expect("statements") {
            for action in list(&statement["Action"]) {
                let (service, right) = action.split_once(':').unwrap_or((action, ""));
                assert!(!right.is_empty() && !right.starts_with('*'), "{}: {action}", role);
                assert!(!service.contains('*'), "{}: {action}", role);
                if list(&statement["Resource"]).contains(&"*") {
                    everywhere.push(format!("| {} | `{action}` |", role));
                }
            }
            assert!(statement.get("NotAction").is_none(), "{statement}");
            let limited = statement.get("NotResource").is_none() || statement.get("Condition").is_some();
            assert!(limited, "{statement}");
        }
    }
    for entry in &everywhere {
        assert!(readme.contains(entry.as_str()), "policies/README.md gives no reason for {entry}");
    }
    let lines = |role: &str| readme.matches(&format!("| {role} | `")).count();
    assert_eq!(all().iter().map(|role| lines(&role.file)).sum::<usize>(), everywhere.len());
}

#[test]
fn d29_no_document_holds_an_account_or_an_address() {
    for role in all() {
        for text in role.permissions.iter().chain(&role.trust) {
            let digits = text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 12);
            assert!(!digits && !text.contains("IpAddress"), "{}", role.id);
        }
    }
}

#[test]
fn d03_airflow_may_put_objects() {
    assert!(may("airflow", "s3:PutObject", &format!("{BUCKET}/data/raw/raw_batch_data_2024-09-15.csv")));
    assert!(!may("airflow", "s3:PutObject", &format!("{BUCKET}/data/trusted/pii_data/x.parquet")));
    assert!(!may("airflow", "s3:PutObject", &format!("{BUCKET}/dags/strata_pipeline.py")));
    assert!(!may("airflow", "s3:DeleteObject", &format!("{BUCKET}/data/raw/raw_batch_data_2024-09-15.csv")));
}

#[test]
fn d04_glue_may_delete_objects() {
    for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] {
        assert!(
            may("glue", action, &format!("{BUCKET}/data/staging/dim_date/batch_date=2024-09-15/x.parquet")),
            "{action}"
        );
    }
    assert!(!may("glue", "s3:DeleteObject", &format!("{BUCKET}/scripts/glue/strata_transform.py")));
    assert!(!may("glue", "s3:DeleteObject", "arn:aws:s3:::another-bucket/data/x"));
}

#[test]
fn airflow_may_do_what_its_operators_call() {
    let arn = |rest: &str| format!("arn:aws:glue:eu-central-1:123456789012:{rest}");
    for action in ["GetJob", "StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun"] {
        assert!(may("airflow", &format!("glue:{action}"), &arn("job/staging_fact_network_usage")), "{action}");
        assert!(!may("airflow", &format!("glue:{action}"), &arn("job/another")), "{action}");
    }
    for action in ["GetCrawler", "StartCrawler", "GetCrawlerMetrics"] {
        assert!(may("airflow", &format!("glue:{action}"), &arn("crawler/raw_driven_data")), "{action}");
    }
    assert!(!may("airflow", "glue:UpdateCrawler", &arn("crawler/raw_driven_data")));
}

#[test]
fn mwaa_needs_both_of_its_principals_and_only_this_environment_gets_in() {
    let (trust, _) = documents("airflow");
    let statement = &trust["Statement"][0];
    assert_eq!(statement["Principal"]["Service"], json!(["airflow-env.amazonaws.com", "airflow.amazonaws.com"]));
    assert_eq!(statement["Condition"]["StringEquals"]["aws:SourceAccount"], "123456789012");
    let arn = "arn:aws:airflow:eu-central-1:123456789012:environment/driven-data-dev-airflow";
    assert_eq!(statement["Condition"]["ArnLike"]["aws:SourceArn"], arn);
}

#[test]
fn a_workflow_may_do_what_its_tasks_call_and_no_more() {
    let arn = |rest: &str| format!("arn:aws:glue:eu-central-1:123456789012:{rest}");
    for action in ["GetJob", "StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun"] {
        assert!(may("workflow", &format!("glue:{action}"), &arn("job/staging_fact_network_usage")), "{action}");
        assert!(!may("workflow", &format!("glue:{action}"), &arn("job/another")), "{action}");
    }
    assert!(may("workflow", "glue:StartCrawler", &arn("crawler/raw_driven_data")));
    assert!(may("workflow", "s3:GetObject", &format!("{BUCKET}/dags/driven-data.workflow.yaml")));
    assert!(may("workflow", "s3:GetObject", &format!("{BUCKET}/data/raw/raw_batch_data_2024-09-15.csv")));
    assert!(!may("workflow", "s3:GetObject", &format!("{BUCKET}/data/trusted/pii_data/x.parquet")));
    assert!(!may("workflow", "s3:PutObject", &format!("{BUCKET}/data/raw/raw_batch_data_2024-09-15.csv")));
    let logs = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/mwaa-serverless/driven-data-dev-airflow";
    assert!(may("workflow", "logs:PutLogEvents", &format!("{logs}:log-stream:x")));
    assert!(!may(
        "workflow",
        "logs:PutLogEvents",
        "arn:aws:logs:eu-central-1:123456789012:log-group:another:log-stream:x"
    ));
    let (trust, _) = documents("workflow");
    assert_eq!(trust["Statement"][0]["Principal"]["Service"], "airflow-serverless.amazonaws.com");
    assert_eq!(trust["Statement"][0]["Condition"]["StringEquals"]["aws:SourceAccount"], "123456789012");
}

#[test]
fn order_and_lists_of_one_are_no_difference() {
    let one = json!({"Statement": {"Action": ["s3:GetObject"], "Resource": ["b", "a"]}});
    let other = json!({"Statement": [{"Action": "s3:GetObject", "Resource": ["a", "b"]}]});
    assert_eq!(normal(one), normal(other));
}
