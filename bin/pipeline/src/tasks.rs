//! `pipeline tasks`: what one run of a pipeline does, for the program that carries it out.

use crate::{Failure, input};
use strata_state::dag;
use strata_state::wish::is_day;
use strata_tasks::shell::Part;
use strata_tasks::{airflow, shell, workflow};

/// What to print.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Output format
    #[arg(long = "for", value_enum, default_value_t = Engine::Shell, value_name = "ENGINE")]
    engine: Engine,
    /// The day to run
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, conflicts_with = "rebuild")]
    date: Option<String>,
    /// All days that have input, not one
    #[arg(long)]
    rebuild: bool,
}

/// Who carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    /// Lines: name, what it waits for, program and words; separated by tabs
    Shell,
    /// The JSON that the DAG module reads
    Airflow,
    /// The definition of MWAA Serverless
    Serverless,
}

fn day(text: &str) -> Result<String, &'static str> {
    if is_day(text) { Ok(text.to_owned()) } else { Err("it is no day of the calendar, such as 2024-09-15") }
}

/// Without a section `target` in the document, account and region are these.
const NOWHERE: (&str, &str) = ("000000000000", "us-east-1");

/// The tasks as text.
pub(crate) fn print(args: &Args, env: Option<&str>) -> Result<String, Failure> {
    if args.engine == Engine::Shell && args.date.is_none() && !args.rebuild {
        return Err(Failure::usage("printing the tasks of a run: give a day (--date), or --rebuild for all days"));
    }
    let document = strata_state::read_for(&input::text()?, env)?;
    let target = document.target.as_ref();
    let (account, region) = target.map_or(NOWHERE, |target| (&target.account, &target.region));
    let graph = dag::graph(&document.pipeline, account, region);
    graph.check().map_err(|error| Failure::failed("ordering the tasks", error))?;
    Ok(match args.engine {
        Engine::Airflow => airflow::print(&graph),
        Engine::Serverless => workflow::print(&graph),
        Engine::Shell => {
            let part = args.date.clone().map_or(Part::All, Part::Day);
            shell::print(&graph, &part)
        }
    })
}
