//! `pipeline`: what a pipeline.json says in one environment, which layers it asks for, and a new one from a CSV file.
//!
//!     pipeline show --env prod --origins < pipeline.json
//!     pipeline layers < pipeline.json
//!     pipeline tasks --date 2024-09-15 < pipeline.json
//!     pipeline new shop --input orders.csv
//!
//! It makes no AWS call, and changes nothing outside of this machine.

mod failure;
mod input;
mod layers;
mod new;
mod show;
mod tasks;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::io::Write;
use std::process::ExitCode;

/// What a pipeline.json says, which layers it asks for, and a new one from a CSV file
#[derive(Debug, Parser)]
#[command(name = "pipeline", version)]
#[command(after_help = "Exit codes: 0 done; 1 failed; 2 bad input, nothing written.")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// Environment to show; one of `pipeline.envs` or the document's own
    #[arg(long, global = true, value_name = "NAME")]
    env: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Check the document in all of its environments, and print it as it is in one
    Show(show::Args),
    /// Print the layers that the pipeline asks for, in the order of `up`
    Layers(layers::Args),
    /// Print what one run does, task by task, for a shell, Airflow or MWAA Serverless
    Tasks(tasks::Args),
    /// Write a new pipeline whose columns are those of a CSV file
    New(new::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let env = cli.env.as_deref();
    let done = match &cli.verb {
        Verb::Show(args) => show::show(args, env),
        Verb::Layers(args) => layers::print(args, env),
        Verb::Tasks(args) => tasks::print(args, env),
        Verb::New(args) => new::new(args),
    };
    let written = done.and_then(|text| match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::failed("writing to stdout", error))
        }
        _ => Ok(()),
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If stderr is closed, there is nowhere left to report it.
            let _ = writeln!(std::io::stderr(), "pipeline: {failure}");
            ExitCode::from(failure.code)
        }
    }
}
