//! `jobs logs`: what a run printed, on stdout.

use crate::log;
use crate::start::advise;
use aws_sdk_glue::Client;
use aws_sdk_glue::types::JobRunState;
use strata_aws::{During, Error};
use strata_layer::Context;
use strata_state::Kind;

pub(crate) async fn logs(cx: &Context, transform: &str, run: Option<&str>, tail: u16) -> Result<String, Error> {
    if !cx.doc.pipeline.transforms.iter().any(|known| known.name == transform) {
        return Err(crate::run::unknown(cx, transform));
    }
    let name = cx.name(Kind::Job, transform);
    let glue = Client::new(&cx.session.sdk);
    let doing = || format!("looking for a run of job {name}");
    let found = match run {
        Some(id) => glue.get_job_run().job_name(&name).run_id(id).send().await.during(doing)?.job_run,
        None => {
            let newest = glue.get_job_runs().job_name(&name).max_results(1).send().await.during(doing);
            newest.map_err(advise)?.job_runs.and_then(|runs| runs.into_iter().next())
        }
    };
    let Some(run) = found else {
        return Err(Error::failed(doing(), "it has not run yet").advise(format!("jobs run {transform}")));
    };
    let lines = log::tail(cx, &aws_sdk_cloudwatchlogs::Client::new(&cx.session.sdk), &run, tail).await?;
    let state = run.job_run_state().map_or("unknown", JobRunState::as_str);
    let error = run.error_message().map(|message| format!(": {message}")).unwrap_or_default();
    cx.report.say(&format!("job {name}, run {}: {state}{error}", run.id().unwrap_or_default()));
    if lines.is_empty() {
        cx.report.say("it has printed nothing yet");
    }
    Ok(lines.into_iter().map(|line| line + "\n").collect())
}
