//! `--trace FILE`: a Chrome trace of a run, for Perfetto or chrome://tracing. The programs of one pipe append to one file.
//!
//! The SDKs already say in `tracing` which call they make; the runner says in the same way what the call is for and what
//! was waited for. Nobody listens unless a file was asked for. The file has names, codes and times, and no bodies.

mod chrome;
mod file;
mod http;
mod lanes;

use crate::Error;
use chrome::Chrome;
pub(crate) use http::Traced;
use std::fmt::Display;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
pub use tracing::Instrument;
use tracing::Span;
use tracing_subscriber::layer::SubscriberExt;

/// What our own spans are known by.
const TARGET: &str = "strata";

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

/// Whether somebody listens.
pub(crate) fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Something that takes time: `kind` is `create`, `what` is `subnet.private-1`. With a `row` it is drawn in that row,
/// without one in the row of what it belongs to. It lasts until it is dropped.
pub fn span(kind: &'static str, what: impl Display, row: &'static str) -> Span {
    tracing::debug_span!(target: TARGET, "strata", kind, what = %what, row, outcome = tracing::field::Empty, needs = tracing::field::Empty)
}

/// An arrow from here: what is going on now lets `id` begin.
pub fn lets(id: impl Display) {
    tracing::debug!(target: TARGET, arrow = "s", what = %id);
}

/// The arrow's head: what is going on now waited for it.
pub fn waited(id: impl Display) {
    tracing::debug!(target: TARGET, arrow = "f", what = %id);
}

/// Something that happens at once.
pub(crate) fn mark(what: impl Display) {
    tracing::debug!(target: TARGET, what = %what);
}
