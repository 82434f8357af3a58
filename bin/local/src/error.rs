//! What can go wrong with the program itself, in words for the person at the keyboard.

use std::path::PathBuf;

/// A failure of `local`, not of an AWS call.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file of the state folder.
    #[error("{doing} {path}: {source}; check that the folder is yours and the disk is not full", path = .path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
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
    /// A file of the endpoint's.
    #[error(transparent)]
    Endpoint(#[from] strata_local_endpoint::Error),
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

/// The error of a file operation.
pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.into();
    move |source| Error::File { doing, path, source }
}
