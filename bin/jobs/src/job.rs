//! One Glue job per transform.
//!
//! polars runs in a `pythonshell` job, which has a fraction of a machine or a whole one; Spark runs in a `glueetl` job,
//! which has workers. Glue refuses the settings of the one for the other, and a Spark script in a `pythonshell` job
//! dies on its first import, so everything follows from the engine.

use crate::log;
use aws_sdk_glue::types::{self, ExecutionProperty, JobCommand, JobRun, JobRunState, JobUpdate, WorkerType};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use strata_aws::{During, Error, Pace, Poll, Waiting};
use strata_glue::{ours, retag, role, role_arn, role_name, tags_for, tags_of};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::{Kind, Spec, spec::SCRIPT_KEY};
use strata_state::{layers::jobs::Engine, wish::Transform};

pub(crate) struct Job {
    pub(crate) glue: aws_sdk_glue::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
}

/// The last polars for the Python 3.9 of pythonshell jobs; the tests compare the engines with this one.
const POLARS: &str = "polars==1.36.1";
/// The Glue version of pythonshell jobs with Python 3.9; always sent, since AWS's default moves.
const SHELL_VERSION: &str = "3.0";
/// Runs of one job side by side: a day that is run again, and the day's own run, do not wait for each other.
const SIDE_BY_SIDE: i32 = 3;
/// How long a run takes to stop.
const STOP: Pace = Pace::seconds(5, 900);

/// Whether a run is not at its end yet.
pub(crate) fn is_active(state: Option<&JobRunState>) -> bool {
    use JobRunState::{Running, Starting, Stopping, Waiting};
    matches!(state, Some(Starting | Running | Stopping | Waiting))
}

fn arguments(transform: &Transform, engine: Engine, bucket: &str) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: &str| map.insert(key.into(), value.into());
    put("--spec", &format!("s3://{bucket}/{}", Spec::key(transform)));
    match engine {
        Engine::Polars => {
            put("--engine", "polars");
            put("--additional-python-modules", POLARS);
        }
        Engine::Spark => {
            put("--engine", "spark");
            put("--job-language", "python");
            put("--enable-metrics", "true");
            put("--enable-continuous-cloudwatch-log", "true");
        }
    }
    map.into()
}

fn text_map(value: &Value) -> HashMap<String, String> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The whole job: an update takes away what it does not name, so both create and update say all of it.
fn whole(cx: &Context, wish: &Wish) -> JobUpdate {
    let int = |name: &str| i32::try_from(wish.number(name)).unwrap_or(i32::MAX);
    let command = JobCommand::builder()
        .name(wish.text("command"))
        .python_version(wish.text("python"))
        .script_location(wish.text("script"));
    let job = JobUpdate::builder()
        .description(wish.text("description"))
        .set_role(role_arn(cx).cloned())
        .command(command.build())
        .set_default_arguments(wish.props.get("arguments").map(text_map))
        .glue_version(wish.text("glue_version"))
        .timeout(int("timeout"))
        .max_retries(int("retries"))
        .execution_property(ExecutionProperty::builder().max_concurrent_runs(int("side_by_side")).build());
    match wish.props.get("dpu").and_then(Value::as_f64) {
        Some(dpu) => job.max_capacity(dpu).build(),
        None => job
            .worker_type(WorkerType::from(wish.text("worker_type").as_str()))
            .number_of_workers(int("workers"))
            .build(),
    }
}

impl Job {
    async fn describe(&self, cx: &Context, job: &types::Job) -> Result<Option<Live>, Error> {
        let name = job.name().unwrap_or_default();
        let tags = tags_of(&self.glue, cx, &format!("job/{name}")).await?;
        Ok(tags.map(|tags| live(name, job).tagged(cx, tags)))
    }

    async fn runs(&self, name: &str) -> Result<Vec<JobRun>, Error> {
        let mut pages = self.glue.get_job_runs().job_name(name).into_paginator().send();
        let mut runs = Vec::new();
        while let Some(page) = pages.next().await {
            runs.extend(page.during(|| format!("listing the runs of job {name}"))?.job_runs.unwrap_or_default());
        }
        Ok(runs)
    }

    /// Ask the runs that are under way to stop, and wait until they have. Gives all runs.
    async fn stop(&self, cx: &Context, name: &str) -> Result<Vec<JobRun>, Error> {
        let runs = self.runs(name).await?;
        let active: Vec<String> =
            runs.iter().filter(|run| is_active(run.job_run_state())).filter_map(|run| run.id.clone()).collect();
        if active.is_empty() {
            return Ok(runs);
        }
        // The most that one call takes. Those that ended meanwhile come back as errors, which is fine.
        for part in active.chunks(25) {
            let call = self.glue.batch_stop_job_run().job_name(name).set_job_run_ids(Some(part.to_vec()));
            call.send().await.during(|| format!("stopping {} runs of job {name}", part.len()))?;
        }
        let doing = format!("waiting for the runs of job {name} to stop");
        let mut waiting = Waiting::new(&doing, STOP, &cx.cancel);
        loop {
            let look = self.runs(name).await.map(|runs| {
                let left = runs.iter().filter(|run| is_active(run.job_run_state())).count();
                if left == 0 { Poll::Ready(runs) } else { Poll::NotYet(format!("{left} still running")) }
            });
            if let Some(runs) = waiting.after(look).await? {
                return Ok(runs);
            }
        }
    }
}

