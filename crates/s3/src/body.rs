//! Bodies: received into files, sent out of files.

mod chunked;
mod receive;
mod send;
mod wanted;

pub(crate) use receive::{document, receive};
pub(crate) use send::{md5_of, send};
pub(crate) use wanted::Wanted;
