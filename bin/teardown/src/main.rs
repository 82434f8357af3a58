//! `teardown` takes everything down: it runs the other programs' `down`, backwards and side by side where that is safe,
//! and then their `status`, to prove that nothing is left.
//!
//! It needs no document: `--pipeline` and `--env` are enough, since tags on the resources say whose they are. With one on
//! stdin it prints it without the layers' sections.

mod program;
mod proof;
mod take_down;

use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;
use strata_aws::Exit;
use strata_layer::Global;

/// All layers backwards, then proof that nothing is left
#[derive(Debug, Parser)]
#[command(name = "teardown", version)]
#[command(
    after_help = "Exit codes: 0 nothing is left; 1 failed; 2 bad input, nothing touched; 3 something is left; 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print the rights of all programs in one IAM policy for this pipeline and account
    Policy,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Verb::Policy) = cli.verb {
        let document = include_str!("../../../policies/deployer/teardown.json");
        return strata_layer::print_policy("teardown", document, &cli.global);
    }
    let taken =
        strata_layer::begin_trace("teardown", "down", &cli.global).and_then(|()| take_down::take_down(&cli.global));
    match taken {
        Ok((document, code)) => {
            // A closed pipe behind us changes nothing about what is gone.
            let _ = std::io::stdout().write_all(document.as_bytes());
            ExitCode::from(code)
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "teardown: {error}");
            ExitCode::from(match error.exit {
                Exit::Usage => 2,
                Exit::Interrupted => 130,
                Exit::Failed | Exit::Again => 1,
            })
        }
    }
}
