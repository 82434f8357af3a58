//! The hash of an object while it is written.

use sha2::{Digest, Sha256};
use std::io::{Result, Write};

/// Passes bytes on, and keeps their SHA-256.
pub(crate) struct Digested<W> {
    to: W,
    hash: Sha256,
}

impl<W> Digested<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, hash: Sha256::new() }
    }

    /// What was written to, and the hash in hexadecimal digits.
    pub(crate) fn finish(self) -> (W, String) {
        let hash = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        (self.to, hash)
    }
}

impl<W: Write> Write for Digested<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }
}
