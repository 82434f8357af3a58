//! S3's REST protocol: which operation a request asks for, what it says, bodies, and replies with their documents.

mod body;
mod operation;
pub(crate) mod reply;
mod request;
pub(crate) mod xml;

pub(crate) use body::{Incoming, Wanted, digests_of, document, receive, send};
pub use operation::Operation;
pub(crate) use reply::Reply;
pub(crate) use request::{Request, query_of};
pub(crate) use xml::Xml;
