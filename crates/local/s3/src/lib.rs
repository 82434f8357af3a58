//! S3's objects: a store on disk, and the operations over it as AWS answers them.
//!
//! Buckets, their settings and their policies belong to another crate, which says which buckets there are
//! ([`S3::bucket_created`]), whether they keep versions ([`S3::set_versioning`]), how they encrypt
//! ([`S3::set_encryption`]) and in which region they are ([`S3::set_region`]). KMS keys are looked up with [`Keys`].
//! Signatures are not checked.
//!
//! From the bottom, each using only those before it: `time`, `md5` and `checksum`; `store`, which keeps objects on disk and
//! knows nothing of HTTP; `error`, S3's errors; `protocol`, requests, bodies and replies; `headers` and `encryption`, what a
//! request's headers mean for an object; `s3` and `direct`, the buckets without HTTP; `ops`, the operations; `answer`, which
//! calls them.

mod answer;
mod checksum;
mod direct;
mod encryption;
mod error;
mod headers;
mod md5;
mod ops;
mod protocol;
mod s3;
mod store;
mod time;

pub use answer::Answer;
pub use direct::Listed;
pub use encryption::{Encryption, Keys, Usable};
pub use error::{Error, Result};
pub use protocol::Operation;
pub use s3::S3;
pub use store::{Object, Version, Versioning};
