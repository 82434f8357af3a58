//! What the execution role of an environment has to be allowed: the list of the MWAA guide ("execution role", an AWS-owned
//! key), and what the DAG calls.

use crate::preflight::rights::{Need, glue_tasks, need};
use crate::preflight::role::Wanted;
use strata_layer::Context;
use strata_state::{Kind, dag};

/// The execution role; what it needs in the bucket is known when that is.
pub(super) fn role(cx: &Context, bucket: Option<&str>) -> Wanted {
    Wanted {
        id: "airflow",
        file: "airflow",
        services: &["airflow.amazonaws.com", "airflow-env.amazonaws.com"],
        source: cx.session.arn("airflow", &format!("environment/{}", cx.name(Kind::Environment, "airflow"))),
        needs: bucket.map(|bucket| needs(cx, bucket)).unwrap_or_default(),
    }
}

fn needs(cx: &Context, bucket: &str) -> Vec<Need> {
    let session = &cx.session;
    let name = cx.name(Kind::Environment, "airflow");
    let s3 = format!("arn:{}:s3:::{bucket}", session.partition);
    // The queue and its key are in an account of AWS's own, which no name of ours refers to.
    let aws = |service: &str, rest: &str| {
        format!("arn:{}:{service}:{}:000000000001:{rest}", session.partition, session.region)
    };
    let mut needs = vec![
        need("MWAA reports on it", &["airflow:PublishMetrics"], session.arn("airflow", &format!("environment/{name}"))),
        need("MWAA reads the DAGs", &["s3:GetObject", "s3:GetObjectVersion"], format!("{s3}/dags/*")),
        need("MWAA reads the requirements", &["s3:GetObject", "s3:GetObjectVersion"], format!("{s3}/requirements.txt")),
        need("MWAA looks at the bucket", &["s3:ListBucket", "s3:GetBucketPublicAccessBlock"], &s3),
        need("MWAA looks at the bucket", &["s3:GetAccountPublicAccessBlock"], "*"),
        need(
            "MWAA writes its logs",
            &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:GetLogEvents"],
            session.arn("logs", &format!("log-group:airflow-{name}-Task:log-stream:*")),
        ),
        need("MWAA writes its logs", &["logs:DescribeLogGroups"], "*"),
        need("MWAA measures", &["cloudwatch:PutMetricData"], "*"),
        need(
            "tasks are queued",
            &["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage"],
            aws("sqs", "airflow-celery-*"),
        ),
        need("the queue is encrypted", &["kms:Decrypt", "kms:GenerateDataKey"], aws("kms", "key/*")),
    ];
    for (_, table) in dag::input(&cx.doc.pipeline) {
        needs.push(need("the DAG brings input", &["s3:PutObject"], format!("{s3}/{}*", table.path)));
    }
    needs.extend(glue_tasks(cx));
    needs
}
