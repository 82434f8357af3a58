//! The five log groups of the environment. MWAA writes into them, and leaves them behind. It would create them itself, without
//! tags and without an end to what they keep: they are created before the environment, and deleted after it.

use std::collections::BTreeSet;
use strata_aws::tags::{PIPELINE, Tags, is_ours};
use strata_aws::{During, Error};
use strata_layer::log_groups::{LogGroups, Props};
use strata_layer::{Context, Desired, Observed, Resource, async_trait};
use strata_state::Kind;
use strata_state::layers::airflow::{LogLevel, Logs};

pub(crate) struct LogGroup {
    pub(crate) logs: LogGroups,
    pub(crate) mwaa: aws_sdk_mwaa::Client,
}

/// What MWAA puts behind `airflow-<environment>-`, with the level of each.
fn levels(logs: &Logs) -> [(&'static str, LogLevel); 5] {
    [
        ("DAGProcessing", logs.dag_processing),
        ("Scheduler", logs.scheduler),
        ("Task", logs.task),
        ("WebServer", logs.web_server),
        ("Worker", logs.worker),
    ]
}

fn prefix(cx: &Context) -> String {
    format!("airflow-{}-", cx.name(Kind::Environment, "airflow"))
}

impl LogGroup {
    /// Whether an environment of another owner has our name: then the logs are theirs, too.
    async fn is_foreign(&self, cx: &Context) -> Result<bool, Error> {
        let name = cx.name(Kind::Environment, "airflow");
        let answer = self.mwaa.get_environment().name(&name).send().await;
        let environment = match answer.during(|| format!("reading MWAA environment {name}")) {
            Ok(answer) => answer.environment,
            Err(error) if error.is_gone() => None,
            Err(error) => return Err(error),
        };
        let tags = environment.map(|environment| environment.tags.unwrap_or_default().into_iter().collect());
        Ok(tags.is_some_and(|tags| !is_ours(&tags, &cx.doc.pipeline)))
    }
}

#[async_trait]
impl Resource for LogGroup {
    const KIND: &'static str = "log-group";
    const LABEL: &'static str = "log groups";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        // They go with the environment, also where a workflow takes its place.
        if cx.doc.pipeline.is_serverless() {
            return Ok(Vec::new());
        }
        let airflow = cx.doc.pipeline.airflow();
        let levels = levels(&airflow.logs);
        let written = levels.iter().filter(|(_, level)| *level != LogLevel::Off).map(|(log, _)| (*log).to_owned());
        // What a log that is switched off has written before is kept as long as the rest.
        let there = cx.observed::<Self>().into_iter().map(|group| group.id);
        let all: BTreeSet<String> = written.chain(there).collect();
        let (prefix, props) = (prefix(cx), Props { retention_days: Some(airflow.log_days) });
        Ok(all.into_iter().map(|log| Desired::new(&log, format!("{prefix}{log}"), props.clone())).collect())
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let prefix = prefix(cx);
        let known = levels(&Logs::default()).map(|(log, _)| log);
        // Another environment's name may start like ours.
        let is_wanted = |name: &str| name.strip_prefix(&prefix).is_some_and(|log| known.contains(&log));
        let found = self.logs.find(cx, &prefix, is_wanted).await?;
        // MWAA tags none of those that it has made.
        let is_marked = |tags: &Tags| tags.contains_key(PIPELINE);
        let foreign = !found.iter().all(|group| is_marked(&group.tags)) && self.is_foreign(cx).await?;
        let mut seen = Vec::new();
        for group in found {
            let log = group.name.strip_prefix(&prefix).unwrap_or_default();
            let observed = Observed::new(log, &group.name, group.props);
            if is_marked(&group.tags) {
                seen.push(observed.tagged(cx, group.tags));
            } else if !foreign {
                seen.push(Observed { tags: Some(group.tags), ..observed });
            }
        }
        Ok(seen)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        self.logs.create(&desired.name, cx.tags_of::<Self>(desired)).await
    }

    async fn update(&self, _: &Context, observed: &Observed<Props>, desired: &Desired<Props>) -> Result<(), Error> {
        self.logs.set(&observed.physical, &desired.props).await
    }

    async fn retag(&self, cx: &Context, observed: &Observed<Props>, tags: &Tags) -> Result<(), Error> {
        self.logs.tag(cx, &observed.physical, tags).await
    }

    async fn delete(&self, _: &Context, observed: &Observed<Props>) -> Result<(), Error> {
        self.logs.delete(&observed.physical).await
    }
}
