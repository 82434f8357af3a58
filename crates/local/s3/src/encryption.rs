//! Server-side encryption as far as clients see it: headers, opaque ETags, and KMS keys that must be usable for reads and
//! writes. The bytes on disk are not encrypted.

pub(crate) mod customer;
mod headers;
mod rules;
mod settings;

pub(crate) use headers::{etag, is_plain, told};
pub(crate) use rules::{by_default, check, check_open, of_write};
pub(crate) use settings::Settings;
pub use settings::{Encryption, Keys, Usable};
