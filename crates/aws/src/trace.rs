//! `--trace FILE`: a Chrome trace of a run, for Perfetto or chrome://tracing. The programs of one pipe append to one file.
//!
//! The SDKs already say in `tracing` which call they make; the runner says in the same way what the call is for and what
//! was waited for. Nothing is recorded unless a file was asked for. The file has names, codes and times, and no bodies.

mod chrome;
mod file;
mod http;
mod lanes;
mod span;

use crate::Error;
use chrome::Chrome;
pub(crate) use http::Traced;
pub(crate) use span::mark;
pub use span::{lets, span, waited};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
pub use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;

static ON: AtomicBool = AtomicBool::new(false);

/// Append to `path` what `program` does from now on.
///
/// # Errors
/// [`crate::Exit::Usage`] when the file cannot be written.
pub fn start(path: &Path, program: &str, verb: &str) -> Result<(), Error> {
    let wrong = |why: String| Error::usage(format!("opening the trace {}", path.display()), why);
    let file = file::open(path).map_err(|error| wrong(error.to_string()))?;
    let chrome = Chrome::new(file, &format!("{program} {verb}"));
    let listening = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(chrome));
    listening.map_err(|error| wrong(error.to_string()))?;
    ON.store(true, Ordering::Relaxed);
    Ok(())
}

/// Whether a trace is being recorded.
pub(crate) fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}
