//! `transform`: runs transforms over S3 or a folder. The same program runs them in AWS, where a job's script fetches and starts
//! it (`scripts/glue/run_transform.py`), and in the job runs of the local endpoint.
//!
//!     transform --spec s3://bucket/scripts/transforms/payment_data.json --date 2024-09-15
//!     transform --spec s3://b/scripts/transforms/a.json,s3://b/scripts/transforms/c.json --root some/folder
//!
//! A spec says all about one transform (`crates/state/src/spec.rs`). Several that read one raw file share one scan of it.

mod cli;
mod parent;
mod s3;
mod upload;

use clap::Parser;
use cli::Cli;
use std::io::Write;
use std::process::ExitCode;
use strata_engine::{Error, Folder, Store, run_together};
use strata_state::Spec;

// Columns are large and short-lived; the system's allocator gives them back to the kernel each time, which costs a sixth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A run that ended early: the sentence and the exit code.
struct Failure(String, u8);

/// The input or the SQL has to change first.
const FAILED: u8 = 1;
/// The command line or a spec is wrong; nothing was touched.
const USAGE: u8 = 2;
/// S3 or this machine failed; running again may help.
const AGAIN: u8 = 5;

fn main() -> ExitCode {
    // The engine panics where it cannot do what a query asks; a backtrace would tell a person nothing about the query.
    std::panic::set_hook(Box::new(|panic| {
        let words = panic.payload_as_str().unwrap_or("it said nothing").trim();
        let words = words.lines().next().unwrap_or_default().trim_end_matches('.');
        let _ = writeln!(std::io::stderr(), "transform: the engine cannot do this: {words}");
    }));
    let cli = Cli::parse();
    if cli.end_with_stdin {
        parent::end_with_stdin();
    }
    match run(&cli) {
        Ok(answer) => match writeln!(std::io::stdout(), "{answer}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(AGAIN),
        },
        Err(Failure(why, code)) => {
            // If stderr is closed, there is nowhere left to report it.
            let _ = writeln!(std::io::stderr(), "transform: {why}");
            ExitCode::from(code)
        }
    }
}

fn run(cli: &Cli) -> Result<serde_json::Value, Failure> {
    let store = store(cli)?;
    let mut specs = Vec::new();
    for url in cli.specs() {
        let text = store.get(url).map_err(|error| Failure(format!("reading the spec {url}: {error}"), USAGE))?;
        let spec: Spec = serde_json::from_slice(&text)
            .map_err(|error| Failure(format!("reading the spec {url}: it is not valid: {error}"), USAGE))?;
        specs.push(spec);
    }
    let mut log = |line: &str| {
        let _ = writeln!(std::io::stderr(), "{line}");
    };
    let reports = run_together(cli.limits(), &specs, &*store, cli.date, &mut log).map_err(failure)?;
    Ok(serde_json::json!({ "transforms": reports }))
}

fn store(cli: &Cli) -> Result<Box<dyn Store>, Failure> {
    match &cli.root {
        Some(root) => Ok(Box::new(Folder(root.clone()))),
        None => Ok(Box::new(s3::S3::connect(cli).map_err(|why| Failure(why, AGAIN))?)),
    }
}

fn failure(error: Error) -> Failure {
    let code = if matches!(error, Error::Store { .. }) { AGAIN } else { FAILED };
    Failure(error.to_string(), code)
}
