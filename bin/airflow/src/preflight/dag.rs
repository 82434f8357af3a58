//! What the DAG will start: the jobs and crawlers of its tasks are those that `jobs` and `catalog` have made.

use super::Found;
use serde_json::Value;
use std::collections::BTreeSet;
use strata_layer::Context;
use strata_state::dag;

pub(super) fn look(cx: &Context) -> Found {
    let mut found = Found::default();
    let doc = &cx.doc;
    let dag = dag::dag(&doc.pipeline, &cx.session.account, &cx.session.region);
    let jobs: Option<BTreeSet<&str>> =
        doc.jobs.as_ref().map(|section| section.jobs.values().map(|job| job.name.as_str()).collect());
    let crawlers: Option<BTreeSet<&str>> =
        doc.catalog.as_ref().map(|section| section.crawlers.values().map(String::as_str).collect());
    for task in dag["tasks"].as_array().into_iter().flatten() {
        let text = |field: &str| task[field].as_str().unwrap_or_default();
        let (made, layer) = match text("kind") {
            "job" => (&jobs, "jobs"),
            "crawler" => (&crawlers, "catalog"),
            _ => continue,
        };
        if made.as_ref().is_some_and(|made| !made.contains(text("name"))) {
            found.say(
                format!(
                    "the DAG's task {} starts the {} {}, which `{layer}` has not made",
                    text("id"),
                    text("kind"),
                    text("name")
                ),
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
            found.say(format!("job {} was made for {is}, and the pipeline wants {shall}", job.name), "run `jobs up`");
        }
    }
    if let Some(storage) = &doc.storage
        && dag["bucket"] != storage.bucket.as_str()
    {
        let what = format!("the DAG reads bucket {}, and `storage` has made {}", dag["bucket"], storage.bucket);
        found.say(what.replace('"', ""), "run `storage up`");
    }
    found
}
