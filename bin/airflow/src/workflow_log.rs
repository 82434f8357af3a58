//! The log group of a workflow's tasks. The service writes into the one that it is given, and leaves it behind: it is made
//! here with our tags, and goes after the workflow.

use aws_sdk_cloudwatchlogs::Client;
use std::collections::HashMap;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::{Kind, workflow};

pub(crate) struct WorkflowLog(pub(crate) Client);

/// By rule, so that it is found without a document, too.
fn name(cx: &Context) -> String {
    workflow::log_group(&cx.name(Kind::Workflow, "airflow"))
}

fn arn(cx: &Context, name: &str) -> String {
    cx.session.arn("logs", &format!("log-group:{name}"))
}

#[async_trait]
impl Untyped for WorkflowLog {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let wanted = cx.doc.pipeline.is_serverless();
        Ok(wanted.then(|| Wish::new("main", name(cx))).into_iter().collect())
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let name = name(cx);
        let mut pages = self.0.describe_log_groups().log_group_name_prefix(&name).into_paginator().items().send();
        while let Some(group) = pages.next().await {
            let group = group.during(|| format!("looking for log group {name}"))?;
            if group.log_group_name() != Some(&name) {
                continue;
            }
            let doing = || format!("reading the tags of log group {name}");
            let answer = self.0.list_tags_for_resource().resource_arn(arn(cx, &name)).send().await.during(doing);
            return match answer {
                Ok(answer) => {
                    let tags: Tags = answer.tags.unwrap_or_default().into_iter().collect();
                    Ok(vec![Live::new(&name, &name).tagged(cx, tags)])
                }
                Err(error) if error.is_gone() => Ok(Vec::new()),
                Err(error) => Err(error),
            };
        }
        Ok(Vec::new())
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let tags: HashMap<String, String> = cx.tags("workflow-log", &wish.id, &wish.name).into_iter().collect();
        let call = self.0.create_log_group().log_group_name(&wish.name).set_tags(Some(tags));
        call.send().await.during(|| format!("creating log group {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, _: &[Change]) -> Result<(), Error> {
        let tags: HashMap<String, String> = cx.tags("workflow-log", &wish.id, &wish.name).into_iter().collect();
        let call = self.0.tag_resource().resource_arn(arn(cx, &live.physical)).set_tags(Some(tags));
        call.send().await.during(|| format!("tagging log group {}", live.physical)).map(drop)
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let name = &live.physical;
        let call = self.0.delete_log_group().log_group_name(name);
        call.send().await.during(|| format!("deleting log group {name}")).map(drop)
    }
}
