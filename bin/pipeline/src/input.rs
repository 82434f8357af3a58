//! The text on stdin.

use crate::Failure;
use std::io::{IsTerminal, Read};

/// All that is on stdin; nothing where it is a terminal, since a document is not typed.
pub(crate) fn text() -> Result<String, Failure> {
    let mut text = String::new();
    let mut stdin = std::io::stdin();
    if !stdin.is_terminal() {
        stdin.read_to_string(&mut text).map_err(|error| Failure::usage(format!("reading the document: {error}")))?;
    }
    Ok(text)
}
