//! `datagen`: deterministic fake data, to stdout or a file.
//!
//!     datagen --rows 1000 --seed 1 --date 2024-09-15 > day.csv
//!     datagen generate --rows 100372 --history --date 2024-09-14 --to first_load.csv

mod failure;
mod generate;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Fake people and their network usage, as CSV. The same options make the same bytes.
#[derive(Parser)]
#[command(name = "datagen", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    generate: generate::Args,
}

#[derive(Subcommand)]
enum Verb {
    /// Write records to stdout or a file; also what happens when no verb is given.
    Generate(generate::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error),
    };
    let done = match cli.verb {
        Some(Verb::Generate(args)) => generate::run(&args),
        None => generate::run(&cli.generate),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody reads stderr: nothing is left to tell it to.
            let _ = writeln!(io::stderr(), "datagen: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
