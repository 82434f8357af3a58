//! What is: one section per layer. Only the layer of that name writes it.

mod airflow;
mod catalog;
mod failed;
mod iam;
mod jobs;
mod net;
mod storage;
mod target;

pub use airflow::Airflow;
pub use catalog::Catalog;
pub use failed::{Failed, Left};
pub use iam::Iam;
pub use jobs::{Job, Jobs};
pub use net::{Nat, Net};
pub use storage::Storage;
pub use target::Target;
