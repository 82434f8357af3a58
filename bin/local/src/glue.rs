//! What moto lacks of Glue.

use std::sync::Arc;

use crate::call::{Answer, Call};
use crate::world::World;

/// The store of this service.
#[derive(Default)]
pub(crate) struct Glue {}

impl Glue {
    /// Forgets everything.
    pub(crate) fn reset(&self) {}
}

/// Answers a call, or leaves it to moto.
pub(crate) async fn handle(_world: &Arc<World>, _call: &Call) -> Option<Answer> {
    None
}
