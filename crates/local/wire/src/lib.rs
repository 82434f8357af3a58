//! AWS's wire protocols for the local endpoint: one call, its answer or error, and the codecs between them and HTTP.

mod call;
mod error;
pub mod form;
mod handled;
pub mod http_client;
mod mutating;
pub mod page;
mod protocol;
pub mod reply;
pub mod said;
pub mod signature;
pub mod xml;

pub use call::{Call, Caller, Content, Seen};
pub use error::{Answer, AwsError};
pub use handled::Handled;
pub use mutating::is_mutating;
pub use protocol::Protocol;
