//! `datagen`: deterministic fake data to stdout, a file or the bucket; and a person's own data to the bucket.
//!
//!     datagen --rows 1000 --seed 1 --date 2024-09-15 > day.csv
//!     datagen generate --rows 100372 --history --date 2024-09-14 --to first_load.csv
//!     datagen --rows 1000000 --to people.parquet
//!     datagen generate --to bucket --date 2024-09-15 < document.json
//!     datagen load --input mine.csv --date 2024-09-15 < document.json
//!     datagen load --input orders:orders.csv,customers:customers.csv --date 2024-09-15 < document.json

mod bucket;
mod choose;
mod failure;
mod generate;
mod input;
mod load;
mod parquet;
mod section;
mod table;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use strata_layer::Global;

// Parts of 8 MB for the bucket are made and freed all the time: the system's allocator would give each back to the kernel,
// and a page that comes from the kernel costs more than what is written to it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Fake people and their network usage, as CSV or Parquet. The same options make the same bytes.
#[derive(Parser)]
#[command(name = "datagen", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    generate: generate::Args,
    #[command(flatten)]
    global: Global,
}

#[derive(Subcommand)]
enum Verb {
    /// Write records to stdout, a file or the bucket; the default verb.
    Generate(generate::Args),
    /// Print the rights that this program needs, as an IAM policy for this pipeline and account
    Policy,
    /// Check CSV files of your own and upload them to the bucket as the files of one day, or of its month.
    Load(load::Args),
    /// Check that the bucket has the files of the day, or of its month; exit 2 if one is missing
    Input(input::Args),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error),
    };
    let args = match cli.verb {
        Some(Verb::Policy) => {
            return strata_layer::print_policy(
                "datagen",
                include_str!("../../../policies/deployer/datagen.json"),
                &cli.global,
            );
        }
        Some(Verb::Load(args)) => return load::run(&args, &cli.global),
        Some(Verb::Input(args)) => return input::run(&args, &cli.global),
        Some(Verb::Generate(args)) => args,
        None => cli.generate,
    };
    if args.to_bucket() {
        return bucket::run(&args, &cli.global);
    }
    match generate::run(&args, cli.global.quiet) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // stderr is closed: there is nowhere left to report it.
            let _ = writeln!(io::stderr(), "datagen: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
