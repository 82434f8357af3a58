//! The graph as the JSON that the DAG module (`scripts/dags/strata_pipeline.py`) makes a DAG of.

use crate::{Graph, Task, Work};
use serde_json::{Value, json};

/// The whole DAG. Times are whole seconds.
#[must_use]
pub fn json(graph: &Graph) -> Value {
    let retries = &graph.retries;
    json!({
        "dag_id": graph.id,
        "description": graph.description,
        "schedule": graph.schedule,
        "start_date": graph.start_date,
        "ready_by": graph.ready_by,
        "tags": graph.tags,
        "region": graph.region,
        "bucket": graph.bucket,
        "retries": {
            "count": retries.count,
            "delay": retries.delay.as_secs(),
            "longest": retries.longest.as_secs(),
        },
        "tasks": graph.tasks.iter().map(task).collect::<Vec<_>>(),
    })
}

fn task(task: &Task) -> Value {
    let mut said = match &task.work {
        Work::File { key, .. } if key.contains('*') => json!({ "kind": "file", "key": key, "wildcard": true }),
        Work::File { key, .. } => json!({ "kind": "file", "key": key }),
        Work::Crawl { crawler, .. } => json!({ "kind": "crawl", "name": crawler }),
        Work::Job { job, .. } => json!({ "kind": "job", "name": job }),
        Work::Ready { prefixes } => json!({ "kind": "ready", "prefixes": prefixes }),
    };
    said["id"] = json!(task.id);
    said["after"] = json!(task.after);
    said["timeout"] = json!(task.timeout.as_secs());
    said
}

/// The same as the text that is uploaded.
#[must_use]
pub fn print(graph: &Graph) -> String {
    format!("{:#}\n", json(graph))
}
