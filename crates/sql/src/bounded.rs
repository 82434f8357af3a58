//! Parsers of SQL go back and forth: brackets that are never closed can keep one busy for years, or use up the stack.

use std::sync::mpsc::channel;
use std::time::Duration;

/// No real query takes a parser this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Parsers are recursive, and so is dropping what they make: a chain of 100,000 additions needs 100,000 frames.
const STACK: usize = 256 << 20;

/// What a person is told about such a query.
pub const LATE: &str =
    "it cannot be parsed in reasonable time; look for a bracket that is not closed, or a CASE without its END";

/// What `work` comes to, on a stack that is deep enough; [`None`] when it takes too long.
///
/// A thread that takes too long is not waited for; it ends with the program.
///
/// # Errors
/// When no thread can be started.
pub fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> std::io::Result<Option<T>> {
    let (sender, receiver) = channel();
    std::thread::Builder::new().stack_size(STACK).spawn(move || drop(sender.send(work())))?;
    Ok(receiver.recv_timeout(PATIENCE).ok())
}
