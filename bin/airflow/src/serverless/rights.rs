//! What the role of a workflow has to be allowed: what MWAA Serverless does with it, and what the tasks call.

use crate::preflight::rights::{Need, glue_tasks, need};
use crate::preflight::role::Wanted;
use strata_layer::Context;
use strata_state::{Kind, dag, workflow};

/// The workflow's role; what it needs in the bucket is known when that is.
pub(super) fn role(cx: &Context, bucket: Option<&str>) -> Wanted {
    Wanted {
        id: "airflow",
        file: "workflow",
        services: &["airflow-serverless.amazonaws.com"],
        // Its ARN is not known before it is there, and a trust policy of ours does not name it.
        source: cx.session.arn("airflow-serverless", &format!("workflow/{}", cx.name(Kind::Workflow, "airflow"))),
        needs: bucket.map(|bucket| needs(cx, bucket)).unwrap_or_default(),
    }
}

fn needs(cx: &Context, bucket: &str) -> Vec<Need> {
    let session = &cx.session;
    let s3 = format!("arn:{}:s3:::{bucket}", session.partition);
    let group = workflow::log_group(&cx.name(Kind::Workflow, "airflow"));
    let definition = format!("{s3}/{}", workflow::key(&cx.doc.pipeline));
    let mut needs = vec![
        need("MWAA Serverless reads the definition", &["s3:GetObject", "s3:GetObjectVersion"], definition),
        need("tasks look for tables", &["s3:ListBucket"], &s3),
        need(
            "tasks write logs",
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            session.arn("logs", &format!("log-group:{group}:log-stream:*")),
        ),
    ];
    for (_, table) in dag::input(&cx.doc.pipeline).filter(|(_, table)| table.file.is_some()) {
        needs.push(need("tasks look for input", &["s3:GetObject"], format!("{s3}/{}*", table.path)));
    }
    needs.extend(glue_tasks(cx));
    needs
}
