//! The topics of a workflow: in `plan` and `up` all of them, in `check` those that need no AWS call.

use super::resource::Workflow;
use super::{rights, wish};
use crate::cost;
use crate::preflight::{Clients, Found, dag, look, object, role};
use futures::future::FutureExt;
use strata_aws::Error;
use strata_layer::{Context, Finding};

/// Everything that would keep a workflow from being created. All topics are checked at once.
pub(super) async fn findings(cx: &Context) -> Result<Vec<Finding>, Error> {
    let Clients { iam, s3, .. } = &Clients::new(cx);
    if cx.one::<Workflow>("main").is_none() {
        cost::say(cx);
    }
    let bucket = cx.doc.storage.as_ref().map(|storage| storage.bucket.as_str());
    let (airflow, glue) = (rights::role(cx, bucket), role::glue(cx, bucket));
    let asked = futures::try_join!(
        look(cx, "the bucket's files", || object::definition(s3, cx).boxed()),
        look(cx, "the role of the workflow", || role::look(iam, cx, &airflow).boxed()),
        look(cx, "the role of Glue", || role::look(iam, cx, &glue).boxed()),
    )?;
    let (objects, airflow, glue) = asked;
    let all = [wish::look(cx), dag::look(cx), objects, airflow, glue];
    Ok(all.into_iter().flat_map(|found| found.findings).collect())
}

/// What the document and the files tell.
pub(super) fn check(cx: &Context) -> Result<Found, Error> {
    let bucket = cx.bucket();
    let roles = [rights::role(cx, Some(&bucket)), role::glue(cx, Some(&bucket))];
    let mut found = wish::look(cx);
    for more in [dag::look(cx), role::built_in(cx, &roles)?] {
        found.findings.extend(more.findings);
    }
    Ok(found)
}
