//! What MWAA finds out late and says nothing about, asked before anything is created. A failed environment costs half an
//! hour and answers `INCORRECT_CONFIGURATION`; these questions cost a second and answer with the thing and the remedy.
//!
//! They are the checks of AWS's own environment verifier (awslabs/aws-support-tools, MWAA/verify_env) and of the guide's
//! list of prerequisites, one topic per file. A section that is not in the document yet is not asked about.

mod acl;
mod bucket;
mod dag;
mod glob;
mod group;
mod network;
mod object;
mod own_dag;
mod own_uses;
mod policy;
mod quota;
mod rights;
mod role;
mod route;
mod wish;

use crate::cost;
use aws_sdk_s3::config::Builder;
use futures::future::{BoxFuture, FutureExt};
use std::time::{Duration, Instant};
use strata_aws::{Error, Pace, Poll, Waiting};
use strata_layer::{Context, Finding};

/// A new thing may not be known everywhere yet: what AWS does not know is asked for again for this long.
const UNSEEN: Duration = Duration::from_secs(2);
/// Codes that mean: these credentials, or this endpoint, cannot say.
const MUTE: [&str; 7] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "403",
    "UnknownOperationException",
    "InvalidAction",
    "501",
];

/// What one look at a topic found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    unseen: bool,
}

impl Found {
    /// Something is wrong: with what, and what to do in one line.
    fn say(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(Finding { what: what.into(), remedy: remedy.into() });
    }

    /// AWS does not know something; it may in a moment.
    fn unseen(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.say(what, remedy);
        self.unseen = true;
    }
}

/// Everything that stands in the way of an environment. All topics are asked about at once.
pub(crate) async fn findings(cx: &Context) -> Result<Vec<Finding>, Error> {
    let ec2 = aws_sdk_ec2::Client::new(&cx.session.sdk);
    let iam = aws_sdk_iam::Client::new(&cx.session.sdk);
    cost::say(cx);
    // Another endpoint than AWS's own need not know the host name of each bucket.
    let s3 = Builder::from(&cx.session.sdk).force_path_style(cx.session.endpoint_url.is_some());
    let s3 = aws_sdk_s3::Client::from_conf(s3.build());
    if cx.doc.pipeline.is_serverless() {
        let asked = futures::try_join!(
            look(cx, "the bucket's files", || object::definition(&s3, cx).boxed()),
            look(cx, "the role of the workflow", || role::airflow(&iam, cx).boxed()),
            look(cx, "the role of Glue", || role::glue(&iam, cx).boxed()),
        )?;
        let (objects, airflow, glue) = asked;
        let all = [wish::workflow(cx), dag::look(cx), objects, airflow, glue];
        return Ok(all.into_iter().flat_map(|found| found.findings).collect());
    }
    let asked = futures::try_join!(
        look(cx, "subnets", || network::look(&ec2, cx).boxed()),
        look(cx, "routes", || route::look(&ec2, cx).boxed()),
        look(cx, "security groups", || group::look(&ec2, cx).boxed()),
        look(cx, "network ACLs", || acl::look(&ec2, cx).boxed()),
        look(cx, "the bucket", || bucket::look(&s3, cx).boxed()),
        look(cx, "the bucket's files", || object::look(&s3, cx).boxed()),
        look(cx, "the role of Airflow", || role::airflow(&iam, cx).boxed()),
        look(cx, "the role of Glue", || role::glue(&iam, cx).boxed()),
        look(cx, "quotas", || quota::look(cx).boxed()),
    )?;
    let (network, routes, groups, acls, bucket, objects, airflow, glue, quotas) = asked;
    let told = [wish::look(cx), dag::look(cx), own_dag::look(cx)];
    let asked = [network, routes, groups, acls, bucket, objects, airflow, glue, quotas];
    Ok(told.into_iter().chain(asked).flat_map(|found| found.findings).collect())
}

/// What the document and the files tell, for `airflow check`; and how many DAG files of the pipeline's own there are.
///
/// # Errors
/// When a document of the roles cannot be filled in.
pub(crate) fn built_in(cx: &Context) -> Result<(Found, usize), Error> {
    if cx.doc.pipeline.is_serverless() {
        let mut found = wish::workflow(cx);
        for more in [dag::look(cx), role::built_in(cx)?] {
            found.findings.extend(more.findings);
        }
        return Ok((found, 0));
    }
    let mut found = wish::look(cx);
    let (own, files) = own_dag::all(cx, vec![role::document(cx, "airflow")?]);
    for more in [dag::look(cx), role::built_in(cx)?, own] {
        found.findings.extend(more.findings);
    }
    Ok((found, files))
}

/// One topic. Passing errors are waited out; what cannot be asked is left to MWAA, and said.
async fn look<'a>(
    cx: &Context,
    topic: &str,
    ask: impl Fn() -> BoxFuture<'a, Result<Found, Error>> + Send,
) -> Result<Found, Error> {
    let doing = format!("checking {topic}");
    let start = Instant::now();
    let mut waiting = Waiting::new(&doing, Pace::seconds(1, 30), &cx.cancel);
    loop {
        let look = match ask().await {
            Err(error) if error.is(&MUTE) => {
                cx.report.say(&format!("airflow: {topic} not checked: {error}"));
                return Ok(Found::default());
            }
            // New, and not everywhere yet; or taken away while it was looked at.
            Err(error) if error.is_gone() => Ok(unknown(&error, start)),
            Ok(found) if found.unseen && start.elapsed() < UNSEEN => Ok(Poll::NotYet("unknown to AWS".into())),
            other => other.map(Poll::Ready),
        };
        if let Some(found) = waiting.after(look).await? {
            return Ok(found);
        }
    }
}

/// Something that AWS does not know, while it is asked about.
fn unknown(error: &Error, since: Instant) -> Poll<Found> {
    if since.elapsed() < UNSEEN {
        return Poll::NotYet(error.to_string());
    }
    let mut found = Found::default();
    found.say(error.to_string(), "look again in a minute");
    Poll::Ready(found)
}
