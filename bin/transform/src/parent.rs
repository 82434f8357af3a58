//! Ending with what has started this program.

use std::io::Read;

/// Ends this process when stdin closes, which it does however its other end dies.
pub(crate) fn end_with_stdin() {
    std::thread::spawn(|| {
        let mut byte = [0];
        while matches!(std::io::stdin().read(&mut byte), Ok(count) if count > 0) {}
        // The run is busy in other threads and cannot be asked to return.
        #[allow(clippy::exit)]
        std::process::exit(1);
    });
}
