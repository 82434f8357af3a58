//! The list of what `jobs` owns, its section and its verbs.

use crate::job::Job;
use crate::log_group::LogGroup;
use crate::{choice, logs, run};
use chrono::NaiveDate;
use clap::Subcommand;
use std::path::Path;
use strata_aws::{Error, Session};
use strata_layer::log_groups::LogGroups;
use strata_layer::{Context, Finding, Layer, Part, Resource, async_trait, part};
use strata_state::{Document, layers};

pub(crate) struct Jobs;

/// What `jobs` does besides plan, up, down and status.
#[derive(Debug, Subcommand)]
pub(crate) enum Verbs {
    /// Run transforms, each as soon as its input is complete, and wait for them; prints the document
    // One of the two is required, so that a missing option does not rebuild all of history.
    #[command(group = clap::ArgGroup::new("days").required(true).args(["date", "rebuild"]))]
    Run {
        /// Transforms to run; all by default
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// The day to run: only its input is read, and only its part of each table is replaced
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<NaiveDate>,
        /// Rebuild all days, one after another, from all raw files
        #[arg(long)]
        rebuild: bool,
    },
    /// Print what a run of a transform printed
    Logs {
        /// The transform
        #[arg(value_name = "NAME")]
        name: String,
        /// The run; the newest by default
        #[arg(long, value_name = "ID")]
        run: Option<String>,
        /// Number of lines from the end
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000), value_name = "N")]
        tail: u16,
    },
}

#[async_trait]
impl Layer for Jobs {
    type Verbs = Verbs;

    fn table(&self) -> &'static strata_state::layers::Layer {
        &strata_state::layers::jobs::LAYER
    }

    fn policy(&self) -> &'static str {
        include_str!("../../../policies/deployer/jobs.json")
    }

    /// A job whose SQL cannot be parsed would only fail when it runs.
    fn check(&self, doc: &Document) -> Result<(), Error> {
        for transform in &doc.pipeline.transforms {
            let reads: Vec<&str> = transform.reads.iter().map(String::as_str).collect();
            let folder = Path::new(&doc.pipeline.folder);
            let checked = strata_sql::load(folder, &transform.sql).and_then(|query| query.check(&reads));
            let doing = || format!("checking the SQL of transform {}", transform.name);
            checked.map_err(|error| Error::usage(doing(), error.to_string()))?;
        }
        Ok(())
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let glue = aws_sdk_glue::Client::new(&session.sdk);
        let logs = aws_sdk_cloudwatchlogs::Client::new(&session.sdk);
        vec![part(&[], LogGroup(LogGroups(logs.clone()))), part(&[LogGroup::KIND], Job { glue, logs })]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let pipeline = &cx.doc.pipeline;
        let job = |transform: &strata_state::wish::Transform| {
            let there = cx.one::<Job>(&transform.name)?;
            let engine = pipeline.jobs().engine(transform);
            Some((transform.name.clone(), layers::jobs::Job { name: there.physical, engine }))
        };
        let jobs: std::collections::BTreeMap<_, _> = pipeline.transforms.iter().filter_map(job).collect();
        let mut log_groups: Vec<String> = cx.observed::<LogGroup>().into_iter().map(|group| group.physical).collect();
        log_groups.sort();
        let section = layers::jobs::Section { jobs, log_groups };
        doc.jobs = (section != layers::jobs::Section::default()).then_some(section);
    }

    /// Whether there is a program for jobs to fetch. Which engine was chosen, and why, is told where a person may still change
    /// it.
    async fn preflight(&self, cx: &Context) -> Result<Vec<Finding>, Error> {
        let pipeline = &cx.doc.pipeline;
        choice::tell(cx, &pipeline.transforms.iter().collect::<Vec<_>>());
        let native = |transform| pipeline.jobs().engine(transform) == layers::jobs::Engine::Native;
        let missing = |error: &Error| Finding {
            what: format!("{}: {}", error.doing, error.message),
            remedy: error.advice.clone().unwrap_or_default(),
        };
        let is_used = pipeline.transforms.iter().any(native);
        Ok(cx.program.as_ref().err().filter(|_| is_used).map(missing).into_iter().collect())
    }

    fn passes_on(&self, verb: &Verbs) -> bool {
        matches!(verb, Verbs::Run { .. })
    }

    async fn own(&self, cx: &Context, verb: Verbs) -> Result<String, Error> {
        match verb {
            Verbs::Run { names, date, rebuild: _ } => run::run(cx, &names, date).await,
            Verbs::Logs { name, run, tail } => logs::logs(cx, &name, run.as_deref(), tail).await,
        }
    }
}
