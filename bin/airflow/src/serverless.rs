//! The runs of a workflow of MWAA Serverless, through the service's own API: there is no Airflow to ask.

use crate::dag_run::{Run, Task};
use crate::log_text;
use crate::state::State;
use aws_sdk_mwaaserverless::Client;
use aws_sdk_mwaaserverless::operation::get_task_instance::GetTaskInstanceOutput;
use aws_sdk_mwaaserverless::operation::get_workflow_run::GetWorkflowRunOutput;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{DateTime as Moment, Document};
use chrono::{DateTime, FixedOffset, NaiveDate};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use strata_aws::{During, Error, Pace, Poll, Session, Waiting, is_unknown_host, tags};
use strata_layer::{Context, log_stream};
use strata_state::{Kind, workflow};

/// How long starting a run is tried.
const START: Pace = Pace::seconds(2, 60);
/// Asked for side by side.
const PARALLEL: usize = 8;

pub(crate) fn client(session: &Session) -> Client {
    Client::new(&session.sdk)
}

/// ARN and name of every workflow of the region.
pub(crate) async fn all(client: &Client) -> Result<Vec<(String, String)>, Unlisted> {
    let mut pages = client.list_workflows().into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(one) = pages.next().await {
        // A region without the service has no host of its name.
        let no_host = one.as_ref().is_err_and(|error| is_unknown_host(error));
        let one = one.during(|| "listing workflows of MWAA Serverless".into());
        let one = one.map_err(|error| Unlisted::of(error, no_host))?;
        found.push((one.workflow_arn().to_owned(), one.name().unwrap_or_default().to_owned()));
    }
    Ok(found)
}

/// Why workflows cannot be listed.
pub(crate) enum Unlisted {
    /// The region, or the endpoint, does not have MWAA Serverless.
    NoService(Error),
    /// Anything else.
    Other(Error),
}

impl Unlisted {
    fn of(error: Error, no_host: bool) -> Self {
        const CODES: [&str; 4] = ["UnknownOperationException", "UnknownOperation", "NotImplemented", "InvalidAction"];
        // An answer without any code is none of AWS's: another endpoint does not know the service.
        const MUTE: [&str; 4] = ["400", "404", "405", "501"];
        if no_host || error.is(&CODES) || error.is(&MUTE) { Self::NoService(error) } else { Self::Other(error) }
    }
}

impl From<Unlisted> for Error {
    fn from(why: Unlisted) -> Self {
        match why {
            Unlisted::NoService(error) | Unlisted::Other(error) => error,
        }
    }
}

/// One workflow, as far as its runs are concerned.
pub(crate) struct Workflow<'a> {
    pub(crate) cx: &'a Context,
    client: Client,
    arn: String,
    log_group: String,
    /// Task instances that have ended do not change any more.
    ended: Mutex<BTreeMap<String, Instance>>,
}

/// One task instance: a task, or one try of it.
#[derive(Clone)]
struct Instance {
    task: Task,
    stream: Option<String>,
    error: Option<String>,
}

