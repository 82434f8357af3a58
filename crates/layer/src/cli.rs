//! The command line that every program shares.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Options of every program.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every program")]
pub struct Global {
    /// AWS region; wins over the pipeline's and the profile's
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Profile of the AWS configuration files
    #[arg(long, global = true, env = "AWS_PROFILE", value_name = "NAME")]
    pub profile: Option<String>,
    /// Endpoint to use instead of AWS's own, such as the one of `local`
    #[arg(long, global = true, env = "AWS_ENDPOINT_URL", value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Format of progress on stderr
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Auto, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Write only errors to stderr
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Do not ask before data is lost
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// Maximum number of concurrent calls
    #[arg(long, global = true, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64), value_name = "N")]
    pub parallel: u16,
    /// Append a Chrome trace of the run to this file (for Perfetto or chrome://tracing)
    #[arg(long, global = true, env = "STRATA_TRACE", value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Pipeline, when stdin has no document (`down` and `status` only)
    #[arg(long, global = true, value_name = "NAME")]
    pub pipeline: Option<String>,
    /// Environment: the document's own, or one of its `pipeline.envs`
    #[arg(long, global = true, value_name = "NAME")]
    pub env: Option<String>,
    /// Name of the protected copy to remove, <pipeline>-<env> (`down` only)
    #[arg(long, global = true, value_name = "NAME")]
    pub confirm: Option<String>,
}

/// How progress is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Live lines on a terminal, plain lines otherwise
    Auto,
    /// One line per event
    Plain,
    /// One JSON object per event
    Json,
}

/// The whole command line of a layer with the further verbs `X`.
#[derive(Debug, Parser)]
pub(crate) struct Cli<X: Subcommand> {
    #[command(subcommand)]
    pub(crate) verb: Verb<X>,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb<X: Subcommand> {
    /// Show what `up` would change, per resource and field; nothing is touched
    Plan {
        /// Exit 2 when there are changes, 0 when there are none
        #[arg(long)]
        detailed_exitcode: bool,
    },
    /// Create or update the layer as the document asks, and print the document with its section
    Up,
    /// Remove the layer, and print the document without its section
    Down {
        /// Only print what would be deleted, and what data would be lost
        #[arg(long)]
        dry_run: bool,
        /// Remove only what is no longer in the document, and keep the rest
        #[arg(long, conflicts_with = "dry_run")]
        unasked: bool,
    },
    /// Show what exists and what drifted; exit 4 when anything differs from the document
    Status,
    /// Print the rights that this program needs, as an IAM policy for this pipeline and account
    Policy,
    /// The layer's own verbs.
    #[command(flatten)]
    Own(X),
}

impl<X: Subcommand> Verb<X> {
    /// The verb's name in the record; the layer's own verbs have one together.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Plan { .. } => "plan",
            Self::Up => "up",
            Self::Down { .. } => "down",
            Self::Status => "status",
            Self::Policy => "policy",
            Self::Own(_) => "own",
        }
    }
}

/// For layers without verbs of their own.
#[derive(Debug, Subcommand)]
pub enum NoVerbs {}
