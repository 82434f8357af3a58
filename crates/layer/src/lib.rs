//! The runner of every layer.
//!
//! A layer is a list of [`Part`]s, each a kind of AWS thing with what it needs. The runner surveys them all, compares
//! what is with what is asked for, and acts on the difference: forwards and in parallel for `up`, backwards for `down`.
//! `plan` and `status` are the same comparison without the acting.

// So that `props!` finds this crate from inside, too.
extern crate self as strata_layer;

mod change;
mod cli;
mod confirm;
mod context;
mod diff;
mod down;
mod erased;
mod exit;
mod input;
mod layer;
mod left;
mod lock;
pub mod log_groups;
pub mod log_stream;
mod lookup;
mod open;
mod part;
mod plan;
mod policy;
mod program;
mod promise;
mod props;
mod protect;
mod report;
mod resource;
mod run;
mod state;
mod status;
mod survey;
mod typed;
mod up;

pub use async_trait::async_trait;
pub use cli::{Global, LogFormat, NoVerbs};
pub use confirm::confirm;
pub use context::Context;
pub use input::document;
pub use layer::{Finding, Layer};
pub use open::begin_trace;
pub use part::Part;
pub use program::Program;
pub use promise::Promise;
pub use props::Props;
pub use protect::allow_removal;
pub use report::{Report, Step};
pub use resource::{Resource, part};
pub use run::{main, print_policy, with_document};
#[doc(hidden)]
pub use serde::{self, Serialize};
pub use state::{Holder, State};
pub use typed::{Desired, Observed};
