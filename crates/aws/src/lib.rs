//! Talking to AWS: configuration, account, tags, error text, what may be tried again, and the one waiter.

mod dns;
mod error;
mod failure;
pub mod keys;
mod reads;
mod remedy;
mod session;
pub mod tags;
pub mod trace;
mod wait;

pub use dns::is_unknown_host;
pub use error::{During, Error, Exit};
pub use failure::Failure;
pub use session::{Options, Session, UNKNOWN_ACCOUNT, config};
/// Ctrl-C: the first one lets calls in flight finish and starts nothing new; a second one stops at once.
pub use tokio_util::sync::CancellationToken as Cancel;
pub use wait::{Pace, Poll, Waiting, wait};
