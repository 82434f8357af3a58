//! `airflow trigger`: one run of the DAG for a day, or one for each of several days.

use crate::follow;
use crate::run::{Run, took};
use crate::state::State;
use crate::wished;
use chrono::{Days, NaiveDate, Utc};
use clap::Args;
use strata_aws::Error;
use strata_layer::Context;

/// The options of `airflow trigger`.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// Wait until the run has ended; exit 1 if it failed
    #[arg(long)]
    wait: bool,
    /// The day to run; today (UTC) when it is left out
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["from", "to"])]
    date: Option<NaiveDate>,
    /// First of several days: one run each, one after the other
    #[arg(long, value_name = "YYYY-MM-DD", requires = "to")]
    from: Option<NaiveDate>,
    /// Last of several days
    #[arg(long, value_name = "YYYY-MM-DD", requires = "from")]
    to: Option<NaiveDate>,
    /// Another DAG than the pipeline's; it gets a day only when one is given
    #[arg(long, value_name = "ID")]
    dag: Option<String>,
}

/// Most days of one call: more is probably a typo.
const MOST: usize = 366;

pub(crate) async fn trigger(cx: &Context, words: &Words) -> Result<String, Error> {
    let days = days(words)?;
    let orchestrator = wished::orchestrator(cx, words.dag.as_ref(), words.wait)?;
    let mut dag = orchestrator.dag().await?;
    let mut ended: Vec<(Option<NaiveDate>, Run)> = Vec::new();
    let mut out = String::new();
    for day in days {
        if cx.cancel.is_cancelled() {
            break;
        }
        let run = orchestrator.start(&mut dag, day).await?;
        out.push_str(&format!("{run}\n"));
        if words.wait {
            ended.push((day, follow::follow(&*orchestrator, &run).await?));
        }
    }
    if !words.wait {
        cx.report.say("airflow: follow it with `airflow runs`, or wait with `airflow trigger --wait`");
        return Ok(out);
    }
    judge(cx, orchestrator.dag_id(), &ended).map(|()| out)
}

/// One day each; one run without a day for a user's own DAG.
fn days(words: &Words) -> Result<Vec<Option<NaiveDate>>, Error> {
    let (Some(from), Some(to)) = (words.from, words.to) else {
        let today = words.dag.is_none().then(|| Utc::now().date_naive());
        return Ok(vec![words.date.or(today)]);
    };
    let days: Vec<_> = from.iter_days().take_while(|day| *day <= to).take(MOST + 1).map(Some).collect();
    let wrong = match days.len() {
        0 => format!("--from {from} is after --to {to}"),
        many if many > MOST => format!("from {from} to {to} are more than {MOST} days"),
        _ => return Ok(days),
    };
    let error = Error::usage("reading --from and --to", wrong);
    let last = from.checked_add_days(Days::new(MOST as u64 - 1)).unwrap_or(to);
    Err(if days.is_empty() { error } else { error.advise(format!("end with --to {last}, and continue from there")) })
}

/// What came of it, in words and as an error.
fn judge(cx: &Context, id: &str, ended: &[(Option<NaiveDate>, Run)]) -> Result<(), Error> {
    let failed: Vec<&(Option<NaiveDate>, Run)> = ended.iter().filter(|(_, run)| run.state != State::Success).collect();
    if ended.len() > 1 || cx.cancel.is_cancelled() {
        for (day, run) in ended {
            let day = day.map(|day| day.to_string()).unwrap_or_default();
            cx.report.say(&format!("  {day}  {:<7}  {}  {}", run.state.as_str(), took(run.start, run.end), run.id));
        }
        let done = ended.len() - failed.len();
        cx.report.say(&format!("airflow: {} days: {done} done, {} failed", ended.len(), failed.len()));
    }
    if cx.cancel.is_cancelled() {
        return Err(Error::interrupted(format!("running DAG {id} day by day")));
    }
    let Some((_, run)) = failed.first() else { return Ok(()) };
    let ids: Vec<&str> = failed.iter().map(|(_, run)| run.id.as_str()).collect();
    let error = Error::failed(format!("running DAG {id}"), format!("run {} failed", ids.join(", run ")));
    Err(error.advise(format!("airflow logs --run {}", run.id)))
}