#[async_trait]
impl Untyped for Job {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let jobs = cx.doc.pipeline.jobs();
        let bucket = cx.bucket();
        let wish = |transform: &Transform| {
            let engine = jobs.engine(transform);
            let wish = Wish::new(transform.name.as_str(), cx.name(Kind::Job, &transform.name))
                .prop("description", format!("Makes table {} of {}", transform.writes, transform.reads.join(", ")))
                .prop("role", role(cx))
                .prop("script", format!("s3://{bucket}/{SCRIPT_KEY}"))
                .prop("arguments", arguments(transform, engine, &bucket))
                .prop("timeout", jobs.timeout_minutes)
                .prop("retries", jobs.retries)
                .prop("side_by_side", SIDE_BY_SIDE);
            match engine {
                Engine::Polars => wish
                    .prop("command", "pythonshell")
                    .prop("python", "3.9")
                    .prop("glue_version", SHELL_VERSION)
                    .prop("dpu", jobs.polars_dpu()),
                Engine::Spark => wish
                    .prop("command", "glueetl")
                    .prop("python", "3")
                    .prop("glue_version", jobs.glue_version.as_str())
                    .prop("worker_type", jobs.worker_type.as_str())
                    .prop("workers", jobs.workers),
            }
        };
        Ok(cx.doc.pipeline.transforms.iter().map(wish).collect())
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut names: Vec<String> = self.wishes(cx)?.into_iter().map(|wish| wish.name).collect();
        let mut pages = self.glue.list_jobs().set_tags(Some(ours(cx))).into_paginator().send();
        while let Some(page) = pages.next().await {
            names.extend(page.during(|| "listing jobs".into())?.job_names.unwrap_or_default());
        }
        names.sort();
        names.dedup();
        let mut jobs = Vec::new();
        // The most that one call takes.
        for part in names.chunks(100) {
            let call = self.glue.batch_get_jobs().set_job_names(Some(part.to_vec()));
            jobs.extend(call.send().await.during(|| "looking at jobs".into())?.jobs.unwrap_or_default());
        }
        let mut each = Vec::new();
        for job in &jobs {
            each.push(self.describe(cx, job));
        }
        let lives: Vec<_> = stream::iter(each).buffered(usize::from(cx.global.parallel)).try_collect().await?;
        Ok(lives.into_iter().flatten().collect())
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let job = whole(cx, wish);
        let call = self
            .glue
            .create_job()
            .name(&wish.name)
            .set_description(job.description)
            .set_role(job.role)
            .set_command(job.command)
            .set_default_arguments(job.default_arguments)
            .set_glue_version(job.glue_version)
            .set_timeout(job.timeout)
            .max_retries(job.max_retries)
            .set_execution_property(job.execution_property)
            .set_max_capacity(job.max_capacity)
            .set_worker_type(job.worker_type)
            .set_number_of_workers(job.number_of_workers)
            .set_tags(Some(tags_for(cx, "job", wish)));
        call.send().await.during(|| format!("creating job {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let name = &live.physical;
        if changes.iter().any(|change| change.field != "tags") {
            let call = self.glue.update_job().job_name(name).job_update(whole(cx, wish));
            call.send().await.during(|| format!("updating job {name}"))?;
        }
        if changes.iter().any(|change| change.field == "tags") {
            retag(&self.glue, cx, "job", live, wish).await?;
        }
        Ok(())
    }

    /// The logs of its runs go first: once the job is gone nobody knows which streams were its own.
    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error> {
        let name = &live.physical;
        let runs = self.stop(cx, name).await?;
        let mut each = Vec::new();
        for run in &runs {
            each.push(log::remove(&self.logs, run));
        }
        stream::iter(each).buffer_unordered(usize::from(cx.global.parallel)).try_collect::<Vec<()>>().await?;
        let call = self.glue.delete_job().job_name(name);
        call.send().await.during(|| format!("removing job {name}")).map(drop)
    }
}

fn live(name: &str, job: &types::Job) -> Live {
    let command = job.command();
    let arguments: Map<String, Value> =
        job.default_arguments().into_iter().flatten().map(|(key, value)| (key.clone(), json!(value))).collect();
    let live = Live::new("", name)
        .prop("description", job.description())
        .prop("role", job.role().map(role_name))
        .prop("command", command.and_then(JobCommand::name))
        .prop("python", command.and_then(JobCommand::python_version))
        .prop("script", command.and_then(JobCommand::script_location))
        .prop("arguments", arguments)
        .prop("glue_version", job.glue_version())
        .prop("timeout", job.timeout())
        .prop("retries", job.max_retries())
        .prop("side_by_side", job.execution_property().map(ExecutionProperty::max_concurrent_runs));
    match command.and_then(JobCommand::name) {
        Some("pythonshell") => live.prop("dpu", job.max_capacity()),
        _ => {
            live.prop("worker_type", job.worker_type().map(WorkerType::as_str)).prop("workers", job.number_of_workers())
        }
    }
}
