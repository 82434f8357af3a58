//! Schedules: runs that start by themselves, while the endpoint is up. What was due while it was not is not made up for.

use crate::store::MwaaServerless;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::runs;
use crate::workflow::Workflow;

/// How often is looked.
const LOOK: Duration = Duration::from_millis(500);

/// Starts what is due, for ever.
pub(crate) async fn keep(all: Arc<MwaaServerless>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let now = Utc::now();
        let due: Vec<(String, String, DateTime<Utc>)> = all.with(|store| {
            let all = store.workflows.iter_mut();
            all.filter_map(|((region, arn), workflow)| Some((region.clone(), arn.clone(), due(workflow, now)?)))
                .collect()
        });
        for (region, arn, date) in due {
            if let Err(why) = runs::begin(&all, &region, &arn, None, "SCHEDULED", &Value::Null, date) {
                tracing::warn!("the run of {arn} at {date}: {} {}", why.code, why.message);
            }
        }
    }
}

/// The time that a run is due at, when it has come; the next one is noted.
fn due(workflow: &mut Workflow, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let version = workflow.versions.last()?;
    let definition = &version.definition;
    let (_, schedule) = definition.schedule.as_ref()?;
    if workflow.deleting || version.mode() != "SCHEDULED" {
        return None;
    }
    let Some(at) = workflow.due else {
        workflow.due = schedule.next(version.created);
        return None;
    };
    if now < at {
        return None;
    }
    workflow.due = schedule.next(at).filter(|next| *next > now).or_else(|| schedule.next(now));
    let day = at.format("%Y-%m-%d").to_string();
    let (start, end) = &definition.days;
    let begun = start.as_ref().is_none_or(|start| day >= *start);
    let over = end.as_ref().is_some_and(|end| day > *end);
    (begun && !over).then_some(at)
}
