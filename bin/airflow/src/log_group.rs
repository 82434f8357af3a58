//! The five log groups of the environment. MWAA makes them, leaves them behind and tags none of them: whatever is there
//! under their names is as wished, and goes with the environment.

use aws_sdk_cloudwatchlogs::Client;
use strata_aws::{During, Error, tags};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::Kind;

pub(crate) struct LogGroup {
    pub(crate) logs: Client,
    pub(crate) mwaa: aws_sdk_mwaa::Client,
}

/// What MWAA puts behind `airflow-<environment>-`.
const LOGS: [&str; 5] = ["DAGProcessing", "Scheduler", "Task", "WebServer", "Worker"];

fn prefix(cx: &Context) -> String {
    format!("airflow-{}-", cx.name(Kind::Environment, "airflow"))
}

impl LogGroup {
    /// Whether an environment that is somebody else's has our name: then the logs are theirs, too.
    async fn is_foreign(&self, cx: &Context) -> Result<bool, Error> {
        let name = cx.name(Kind::Environment, "airflow");
        let answer = self.mwaa.get_environment().name(&name).send().await;
        let environment = match answer.during(|| format!("reading MWAA environment {name}")) {
            Ok(answer) => answer.environment,
            Err(error) if error.is_gone() => None,
            Err(error) => return Err(error),
        };
        let tags = environment.map(|environment| environment.tags.unwrap_or_default().into_iter().collect());
        Ok(tags.is_some_and(|tags| !tags::is_ours(&tags, &cx.doc.pipeline)))
    }
}

#[async_trait]
impl Untyped for LogGroup {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        // They go with the environment, also where a workflow takes its place.
        let there = cx.lives("log-group").into_iter().filter(|_| !cx.doc.pipeline.is_serverless());
        Ok(there.map(|live| Wish::new(live.id, live.physical)).collect())
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        if self.is_foreign(cx).await? {
            return Ok(Vec::new());
        }
        let prefix = prefix(cx);
        let mut pages = self.logs.describe_log_groups().log_group_name_prefix(&prefix).into_paginator().items().send();
        let mut lives = Vec::new();
        while let Some(group) = pages.next().await {
            let group = group.during(|| format!("listing log groups {prefix}*"))?;
            let name = group.log_group_name().unwrap_or_default();
            // Another environment's name may start like ours.
            if let Some(log) = name.strip_prefix(&prefix)
                && LOGS.contains(&log)
            {
                lives.push(Live::new(log, name));
            }
        }
        Ok(lives)
    }

    async fn create(&self, _: &Context, wish: &Wish) -> Result<(), Error> {
        let call = self.logs.create_log_group().log_group_name(&wish.name);
        call.send().await.during(|| format!("creating log group {}", wish.name)).map(drop)
    }

    async fn update(&self, _: &Context, _: &Live, _: &Wish, _: &[Change]) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let name = &live.physical;
        let call = self.logs.delete_log_group().log_group_name(name);
        call.send().await.during(|| format!("deleting log group {name}")).map(drop)
    }
}
