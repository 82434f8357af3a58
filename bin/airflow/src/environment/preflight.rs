//! The topics of an environment: in `plan` and `up` all of them, in `check` those that need no AWS call.

use super::resource::Environment;
use super::{rights, wish};
use crate::cost;
use crate::preflight::{Clients, Found, acl, bucket, dag, group, look, network, object, own_dag, quota, role, route};
use futures::future::FutureExt;
use strata_aws::Error;
use strata_layer::{Context, Finding};

/// Everything that would keep an environment from being created. All topics are checked at once.
pub(super) async fn findings(cx: &Context) -> Result<Vec<Finding>, Error> {
    let Clients { ec2, iam, s3 } = &Clients::new(cx);
    let is_new = cx.one::<Environment>("main").is_none();
    if is_new {
        cost::say(cx);
    }
    let bucket_name = cx.doc.storage.as_ref().map(|storage| storage.bucket.as_str());
    let (airflow, glue) = (rights::role(cx, bucket_name), role::glue(cx, bucket_name));
    let quotas =
        async { if is_new { look(cx, "quotas", || quota::look(cx).boxed()).await } else { Ok(Found::default()) } };
    let asked = futures::try_join!(
        look(cx, "subnets", || network::look(ec2, cx).boxed()),
        look(cx, "routes", || route::look(ec2, cx).boxed()),
        look(cx, "security groups", || group::look(ec2, cx).boxed()),
        look(cx, "network ACLs", || acl::look(ec2, cx).boxed()),
        look(cx, "the bucket", || bucket::look(s3, cx).boxed()),
        look(cx, "the bucket's files", || object::look(s3, cx).boxed()),
        look(cx, "the role of Airflow", || role::look(iam, cx, &airflow).boxed()),
        look(cx, "the role of Glue", || role::look(iam, cx, &glue).boxed()),
        quotas,
    )?;
    let (network, routes, groups, acls, bucket, objects, airflow, glue, quotas) = asked;
    let told = [wish::look(cx, is_new), dag::look(cx), own_dag::look(cx, !is_new)];
    let asked = [network, routes, groups, acls, bucket, objects, airflow, glue, quotas];
    Ok(told.into_iter().chain(asked).flat_map(|found| found.findings).collect())
}

/// What the document and the files tell; and how many DAG files of the pipeline's own there are.
pub(super) fn check(cx: &Context) -> Result<(Found, usize), Error> {
    let bucket = cx.bucket();
    let roles = [rights::role(cx, Some(&bucket)), role::glue(cx, Some(&bucket))];
    let mut found = wish::look(cx, cx.one::<Environment>("main").is_none());
    let (own, files) = own_dag::all(cx, vec![role::document(cx, &roles[0])?]);
    for more in [dag::look(cx), role::built_in(cx, &roles)?, own] {
        found.findings.extend(more.findings);
    }
    Ok((found, files))
}
