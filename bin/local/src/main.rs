//! The local AWS endpoint: one HTTP server on 127.0.0.1 that speaks AWS's wire protocols.
//!
//! What moto can do goes to moto; crawlers, job runs, queries, Airflow environments and workflows are done here.

use std::process::ExitCode;

use clap::Parser;

mod athena;
mod background;
mod buckets;
mod call;
mod cli;
mod environment;
mod error;
mod glue;
mod http_server;
mod keys;
mod moto;
mod mwaa;
mod mwaa_serverless;
mod page;
mod record;
mod requests;
mod serve;
mod upstream;
mod weather;
mod worker;
mod world;

// Columns are large and short-lived; the system's allocator gives them back to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let done = match cli.verb {
        cli::Verb::Worker => return worker::run(),
        cli::Verb::Serve(options) => serve::run(&options),
        cli::Verb::Start(options) => background::start(&options),
        cli::Verb::Stop(place) => background::stop(&place),
        cli::Verb::Status(place) => background::status(&place),
        cli::Verb::Reset(place) => background::reset(&place),
        cli::Verb::Env(place) => background::env(&place),
        cli::Verb::Logs(options) => requests::print(&options),
    };
    match done {
        Ok(code) => code,
        Err(why) => {
            eprintln!("local: {why}");
            ExitCode::from(1)
        }
    }
}
