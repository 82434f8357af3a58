//! What can go wrong, and the exit code that says so.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// 2: bad input, nothing was touched. 1: it failed on the way, nothing is left half-made.
const BAD_INPUT: u8 = 2;
const FAILED: u8 = 1;

/// Why no data came out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The options cannot be served.
    #[error(transparent)]
    Options(#[from] strata_records::Error),
    /// The file cannot be made at all.
    #[error("opening {path} for writing: {source}; give a file in a folder that exists and that you may write to", path = .path.display())]
    Open {
        /// The file that was asked for.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The file could be begun, but not finished.
    #[error("writing {path}: {source}; the file that was there before is untouched", path = .path.display())]
    File {
        /// The file that was asked for.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Stdout took no more, for another reason than a closed pipe.
    #[error("writing to stdout: {0}")]
    Stdout(io::Error),
}

impl Failure {
    /// The exit code of the program.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Options(_) | Self::Open { .. } => BAD_INPUT,
            Self::File { .. } | Self::Stdout(_) => FAILED,
        }
    }
}

/// Help and version go to stdout; anything else is a mistake on the command line.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return if error.print().is_ok() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) };
    }
    let text = error.render().to_string();
    let _ = write!(io::stderr(), "datagen: {}", text.strip_prefix("error: ").unwrap_or(&text));
    ExitCode::from(BAD_INPUT)
}
