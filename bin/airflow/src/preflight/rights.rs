//! What the two roles have to be allowed: the list of the MWAA guide ("execution role", an AWS-owned key), what the DAG
//! calls, and what its jobs and crawlers do. `policies/roles/` gives these rights; this list says what is needed.

use strata_layer::Context;
use strata_state::{Kind, Spec, dag, spec::SCRIPT_KEY, workflow};

/// Some actions on one resource, and what they are for.
pub(super) struct Need {
    pub(super) why: &'static str,
    pub(super) actions: &'static [&'static str],
    pub(super) resource: String,
}

fn need(why: &'static str, actions: &'static [&'static str], resource: impl Into<String>) -> Need {
    Need { why, actions, resource: resource.into() }
}

/// The execution role's.
pub(super) fn airflow(cx: &Context, bucket: &str) -> Vec<Need> {
    let session = &cx.session;
    let name = cx.name(Kind::Environment, "airflow");
    let s3 = format!("arn:{}:s3:::{bucket}", session.partition);
    // The queue and its key are in an account of AWS's own, which is none that anybody else stands for.
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

/// Those of a workflow's role: what MWAA Serverless does with it, and what the tasks call.
pub(super) fn workflow(cx: &Context, bucket: &str) -> Vec<Need> {
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

/// What starting jobs and crawlers, and watching them, needs.
fn glue_tasks(cx: &Context) -> Vec<Need> {
    let session = &cx.session;
    let mut needs = Vec::new();
    for transform in &cx.doc.pipeline.transforms {
        let job = session.arn("glue", &format!("job/{}", cx.name(Kind::Job, &transform.name)));
        needs.push(need("the DAG runs jobs", &["glue:GetJob", "glue:StartJobRun", "glue:GetJobRun"], job));
    }
    for crawler in cx.doc.pipeline.tables.values().filter_map(|table| table.crawler.as_deref()) {
        let crawler = session.arn("glue", &format!("crawler/{}", cx.name(Kind::Crawler, crawler)));
        needs.push(need("the DAG runs crawlers", &["glue:GetCrawler", "glue:StartCrawler"], crawler));
    }
    needs
}

/// Those of the role that jobs and crawlers run with.
pub(super) fn glue(cx: &Context, bucket: &str) -> Vec<Need> {
    let (session, pipeline) = (&cx.session, &cx.doc.pipeline);
    let s3 = format!("arn:{}:s3:::{bucket}", session.partition);
    let database = cx.name(Kind::Database, &pipeline.catalog().database);
    let mut needs = vec![
        need("jobs read their script", &["s3:GetObject"], format!("{s3}/{SCRIPT_KEY}")),
        need("jobs look for files", &["s3:ListBucket"], &s3),
        need(
            "jobs and crawlers write logs",
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            session.arn("logs", "log-group:/aws-glue/jobs/output:log-stream:*"),
        ),
    ];
    for transform in &pipeline.transforms {
        needs.push(need("jobs read their SQL", &["s3:GetObject"], format!("{s3}/{}", Spec::sql_key(transform))));
        for table in transform.reads.iter().filter_map(|name| pipeline.tables.get(name)) {
            needs.push(need("jobs read tables", &["s3:GetObject"], format!("{s3}/{}*", table.path)));
        }
        if let Some(table) = pipeline.tables.get(&transform.writes) {
            // A day is replaced: what was there before goes.
            let place = format!("{s3}/{}*", table.path);
            needs.push(need("jobs replace a day", &["s3:PutObject", "s3:DeleteObject"], place));
        }
    }
    for (name, _) in pipeline.tables.iter().filter(|(_, table)| table.crawler.is_some()) {
        let table = session.arn("glue", &format!("table/{database}/{name}"));
        needs.push(need("crawlers write tables", &["glue:GetTable", "glue:CreateTable", "glue:UpdateTable"], table));
    }
    needs
}
