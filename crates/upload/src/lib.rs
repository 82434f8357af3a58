//! Files and streams into the pipeline's bucket, for `datagen` and `storage`.
//!
//! `bucket.rs` is the bucket, which has to be the pipeline's. `file.rs` sends a file of this machine: not at all where the
//! object has its checksum already, and in parts where it is large; after a crash the next run sends the missing parts only.
//! `stream.rs` sends what is being made, which cannot be read again: a failure leaves nothing. `parts.rs` is S3's multipart
//! upload, `sums.rs` the checksums of a file, `there.rs` what the bucket has of it.

mod bucket;
mod file;
mod parts;
mod stream;
mod sums;
mod there;

pub use bucket::Bucket;
pub use stream::{HandOver, Pieces};

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Bytes of the object.
    pub bytes: u64,
    /// SHA-256 of all of them, in hexadecimal digits.
    pub sha256: String,
    /// Whether the object was there already, so that nothing was sent.
    pub was_there: bool,
}
