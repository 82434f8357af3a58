//! What can go wrong with moto as a program, in words for the person at the keyboard.

use std::path::PathBuf;

use strata_local_process::file::FileError;

/// moto cannot be installed or started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the state folder.
    #[error(transparent)]
    File(#[from] FileError),
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
