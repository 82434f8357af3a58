//! The endpoint's door: HTTP on 127.0.0.1, the names of calls, the weather that strikes them, the log and the record, and the
//! service that answers.

mod admin;
mod dispatch;
mod heard;
mod host;
mod incoming;
mod inside;
mod memory;
mod record;
mod requests;
mod scope;
mod server;
mod shared;
mod struck;

pub use inside::Inside;
pub use memory::Memory;
pub use record::Record;
pub use requests::{Entry, Requests};
pub use server::serve;
pub use shared::Server;
