//! What the DAG will start: the jobs and crawlers of its tasks are those that `jobs` and `catalog` have made.

use super::Found;
use serde_json::Value;
use std::collections::BTreeSet;
use strata_layer::Context;
use strata_state::dag;
use strata_tasks::Work;

pub(crate) fn look(cx: &Context) -> Found {
    let mut found = Found::default();
    let doc = &cx.doc;
    let graph = dag::graph(&doc.pipeline, &cx.session.account, &cx.session.region);
    let jobs: Option<BTreeSet<&str>> =
        doc.jobs.as_ref().map(|section| section.jobs.values().map(|job| job.name.as_str()).collect());
    let crawlers: Option<BTreeSet<&str>> =
        doc.catalog.as_ref().map(|section| section.crawlers.values().map(String::as_str).collect());
    for task in &graph.tasks {
        let (made, layer, kind, name) = match &task.work {
            Work::Job { job, .. } => (&jobs, "jobs", "job", job),
            Work::Crawl { crawler, .. } => (&crawlers, "catalog", "crawler", crawler),
            Work::File { .. } | Work::Ready { .. } => continue,
        };
        if made.as_ref().is_some_and(|made| !made.contains(name.as_str())) {
            found.say(
                format!("the DAG's task {} starts the {kind} {name}, which `{layer}` has not created", task.id),
                format!("run `{layer} up`"),
            );
        }
    }
    // A job made for the other engine would run the wrong way.
    for transform in &doc.pipeline.transforms {
        let Some(job) = doc.jobs.as_ref().and_then(|section| section.jobs.get(&transform.name)) else { continue };
        let wanted = doc.pipeline.jobs().engine(transform);
        if job.engine != wanted {
            let word = |engine| serde_json::to_value(engine).ok().as_ref().and_then(Value::as_str).map(str::to_owned);
            let (is, shall) = (word(job.engine).unwrap_or_default(), word(wanted).unwrap_or_default());
            found.say(format!("job {} was created for {is}, and the pipeline has {shall}", job.name), "run `jobs up`");
        }
    }
    if let Some(storage) = &doc.storage
        && graph.bucket != storage.bucket
    {
        let what = format!("the DAG reads bucket {}, and `storage` has created {}", graph.bucket, storage.bucket);
        found.say(what, "run `storage up`");
    }
    found
}
