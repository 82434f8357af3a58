//! One Glue job per transform.
//!
//! The program `transform` runs in a `pythonshell` job, which has a fraction of a machine or a whole one, and whose script
//! fetches and starts it; Spark runs in a `glueetl` job, which has workers. Glue refuses the settings of the one for the other, and a Spark script in a `pythonshell` job
//! dies on its first import, so everything follows from the engine.

use crate::{log, log_group};
use aws_sdk_glue::types::{self, ExecutionProperty, JobCommand, JobRun, JobRunState, JobUpdate, WorkerType};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace, Poll, Waiting};
use strata_glue::{ours, retag, role, role_arn, role_name, tags_for, tags_of};
use strata_layer::{Context, Desired, Observed, Promise, Resource, async_trait, props};
use strata_state::{Kind, Spec, spec};
use strata_state::{layers::jobs::Engine, wish::Transform};

pub(crate) struct Job {
    pub(crate) glue: aws_sdk_glue::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
}

props! {
    /// What a job is. Its machine is either `dpu`, or `worker_type` and `workers`.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// What the console shows.
            description: Option<String>,
            /// The name of the role that it runs with.
            role: Promise,
            /// `pythonshell` or `glueetl`.
            command: Option<String>,
            /// Its Python.
            python: Option<String>,
            /// Where its script is.
            script: Option<String>,
            /// What every run is started with.
            arguments: BTreeMap<String, String>,
            /// The version of Glue.
            glue_version: Option<String>,
            /// Minutes after which a run is stopped.
            timeout: Option<i32>,
            /// How often Glue tries again.
            retries: i32,
            /// Runs at once.
            side_by_side: Option<i32>,
            /// The share of a machine.
            dpu: Option<f64>,
            /// The kind of its workers.
            worker_type: Option<String>,
            /// How many they are.
            workers: Option<i32>,
        }
    }
}

/// The commands of Glue's jobs.
const SHELL: &str = "pythonshell";
const SPARK: &str = "glueetl";

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

fn arguments(cx: &Context, transform: &Transform, engine: Engine) -> BTreeMap<String, String> {
    let spec = format!("s3://{}/{}", cx.bucket(), Spec::key(transform));
    let logs = cx.doc.pipeline.job_logs();
    let output = log_group::name(cx, "output");
    let program = cx.place().program.map(|key| format!("s3://{}/{key}", cx.bucket()));
    let of_engine: Vec<(&str, &str)> = match engine {
        Engine::Native => {
            let mut all = vec![("--memory", cx.doc.pipeline.jobs().native_memory())];
            all.extend(program.as_deref().map(|program| ("--program", program)));
            all
        }
        Engine::Spark => {
            let mut all = vec![("--job-language", "python"), ("--enable-metrics", "true")];
            // Glue 5.0 logs as it goes, and takes a prefix for all of it. Before, only what it logs as it goes has a group
            // of its own.
            if cx.doc.pipeline.jobs().glue_generation() >= 5 {
                all.push(("--custom-logGroup-prefix", &logs));
            } else {
                all.extend([("--enable-continuous-cloudwatch-log", "true"), ("--continuous-log-logGroup", &output)]);
            }
            all
        }
    };
    let all = of_engine.into_iter().chain([("--spec", spec.as_str())]);
    all.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Key of the script that the engine starts with.
fn script(engine: Engine) -> &'static str {
    match engine {
        Engine::Native => spec::RUN_KEY,
        Engine::Spark => spec::SPARK_KEY,
    }
}

impl Props {
    fn of_wish(cx: &Context, transform: &Transform) -> Self {
        let jobs = cx.doc.pipeline.jobs();
        let engine = jobs.engine(transform);
        let of_all = Self {
            description: Some(format!("Makes table {} of {}", transform.writes, transform.reads.join(", "))),
            role: role(cx),
            script: Some(format!("s3://{}/{}", cx.bucket(), script(engine))),
            arguments: arguments(cx, transform, engine),
            timeout: Some(jobs.timeout_minutes),
            retries: jobs.retries,
            side_by_side: Some(SIDE_BY_SIDE),
            ..Self::default()
        };
        match engine {
            Engine::Native => Self {
                command: Some(SHELL.into()),
                python: Some("3.9".into()),
                glue_version: Some(SHELL_VERSION.into()),
                dpu: Some(jobs.native_dpu()),
                ..of_all
            },
            Engine::Spark => Self {
                command: Some(SPARK.into()),
                python: Some("3".into()),
                glue_version: Some(jobs.glue_version.clone()),
                worker_type: Some(jobs.worker_type.clone()),
                workers: Some(jobs.workers),
                ..of_all
            },
        }
    }

