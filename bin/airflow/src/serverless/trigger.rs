//! Starting a run of a workflow.

use super::api::{Api, advise};
use crate::run::about;
use aws_smithy_types::Document;
use chrono::NaiveDate;
use strata_aws::{During, Error, Pace, Poll, Waiting};

/// How long starting a run is tried.
const START: Pace = Pace::seconds(2, 60);

/// Start a run for a day; its id. The same token makes no second one after an answer that was lost.
pub(super) async fn start(api: &Api<'_>, day: Option<NaiveDate>) -> Result<String, Error> {
    let arn = &api.place().await?.arn;
    let token = format!("strata-{}", uuid::Uuid::new_v4().simple());
    let doing = format!("starting a run of workflow {arn}");
    let mut waiting = Waiting::new(&doing, START, &api.cx.cancel);
    let run = loop {
        let mut call = api.client().start_workflow_run().workflow_arn(arn).client_token(&token);
        if let Some(day) = day {
            call = call.override_parameters("date", Document::String(day.to_string()));
        }
        let look = call.send().await.during(|| doing.clone());
        if let Some(answer) = waiting.after(look.map(Poll::Ready)).await.map_err(advise)? {
            break answer.run_id.unwrap_or_default();
        }
    };
    api.cx.report.say(&format!("airflow: workflow, run {run}{}", about(day)));
    Ok(run)
}
