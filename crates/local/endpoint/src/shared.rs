//! What the handlers of requests share.

use std::sync::Arc;

use strata_local_cloud::Cloud;
use tokio::sync::Notify;

use crate::memory::Memory;
use crate::record::Record;
use crate::requests::Requests;

/// The endpoint.
pub struct Server {
    /// The services, and what they work with.
    pub cloud: Arc<Cloud>,
    /// The log.
    pub requests: Requests,
    /// What is kept for the next start.
    pub memory: Arc<Memory>,
    /// The record, where one is asked for.
    pub record: Option<Record>,
    /// Ends the program.
    pub stop: Arc<Notify>,
}
