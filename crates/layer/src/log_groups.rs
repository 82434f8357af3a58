//! Log groups in CloudWatch: what is the same for all kinds of them.

use crate::{Context, props};
use aws_sdk_cloudwatchlogs::Client;
use futures::future::try_join_all;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};

/// The calls about log groups.
pub struct LogGroups(pub Client);

props! {
    /// What a log group is.
    pub struct Props {
        fixed {}
        mutable {
            /// Days after which what is in it is deleted; without a number it stays.
            retention_days: Option<i32>,
        }
    }
}

/// A log group with its tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What it is.
    pub props: Props,
    /// Its tags.
    pub tags: Tags,
}

fn arn(cx: &Context, name: &str) -> String {
    cx.session.arn("logs", &format!("log-group:{name}"))
}

impl LogGroups {
    /// Those whose names begin with `prefix` and are wanted.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    pub async fn find(
        &self,
        cx: &Context,
        prefix: &str,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Found>, Error> {
        let mut pages = self.0.describe_log_groups().log_group_name_prefix(prefix).into_paginator().items().send();
        let mut groups = Vec::new();
        while let Some(group) = pages.next().await {
            let group = group.during(|| format!("listing log groups {prefix}*"))?;
            let name = group.log_group_name().unwrap_or_default();
            if is_wanted(name) {
                groups.push((name.to_owned(), Props { retention_days: group.retention_in_days() }));
            }
        }
        let found = try_join_all(groups.into_iter().map(|(name, props)| async {
            let tags = self.tags(cx, &name).await?;
            Ok::<_, Error>(tags.map(|tags| Found { name, props, tags }))
        }));
        Ok(found.await?.into_iter().flatten().collect())
    }

    /// None where it has gone since it was listed.
    async fn tags(&self, cx: &Context, name: &str) -> Result<Option<Tags>, Error> {
        let answer = self.0.list_tags_for_resource().resource_arn(arn(cx, name)).send().await;
        match answer.during(|| format!("reading the tags of log group {name}")) {
            Ok(answer) => Ok(Some(answer.tags.unwrap_or_default().into_iter().collect())),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Its retention is set by [`LogGroups::set`].
    ///
    /// # Errors
    /// When AWS refuses.
    pub async fn create(&self, name: &str, tags: Tags) -> Result<(), Error> {
        let call = self.0.create_log_group().log_group_name(name).set_tags(Some(tags.into_iter().collect()));
        call.send().await.during(|| format!("creating log group {name}")).map(drop)
    }

    /// Make it what it shall be.
    ///
    /// # Errors
    /// When AWS refuses.
    pub async fn set(&self, name: &str, props: &Props) -> Result<(), Error> {
        let Some(days) = props.retention_days else { return Ok(()) };
        let call = self.0.put_retention_policy().log_group_name(name).retention_in_days(days);
        call.send().await.during(|| format!("setting the retention of log group {name}")).map(drop)
    }

    /// Set these of its tags.
    ///
    /// # Errors
    /// When AWS refuses.
    pub async fn tag(&self, cx: &Context, name: &str, tags: &Tags) -> Result<(), Error> {
        let tags = tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let call = self.0.tag_resource().resource_arn(arn(cx, name)).set_tags(Some(tags));
        call.send().await.during(|| format!("setting tags of log group {name}")).map(drop)
    }

    /// With all that is in it.
    ///
    /// # Errors
    /// When AWS refuses.
    pub async fn delete(&self, name: &str) -> Result<(), Error> {
        let call = self.0.delete_log_group().log_group_name(name);
        call.send().await.during(|| format!("deleting log group {name}")).map(drop)
    }
}
