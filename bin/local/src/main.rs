//! The local AWS endpoint: one HTTP server on 127.0.0.1 that speaks AWS's wire protocols.
//!
//! What moto can do goes to moto; crawlers, job runs, queries, Airflow environments and workflows are done by the services of
//! `crates/local`, which `services.rs` lists.

use std::process::ExitCode;

use clap::Parser;
use strata_local_process::worker;

mod background;
mod cli;
mod error;
mod logs;
mod serve;
mod services;

// Columns are large and short-lived; the system's allocator gives them back to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let done = match cli.verb {
        cli::Verb::Worker => return worker::run(&services::ENGINES),
        cli::Verb::Serve(options) => serve::run(&options),
        cli::Verb::Start(options) => background::start(&options),
        cli::Verb::Stop(place) => background::stop(&place),
        cli::Verb::Status(place) => background::status(&place),
        cli::Verb::Reset(place) => background::reset(&place),
        cli::Verb::Env(place) => background::env(&place),
        cli::Verb::Logs(options) => logs::print(&options),
    };
    match done {
        Ok(code) => code,
        Err(why) => {
            eprintln!("local: {why}");
            ExitCode::from(1)
        }
    }
}