impl<'a> Workflow<'a> {
    /// The pipeline's workflow: the one of the document, or the one that carries its tags.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn find(cx: &'a Context) -> Result<Self, Error> {
        let client = client(&cx.session);
        let name = cx.name(Kind::Workflow, "airflow");
        let known = cx.doc.airflow.as_ref().filter(|section| !section.workflow.is_empty());
        let (arn, log_group) = match known {
            Some(section) => (section.arn.clone(), section.log_group.clone()),
            None => (search(cx, &client, &name).await?, workflow::log_group(&name)),
        };
        Ok(Self { cx, client, arn, log_group, ended: Mutex::default() })
    }

    /// Start a run. The same token makes no second one after an answer that was lost.
    pub(crate) async fn start(&self, day: Option<NaiveDate>) -> Result<String, Error> {
        let token = format!("strata-{}", uuid::Uuid::new_v4().simple());
        let doing = format!("starting a run of workflow {}", self.arn);
        let mut waiting = Waiting::new(&doing, START, &self.cx.cancel);
        loop {
            let mut call = self.client.start_workflow_run().workflow_arn(&self.arn).client_token(&token);
            if let Some(day) = day {
                call = call.override_parameters("date", Document::String(day.to_string()));
            }
            let look = call.send().await.during(|| doing.clone());
            if let Some(answer) = waiting.after(look.map(Poll::Ready)).await.map_err(advise)? {
                return Ok(answer.run_id.unwrap_or_default());
            }
        }
    }

    /// The newest runs, newest first.
    pub(crate) async fn runs(&self, most: u16) -> Result<Vec<Run>, Error> {
        let call = self.client.list_workflow_runs().workflow_arn(&self.arn);
        let mut pages = call.into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(run) = pages.next().await {
            let run = run.during(|| "listing the runs of the workflow".into()).map_err(advise)?;
            let created = run.run_detail_summary().and_then(|detail| detail.created_on()).map(Moment::secs);
            found.push((created, run.run_id.unwrap_or_default()));
        }
        // Nobody says in which order they are listed.
        found.sort_by(|a, b| b.cmp(a));
        found.truncate(usize::from(most));
        let runs: Vec<_> = found.iter().map(|(_, id)| self.run(id)).collect();
        stream::iter(runs).buffered(PARALLEL).try_collect().await
    }

    /// One run.
    pub(crate) async fn run(&self, id: &str) -> Result<Run, Error> {
        let call = self.client.get_workflow_run().workflow_arn(&self.arn).run_id(id);
        let answer = call.send().await.during(|| format!("looking at run {id}"));
        answer
            .map(|answer| run_of(id, &answer))
            .map_err(|error| if error.is_gone() { error.advise("see `airflow runs`") } else { error })
    }

    /// The tasks of a run, in the order in which they began; those that have not come last.
    pub(crate) async fn tasks(&self, run: &str) -> Result<Vec<Task>, Error> {
        let mut newest: BTreeMap<String, Task> = BTreeMap::new();
        for Instance { task, .. } in self.instances(run).await? {
            let later = newest.get(&task.id).is_none_or(|known| known.tries <= task.tries);
            if later {
                newest.insert(task.id.clone(), task);
            }
        }
        let mut tasks: Vec<Task> = newest.into_values().collect();
        tasks.sort_by(|a, b| (a.start.is_none(), a.start, &a.id).cmp(&(b.start.is_none(), b.start, &b.id)));
        Ok(tasks)
    }

    async fn instances(&self, run: &str) -> Result<Vec<Instance>, Error> {
        let call = self.client.list_task_instances().workflow_arn(&self.arn).run_id(run);
        let mut pages = call.into_paginator().items().send();
        let mut ids = Vec::new();
        while let Some(one) = pages.next().await {
            let one = one.during(|| format!("listing the tasks of run {run}"))?;
            ids.extend(one.task_instance_id);
        }
        let looks: Vec<_> = ids.iter().map(|id| self.instance(run, id)).collect();
        stream::iter(looks).buffered(PARALLEL).try_collect().await
    }

    async fn instance(&self, run: &str, id: &str) -> Result<Instance, Error> {
        let key = format!("{run} {id}");
        let known = self.ended.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let call = self.client.get_task_instance().workflow_arn(&self.arn).run_id(run).task_instance_id(id);
        let answer = call.send().await.during(|| format!("looking at task instance {id} of run {run}"))?;
        let instance = instance_of(&answer);
        if instance.task.has_ended() {
            self.ended.lock().unwrap_or_else(PoisonError::into_inner).insert(key, instance.clone());
        }
        Ok(instance)
    }

    /// The last `most` lines of one try of a task, and the service's own words about its failure, if it has any.
    pub(crate) async fn log(&self, run: &str, task: &str, tries: u64, most: u16) -> Result<Vec<String>, Error> {
        let of_task = |one: &Instance| one.task.id == task && one.task.tries.max(1) == tries;
        let found: Vec<Instance> = self.instances(run).await?.into_iter().filter(of_task).collect();
        let logs = aws_sdk_cloudwatchlogs::Client::new(&self.cx.session.sdk);
        let mut lines: Vec<String> = Vec::new();
        for Instance { stream, error, .. } in found {
            if let Some(stream) = stream {
                let found = log_stream::tail(&logs, &self.log_group, &stream, most).await?;
                lines.extend(found.iter().flat_map(|(_, message)| log_text::message(message)));
            }
            lines.extend(error.map(|error| format!("MWAA Serverless: {error}")));
        }
        let first = lines.len().saturating_sub(usize::from(most));
        Ok(lines.split_off(first))
    }
}

/// The ARN of the workflow that carries the pipeline's tags.
async fn search(cx: &Context, client: &Client, name: &str) -> Result<String, Error> {
    let doing = || format!("looking for workflow {name}");
    for (arn, found) in all(client).await? {
        if found == name {
            let answer = client.list_tags_for_resource().resource_arn(&arn).send().await.during(doing)?;
            if tags::is_ours(&answer.tags.unwrap_or_default().into_iter().collect(), &cx.doc.pipeline) {
                return Ok(arn);
            }
        }
    }
    Err(Error::failed(doing(), "there is none of this pipeline").advise("run `airflow up` first"))
}

fn advise(error: Error) -> Error {
    if error.is_gone() { error.advise("run `airflow up` first") } else { error }
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

fn time(moment: Option<&Moment>) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(&moment?.fmt(Format::DateTime).ok()?).ok()
}
