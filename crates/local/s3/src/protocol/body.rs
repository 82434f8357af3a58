//! Bodies: received into files, sent out of files.

mod chunked;
mod incoming;
mod receive;
mod send;
mod wanted;

pub(crate) use incoming::Incoming;
pub(crate) use receive::{document, receive};
pub(crate) use send::{digests_of, send};
pub(crate) use wanted::Wanted;
