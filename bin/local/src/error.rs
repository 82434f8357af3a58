//! What can go wrong with the program itself, in words for the person at the keyboard.

use std::path::PathBuf;

use strata_local_process::file::FileError;

/// A failure of `local`, not of an AWS call.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file of the state folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// The port is taken.
    #[error(
        "listening on 127.0.0.1:{port}: {source}; another program uses this port: end it, or choose another with --port"
    )]
    Port {
        /// The port asked for.
        port: u16,
        /// Why it failed.
        source: std::io::Error,
    },
    /// moto cannot be installed or started.
    #[error(transparent)]
    Moto(#[from] strata_local_moto::Error),
    /// Weather that cannot be read.
    #[error(transparent)]
    Weather(#[from] strata_local_weather::Error),
    /// The background process did not come up.
    #[error("starting the endpoint in the background: {why}; its log is {log}", log = .log.display())]
    Start {
        /// What happened.
        why: String,
        /// Its log.
        log: PathBuf,
    },
    /// Something else answers, or nothing does.
    #[error("asking the endpoint {url}: {why}; is it running (`local status`)?")]
    Ask {
        /// Where.
        url: String,
        /// What happened.
        why: String,
    },
}
