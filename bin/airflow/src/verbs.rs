//! What `airflow` does besides plan, up, down and status: the pipeline's runs, and what is in Airflow.

use crate::environment::{ui, variables};
use crate::{check, logs, runs, trigger, wished};
use clap::Subcommand;
use strata_aws::Error;
use strata_layer::Context;

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verbs {
    /// Check, before anything is uploaded, that everything the DAGs use is in the document; makes no AWS call
    Check,
    /// Start a run of the DAG for a day, or for each of several days; prints the run ids
    Trigger(trigger::Words),
    /// List the newest runs, or the tasks of one
    Runs(runs::Words),
    /// Print what a task printed
    Logs(logs::Words),
    /// Print a login link to Airflow's web interface, valid for a minute, or open it in a browser
    Ui(ui::Words),
    /// List and set Airflow's Variables
    #[command(subcommand)]
    Variables(variables::Words),
}

pub(crate) async fn run(cx: &Context, verb: Verbs) -> Result<String, Error> {
    match verb {
        Verbs::Check => check::check(cx),
        Verbs::Trigger(words) => trigger::trigger(cx, &words).await,
        Verbs::Runs(words) => runs::runs(cx, &words).await,
        Verbs::Logs(words) => logs::logs(cx, &words).await,
        Verbs::Ui(words) => wished::orchestrator(cx, None, false)?.ui(&words).await,
        Verbs::Variables(words) => wished::orchestrator(cx, None, false)?.variables(&words).await,
    }
}
