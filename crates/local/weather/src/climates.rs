//! The climates of all services of this endpoint.

use serde_json::Value;
use strata_local_wire::{AwsError, Seen};

use crate::climate::{Climate, error};
use crate::draw::{number, pick};
use crate::fault::Kind;
use crate::planes::PLANES;

/// By signing name.
#[derive(Debug)]
pub(crate) struct Climates(Vec<(&'static str, Climate)>);

impl Climates {
    /// Those of the services, and of the control planes.
    pub(crate) fn new(services: &[(&'static str, Climate)]) -> Self {
        Self(services.iter().chain(&PLANES).copied().collect())
    }

    /// The climate of a service.
    pub(crate) fn of(&self, service: &str) -> Climate {
        self.0.iter().find(|(name, _)| *name == service).map_or(Climate::PLAIN, |(_, climate)| *climate)
    }

    /// AWS's error for a call that it cannot serve now.
    pub(crate) fn error(&self, kind: Kind, call: &Seen, seed: u64, nth: u64) -> AwsError {
        let climate = self.of(call.service);
        let throttled = kind == Kind::Throttle;
        let words = if throttled {
            (climate.throttled)(call.operation)
        } else {
            pick(number(seed, &["error", call.service, call.operation], nth), climate.failures)
        };
        let error = error(words);
        match (climate.members)(&error.message, throttled) {
            Value::Null => error,
            members => error.with_members(members),
        }
    }
}
