//! What roles have to be allowed: what the DAG's tasks call, and what its jobs and crawlers do. `policies/roles/` gives these
//! rights; this list says what is needed. `environment/rights.rs` and `serverless/rights.rs` have the rest.

use strata_layer::Context;
use strata_state::{Kind, Spec, spec::RUN_KEY};

/// Some actions on one resource, and what they are for.
pub(crate) struct Need {
    pub(crate) why: &'static str,
    pub(crate) actions: &'static [&'static str],
    pub(crate) resource: String,
}

pub(crate) fn need(why: &'static str, actions: &'static [&'static str], resource: impl Into<String>) -> Need {
    Need { why, actions, resource: resource.into() }
}

/// What starting jobs and crawlers, and watching them, needs.
pub(crate) fn glue_tasks(cx: &Context) -> Vec<Need> {
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
        need("jobs read their script", &["s3:GetObject"], format!("{s3}/{RUN_KEY}")),
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
