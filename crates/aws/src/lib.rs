//! Talking to AWS: configuration, account, tags, error text, what may be tried again, and the one waiter.

mod cancel;
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

pub use cancel::Cancel;
pub use dns::is_unknown_host;
pub use error::{During, Error, Exit};
pub use failure::Failure;
pub use session::{Options, Session, UNKNOWN_ACCOUNT};
pub use wait::{Pace, Poll, Waiting, wait};
