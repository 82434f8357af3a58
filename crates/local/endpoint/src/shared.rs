//! What the handlers of requests share.

use std::sync::Arc;

use strata_local_cloud::Cloud;
use tokio::sync::Notify;

use crate::record::Record;
use crate::requests::Requests;

/// The endpoint.
pub struct Server {
    /// The services, and what they work with.
    pub cloud: Arc<Cloud>,
    /// The log.
    pub requests: Requests,
    /// The record, where one is asked for.
    pub record: Option<Record>,
    /// Ends the program.
    pub stop: Arc<Notify>,
}
