//! What the cross-program tests share: the endpoint, the binaries, a Python to check them with, a proxy that dies, and
//! a look at everything that exists.
//!
//! These helpers panic: they run in tests, where a panic is the report.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

mod endpoint;
mod eventually;
mod http;
mod other;
mod program;
mod proxy;
mod python;
mod sample;
mod sockets;
mod weather;
pub mod world;

pub use endpoint::Endpoint;
pub use eventually::eventually;
pub use other::OtherEmulator;
pub use program::{Output, bin, repository, run, run_in};
pub use proxy::DyingProxy;
pub use python::{python, python_of};
pub use sample::Sample;
pub use sockets::{connections, listening};
pub use world::World;
