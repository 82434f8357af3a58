//! What is found in a DAG file, and what is not.

use super::*;

fn right(action: &'static str, key: &str, is_beginning: bool) -> Use {
    Use::Right(Need { action, key: Some(key.into()), is_beginning })
}

#[test]
fn names_are_found_where_they_are_written_out() {
    let text = r#"
from airflow.models import Variable
BUCKET = Variable.get("S3_BUCKET_NAME")
PATH = Variable.get("S3_FILE_PATH", default_var="data/raw")
# job_name="old"
def extract():
    bucket = Variable.get("IN_A_TASK")
    read("s3://driven-data-bucket/data/raw/")
    read(f"s3://{bucket}/data/raw/")
one = GlueJobOperator(task_id="a", job_name="staging_dim_address_glue")
two = GlueCrawlerOperator(task_id="b", config={"Name": "raw_driven_data"})
three = GlueCrawlerOperator(task_id="c", config={'Name': f"{x}"})
four = GlueJobOperator(
    job_name="{{ params.job }}",
    aws_conn_id="my_aws",
)
"#;
    let expected = [
        (3, Use::Variable { name: "S3_BUCKET_NAME".into(), at_import: true }),
        (7, Use::Variable { name: "IN_A_TASK".into(), at_import: false }),
        (8, Use::Bucket("driven-data-bucket".into())),
        (10, Use::Job("staging_dim_address_glue".into())),
        (11, Use::Crawler("raw_driven_data".into())),
        (12, Use::Unreadable { what: "the crawler's name".into() }),
        (13, Use::Unreadable { what: "the job's name ({{ params.job }})".into() }),
        (13, Use::Connection("my_aws".into())),
    ];
    assert_eq!(uses(text), expected);
}

#[test]
fn what_is_done_in_s3_asks_for_rights() {
    let text = r#"
DAY = "{{ ds }}"
hook.load_string(rows, f"data/raw/raw_{DAY}.csv", bucket_name=name)
put_object(Bucket="b-1", Key="data/raw/x.csv", Body=b"")
client.upload_file(file, bucket, "tmp/x")
S3DeleteObjectsOperator(task_id="d", prefix="data/raw/")
S3KeySensor(bucket_key="s3://b-2/data/raw/*.csv")
hook.load_file(path, where())
EmrCreateJobFlowOperator(task_id="e", emr_conn_id="emr_default")
EmrServerlessStartJobOperator(task_id="s")
"#;
    let no_key = |action| Use::Right(Need { action, key: None, is_beginning: false });
    let expected = [
        (3, right("s3:PutObject", "data/raw/raw_", true)),
        (4, Use::Bucket("b-1".into())),
        (4, right("s3:PutObject", "data/raw/x.csv", false)),
        (5, right("s3:PutObject", "tmp/x", false)),
        (6, right("s3:DeleteObject", "data/raw/", false)),
        (7, right("s3:GetObject", "data/raw/", true)),
        (7, Use::Bucket("b-2".into())),
        (8, Use::Unreadable { what: "the key of load_file".into() }),
        (9, Use::Connection("emr_default".into())),
        (9, no_key("elasticmapreduce:DescribeCluster")),
        (10, no_key("emr-serverless:StartJobRun")),
    ];
    assert_eq!(uses(text), expected);
}

#[test]
fn templates_read_variables_and_connections_when_the_task_runs() {
    let text = r#"
BashOperator(bash_command="echo {{ var.value.PLAIN }} {{ var.json.CONFIG.key }} {{ var.value.get('GIVEN') }}")
BashOperator(bash_command="echo {{ var.value.get('HAS_DEFAULT', 'x') }} {{ conn.warehouse.host }}")
BaseHook.get_connection("other")
"#;
    let variable = |name: &str| Use::Variable { name: name.into(), at_import: false };
    let expected = [
        (2, variable("PLAIN")),
        (2, variable("CONFIG")),
        (2, variable("GIVEN")),
        (3, Use::Connection("warehouse".into())),
        (4, Use::Connection("other".into())),
    ];
    assert_eq!(uses(text), expected);
}
