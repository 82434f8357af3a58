//! Managed policies that do not exist, found before a role is there without its rights.

use crate::role::Role;
use crate::service_role::{self, ServiceRole};
use aws_sdk_iam::Client;
use futures::future::try_join_all;
use std::collections::BTreeSet;
use strata_aws::{During, Error};
use strata_layer::{Context, Finding, Resource};

/// Codes that mean: these credentials, or this endpoint, cannot say.
const MUTE: [&str; 6] =
    ["AccessDenied", "AccessDeniedException", "403", "UnknownOperationException", "InvalidAction", "501"];

/// Every managed policy that is still to be attached, or to be a boundary, and cannot be.
pub(crate) async fn findings(iam: &Client, cx: &Context) -> Result<Vec<Finding>, Error> {
    let mut arns = BTreeSet::new();
    for role in Role(iam.clone()).desired(cx)? {
        let there = cx.one::<Role>(&role.id).map(|role| role.props).unwrap_or_default();
        arns.extend(role.props.attached.into_iter().filter(|arn| !there.attached.contains(arn)));
        arns.extend(role.props.boundary.filter(|arn| there.boundary.as_ref() != Some(arn)));
    }
    for role in ServiceRole(iam.clone()).desired(cx)? {
        if cx.one::<ServiceRole>(&role.id).is_none_or(|there| !there.props.is_whole) {
            arns.extend(service_role::managed(cx, &role.name)?);
        }
    }
    let found = try_join_all(arns.iter().map(|arn| look(iam, cx, arn))).await?;
    Ok(found.into_iter().flatten().collect())
}

async fn look(iam: &Client, cx: &Context, arn: &str) -> Result<Option<Finding>, Error> {
    let what = match iam.get_policy().policy_arn(arn).send().await.during(|| format!("looking for policy {arn}")) {
        Ok(answer) if answer.policy().is_none_or(|policy| policy.is_attachable()) => return Ok(None),
        Ok(_) => format!("policy {arn} cannot be attached to roles"),
        Err(error) if error.is_gone() => format!("policy {arn} does not exist"),
        Err(error) if error.is(&MUTE) => {
            cx.report.say(&format!("iam: managed policies not checked: {error}"));
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let remedy = "correct its name in pipeline.iam; AWS's own policies are named by path and name, such as \
                  service-role/AWSGlueServiceRole";
    Ok(Some(Finding { what, remedy: remedy.into() }))
}
