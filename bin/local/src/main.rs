//! The local AWS endpoint.

mod athena;
mod call;
mod glue;
mod mwaa;
mod upstream;
mod worker;
mod world;

fn main() -> std::process::ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("worker") => worker::run(),
        _ => std::process::ExitCode::SUCCESS,
    }
}
