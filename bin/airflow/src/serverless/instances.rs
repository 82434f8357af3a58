//! Task instances: what MWAA Serverless knows of a run's tasks. They are asked for one by one.

use super::api::Api;
use super::time::time;
use crate::run::Task;
use crate::state::State;
use aws_sdk_mwaaserverless::operation::get_task_instance::GetTaskInstanceOutput;
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use strata_aws::{During, Error};

/// Asked for side by side.
pub(super) const PARALLEL: usize = 8;

/// One task instance: a task, or one try of it.
#[derive(Clone)]
pub(super) struct Instance {
    pub(super) task: Task,
    pub(super) stream: Option<String>,
    pub(super) error: Option<String>,
}

/// Those that have ended do not change any more: they are kept.
#[derive(Default)]
pub(super) struct Instances(Mutex<BTreeMap<String, Instance>>);

impl Instances {
    /// All task instances of a run.
    pub(super) async fn of(&self, api: &Api<'_>, run: &str) -> Result<Vec<Instance>, Error> {
        let call = api.client().list_task_instances().workflow_arn(&api.place().await?.arn).run_id(run);
        let mut pages = call.into_paginator().items().send();
        let mut ids = Vec::new();
        while let Some(one) = pages.next().await {
            let one = one.during(|| format!("listing the tasks of run {run}"))?;
            ids.extend(one.task_instance_id);
        }
        let looks: Vec<_> = ids.iter().map(|id| self.one(api, run, id)).collect();
        stream::iter(looks).buffered(PARALLEL).try_collect().await
    }

    async fn one(&self, api: &Api<'_>, run: &str, id: &str) -> Result<Instance, Error> {
        let key = format!("{run} {id}");
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let arn = &api.place().await?.arn;
        let call = api.client().get_task_instance().workflow_arn(arn).run_id(run).task_instance_id(id);
        let answer = call.send().await.during(|| format!("looking at task instance {id} of run {run}"))?;
        let instance = instance_of(&answer);
        if instance.task.has_ended() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, instance.clone());
        }
        Ok(instance)
    }
}

fn instance_of(answer: &GetTaskInstanceOutput) -> Instance {
    let state = answer.status().map(|status| status.as_str()).filter(|state| !state.eq_ignore_ascii_case("none"));
    let task = Task {
        id: answer.task_id().unwrap_or_else(|| answer.task_instance_id()).to_owned(),
        state: state.map(State::from).unwrap_or_default(),
        tries: answer.attempt_number().and_then(|number| u64::try_from(number).ok()).unwrap_or_default(),
        start: time(answer.started_at()),
        end: time(answer.ended_at()),
    };
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    Instance { task, stream: text(answer.log_stream()), error: text(answer.error_message()) }
}
