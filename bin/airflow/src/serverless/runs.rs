//! The runs of a workflow, and the tasks of one.

use super::api::{Api, advise};
use super::instances::{Instance, Instances, PARALLEL};
use super::time::time;
use crate::run::{Run, Task, sort};
use aws_sdk_mwaaserverless::operation::get_workflow_run::GetWorkflowRunOutput;
use aws_smithy_types::{DateTime as Moment, Document};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use strata_aws::{During, Error};

/// The newest runs, newest first.
pub(super) async fn runs(api: &Api<'_>, most: u16) -> Result<Vec<Run>, Error> {
    let call = api.client().list_workflow_runs().workflow_arn(&api.place().await?.arn);
    let mut pages = call.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(run) = pages.next().await {
        let run = run.during(|| "listing the runs of the workflow".into()).map_err(advise)?;
        let created = run.run_detail_summary().and_then(|detail| detail.created_on()).map(Moment::secs);
        found.push((created, run.run_id.unwrap_or_default()));
    }
    // The order in which they are listed is not documented.
    found.sort_by(|a, b| b.cmp(a));
    found.truncate(usize::from(most));
    let runs: Vec<_> = found.iter().map(|(_, id)| run(api, id)).collect();
    stream::iter(runs).buffered(PARALLEL).try_collect().await
}

/// One run.
async fn run(api: &Api<'_>, id: &str) -> Result<Run, Error> {
    let call = api.client().get_workflow_run().workflow_arn(&api.place().await?.arn).run_id(id);
    let answer = call.send().await.during(|| format!("looking at run {id}"));
    answer
        .map(|answer| run_of(id, &answer))
        .map_err(|error| if error.is_gone() { error.advise("see `airflow runs`") } else { error })
}

/// A run, if there is one of this id. Runs do not wait for each other.
pub(super) async fn find(api: &Api<'_>, id: &str) -> Result<Option<(Run, Option<String>)>, Error> {
    match run(api, id).await {
        Ok(run) => Ok(Some((run, None))),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The tasks of a run, in the order in which they began; those that have not come last.
pub(super) async fn tasks(api: &Api<'_>, instances: &Instances, run: &str) -> Result<Vec<Task>, Error> {
    let mut newest: BTreeMap<String, Task> = BTreeMap::new();
    for Instance { task, .. } in instances.of(api, run).await? {
        let later = newest.get(&task.id).is_none_or(|known| known.tries <= task.tries);
        if later {
            newest.insert(task.id.clone(), task);
        }
    }
    let mut tasks: Vec<Task> = newest.into_values().collect();
    sort(&mut tasks);
    Ok(tasks)
}

fn run_of(id: &str, answer: &GetWorkflowRunOutput) -> Run {
    let detail = answer.run_detail();
    let date = answer.override_parameters().and_then(|given| given.get("date")).and_then(Document::as_string);
    let start = detail.and_then(|detail| time(detail.started_on().or(detail.created_at())));
    let day = date.map(str::to_owned).or_else(|| start.map(|start| start.date_naive().to_string()));
    let scheduled = answer.run_type().is_some_and(|kind| kind.as_str() == "SCHEDULED");
    Run {
        id: id.to_owned(),
        state: detail.and_then(|detail| detail.run_state()).map(|state| state.as_str().into()).unwrap_or_default(),
        kind: if scheduled { "scheduled" } else { "manual" }.to_owned(),
        day: day.unwrap_or_default(),
        start,
        end: detail.and_then(|detail| time(detail.completed_on())),
        error: detail.and_then(|detail| detail.error_message()).map(str::to_owned),
    }
}
