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
    /// Stop the endpoint; the next start restores everything except Airflow's own database
    Stop(Place),
    /// Show whether it is running, where, and since when
    Status(Place),
    /// Print the calls it has answered
    Logs(Logs),
    /// Delete all resources without a restart
    Reset(Place),
    /// Print the variables that point AWS tools at it: eval "$(local env)"
    Env(Place),
    /// Run in the foreground
    Serve(Serve),
    /// Run one task from stdin (the endpoint calls this itself)
    #[command(hide = true)]
    Worker,
}

/// Where the endpoint keeps its files.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// Folder for its files
    #[arg(long, default_value = ".local")]
    pub dir: PathBuf,
}

/// How to run it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub place: Place,
    /// Port on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 4566)]
    pub port: u16,
    /// Folder of its Python environment [default: <dir>/venv]
    #[arg(long)]
    pub venv: Option<PathBuf>,
    /// Duration of a state that takes minutes in AWS, in ms
    #[arg(long, default_value_t = 100)]
    pub pace: u64,
    /// Write each distinct call with its whole request to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Inject AWS faults: a seed, or a JSON file
    #[arg(long, value_name = "SEED|FILE")]
    pub weather: Option<String>,
    /// Round-trip latency added to each call, in ms
    #[arg(long, value_name = "MS")]
    pub latency: Option<u64>,
    /// Exit when stdin closes: for tests, which may end abruptly
    #[arg(long, hide = true)]
    pub until_eof: bool,
}

/// Which calls to print.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    #[command(flatten)]
    pub place: Place,
    /// Keep printing new calls
    #[arg(long, short)]
    pub follow: bool,
    /// Print only the last N calls
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