    fn of_job(job: &types::Job) -> Self {
        let command = job.command();
        let is_shell = command.and_then(JobCommand::name) == Some(SHELL);
        let arguments = job.default_arguments().into_iter().flatten();
        Self {
            description: job.description().map(str::to_owned),
            role: job.role().map(role_name).into(),
            command: command.and_then(JobCommand::name).map(str::to_owned),
            python: command.and_then(JobCommand::python_version).map(str::to_owned),
            script: command.and_then(JobCommand::script_location).map(str::to_owned),
            arguments: arguments.map(|(key, value)| (key.clone(), value.clone())).collect(),
            glue_version: job.glue_version().map(str::to_owned),
            timeout: job.timeout(),
            retries: job.max_retries(),
            side_by_side: job.execution_property().map(ExecutionProperty::max_concurrent_runs),
            // Glue says of workers, too, how many DPUs they are.
            dpu: job.max_capacity().filter(|_| is_shell),
            worker_type: job.worker_type().filter(|_| !is_shell).map(|worker| worker.as_str().to_owned()),
            workers: job.number_of_workers().filter(|_| !is_shell),
        }
    }
}

/// The whole job: an update takes away what it does not name, so both create and update say all of it.
fn whole(cx: &Context, props: &Props) -> Result<JobUpdate, Error> {
    let command = JobCommand::builder()
        .set_name(props.command.clone())
        .set_python_version(props.python.clone())
        .set_script_location(props.script.clone());
    let at_once = ExecutionProperty::builder().set_max_concurrent_runs(props.side_by_side);
    let job = JobUpdate::builder()
        .set_description(props.description.clone())
        .role(role_arn(cx).known()?)
        .command(command.build())
        .set_default_arguments(Some(props.arguments.clone().into_iter().collect()))
        .set_glue_version(props.glue_version.clone())
        .set_timeout(props.timeout)
        .max_retries(props.retries)
        .execution_property(at_once.build())
        .set_max_capacity(props.dpu)
        .set_worker_type(props.worker_type.as_deref().map(WorkerType::from))
        .set_number_of_workers(props.workers);
    Ok(job.build())
}

impl Job {
    async fn describe(&self, cx: &Context, job: &types::Job) -> Result<Option<Observed<Props>>, Error> {
        let name = job.name().unwrap_or_default();
        let tags = tags_of::<Self>(&self.glue, cx, name).await?;
        Ok(tags.map(|tags| Observed::new("", name, Props::of_job(job)).tagged(cx, tags)))
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
impl Resource for Job {
    const KIND: &'static str = "job";
    const LABEL: &'static str = "Glue jobs";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |transform: &Transform| {
            let name = cx.name(Kind::Job, &transform.name);
            Desired::new(&transform.name, name, Props::of_wish(cx, transform))
        };
        Ok(cx.doc.pipeline.transforms.iter().map(desired).collect())
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let mut names: Vec<String> = desired.iter().map(|desired| desired.name.clone()).collect();
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
        let found: Vec<_> = stream::iter(each).buffered(usize::from(cx.global.parallel)).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let job = whole(cx, &desired.props)?;
        let call = self
            .glue
            .create_job()
            .name(&desired.name)
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
            .set_tags(Some(tags_for::<Self>(cx, desired)));
        call.send().await.during(|| format!("creating job {}", desired.name)).map(drop)
    }

    async fn update(&self, cx: &Context, observed: &Observed<Props>, desired: &Desired<Props>) -> Result<(), Error> {
        let name = &observed.physical;
        let call = self.glue.update_job().job_name(name).job_update(whole(cx, &desired.props)?);
        call.send().await.during(|| format!("updating job {name}")).map(drop)
    }

    async fn retag(&self, cx: &Context, observed: &Observed<Props>, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.glue, cx, &observed.physical, tags).await
    }

    /// The logs of its runs go first: once the job is gone there is no way to tell which streams were its own.
    async fn delete(&self, cx: &Context, observed: &Observed<Props>) -> Result<(), Error> {
        let name = &observed.physical;
        let runs = self.stop(cx, name).await?;
        let mut each = Vec::new();
        for run in &runs {
            each.push(log::remove(cx, &self.logs, run));
        }
        stream::iter(each).buffer_unordered(usize::from(cx.global.parallel)).try_collect::<Vec<()>>().await?;
        let call = self.glue.delete_job().job_name(name);
        call.send().await.during(|| format!("removing job {name}")).map(drop)
    }
}
