//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use strata_local_endpoint::Requests;
use strata_local_weather::Settings;

use crate::error::Error;

/// The local AWS endpoint: any AWS client may talk to it, nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(name = "local", version, about)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start the endpoint in the background; the first start installs what it needs
    Start(Serve),
    /// Stop it; the next start has everything again, except Airflow's own database
    Stop(Place),
    /// Say whether it runs, where, and since when
    Status(Place),
    /// Print the calls it has answered
    Logs(Logs),
    /// Delete all resources without a restart
    Reset(Place),
    /// Print the variables that point AWS tools at it: eval "$(local env)"
    Env(Place),
    /// Run in the foreground
    Serve(Serve),
    /// Run one task that was given on stdin (the endpoint calls this itself)
    #[command(hide = true)]
    Worker,
}

/// Where the endpoint keeps its files.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// The folder for its files
    #[arg(long, default_value = ".local")]
    pub dir: PathBuf,
}

/// How to run it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub place: Place,
    /// The port on 127.0.0.1; 0 is any free one
    #[arg(long, default_value_t = 4566)]
    pub port: u16,
    /// The Python environment of its own [default: <dir>/venv]
    #[arg(long)]
    pub venv: Option<PathBuf>,
    /// How long a state lasts that takes minutes in AWS, in milliseconds
    #[arg(long, default_value_t = 100)]
    pub pace: u64,
    /// Write each different call with its whole request to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Bad days of AWS: a seed, or a file with the weather as JSON
    #[arg(long, value_name = "SEED|FILE")]
    pub weather: Option<String>,
    /// How long each call is on its way, there and back, in milliseconds
    #[arg(long, value_name = "MS")]
    pub latency: Option<u64>,
    /// End when stdin closes: for a test, which may end without a chance to say so
    #[arg(long, hide = true)]
    pub until_eof: bool,
}

/// Which calls to print.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    #[command(flatten)]
    pub place: Place,
    /// Go on printing as calls come in
    #[arg(long, short)]
    pub follow: bool,
    /// Only the last calls
    #[arg(long)]
    pub last: Option<usize>,
}

impl Serve {
    /// The folder of the Python environment.
    pub(crate) fn venv(&self) -> PathBuf {
        self.venv.clone().unwrap_or_else(|| self.place.dir.join("venv"))
    }

    /// The weather that is asked for.
    pub(crate) fn weather(&self) -> Result<Settings, Error> {
        let asked = self.weather.as_deref().map(Settings::from_argument).transpose()?;
        let settings = asked.unwrap_or_default();
        Ok(Settings { latency_ms: self.latency.unwrap_or(settings.latency_ms), ..settings })
    }
}

impl Place {
    /// Where a running endpoint says its address.
    pub(crate) fn endpoint_file(&self) -> PathBuf {
        self.dir.join("endpoint.json")
    }

    /// What the background process prints.
    pub(crate) fn log_file(&self) -> PathBuf {
        self.dir.join("local.log")
    }

    /// One JSON line for each call.
    pub(crate) fn requests_file(&self) -> PathBuf {
        Requests::file(&self.dir)
    }
}
