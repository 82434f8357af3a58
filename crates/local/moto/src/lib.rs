//! moto, which holds the state of the control planes that this endpoint does not do itself: its process with patches
//! for what it gets wrong (`python/`, one topic a file), its virtual environment, and the client by which it is asked.

mod client;
mod error;
mod forward;
mod launcher;
mod services;
pub mod venv;

pub use client::{Moto, Started};
pub use error::Error;
pub use launcher::{Process, Up};
pub use services::SERVICES;
