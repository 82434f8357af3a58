//! What can go wrong with moto as a program, in words for the person at the keyboard.

use std::path::PathBuf;

/// moto cannot be installed or started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
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
    /// No Python that will do.
    #[error(
        "looking for python3 (3.10 or newer), which runs a part of the endpoint: {found}; \
         install python3 and python3-venv (Debian and Ubuntu: apt-get install python3 python3-venv)"
    )]
    NoPython {
        /// What was found instead.
        found: String,
    },
    /// Making the virtual environment, or filling it.
    #[error("setting up the virtual environment {path}: {step} said: {output}; {advice}", path = .path.display())]
    Venv {
        /// The environment.
        path: PathBuf,
        /// The step that failed.
        step: &'static str,
        /// Its last words.
        output: String,
        /// What to do.
        advice: &'static str,
    },
    /// moto does not start.
    #[error("starting the endpoint's helper process moto: {why}; see {log}, or delete the venv folder and start again", log = .log.display())]
    Moto {
        /// What happened.
        why: String,
        /// Where its own words are.
        log: PathBuf,
    },
}

/// The error of a file operation.
pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.into();
    move |source| Error::File { doing, path, source }
}
