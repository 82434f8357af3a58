//! What MWAA Serverless knows, for the next start of the endpoint.

use std::sync::Arc;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::{Result, Value};
use strata_local_cloud::ENDED;

use crate::remove;
use crate::run::Run;
use crate::store::{Key, MwaaServerless, Token};
use crate::workflow::Workflow;

/// The store as lists: the keys of JSON's objects are texts.
#[derive(Serialize, Deserialize)]
struct Kept<W, T> {
    workflows: Vec<W>,
    tokens: Vec<T>,
}

/// All workflows.
pub(crate) fn save(all: &MwaaServerless) -> Result<Option<Vec<u8>>> {
    all.look(|store| {
        if store.workflows.is_empty() && store.tokens.is_empty() {
            return Ok(None);
        }
        let kept = Kept { workflows: store.workflows.iter().collect(), tokens: store.tokens.iter().collect() };
        serde_json::to_vec(&kept).map(Some)
    })
}

/// Takes all workflows. Runs that were under way have failed; deletions go on.
pub(crate) fn load(all: &Arc<MwaaServerless>, kept: &[u8]) -> Result<usize> {
    let mut kept: Kept<(Key, Workflow), (Token, (Value, Value))> = serde_json::from_slice(kept)?;
    for (_, workflow) in &mut kept.workflows {
        workflow.runs.iter_mut().for_each(interrupt);
        skip_missed(workflow);
    }
    let leaving = kept.workflows.iter().filter(|(_, workflow)| workflow.deleting);
    let leaving: Vec<Key> = leaving.map(|(key, _)| key.clone()).collect();
    let resources = kept.workflows.len();
    all.with(|store| {
        store.workflows.extend(kept.workflows);
        store.tokens.extend(kept.tokens);
    });
    for (region, arn) in leaving {
        tokio::spawn(remove::vanish(all.clone(), region, arn));
    }
    Ok(resources)
}

/// What was due while the endpoint was not there is not made up for.
fn skip_missed(workflow: &mut Workflow) {
    let now = Utc::now();
    if workflow.due.is_none_or(|due| due < now) {
        let schedule = workflow.versions.last().and_then(|version| version.definition.schedule.as_ref());
        workflow.due = schedule.and_then(|(_, schedule)| schedule.next(now));
    }
}

fn interrupt(run: &mut Run) {
    if !run.is_active() {
        return;
    }
    let now = Utc::now();
    let stopped = run.state == "STOPPING";
    run.state = if stopped { "STOPPED" } else { "FAILED" };
    run.times.2 = Some(now);
    run.modified = now;
    run.error = (!stopped).then(|| ENDED.to_owned());
    for one in run.instances.iter_mut().filter(|one| one.ended.is_none()) {
        match one.status {
            "NONE" => one.go("CANCELLED"),
            "QUEUED" | "RUNNING" => {
                one.go("FAILED");
                one.ended = one.started.map(|_| now);
                one.error = Some(ENDED.to_owned());
            }
            _ => {}
        }
    }
}
