//! Weather: what AWS does to its callers on a bad day, on request. Calls that fail before or after their work, answers
//! that are lost, throttling, and everything that takes its time: new ids, tags, roles, gateways, environments.
//!
//! Without weather the endpoint is what it is. With a seed, the same seed is the same weather: what happens to a call
//! depends on the seed, the operation, and how many calls of that operation there have been, and on nothing else.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

use crate::call::AwsError;
use crate::requests::is_mutating;

mod draw;
mod errors;
mod fault;
mod hold;
mod settings;

pub(crate) use fault::Kind;
pub(crate) use hold::Held;
pub(crate) use settings::Settings;

/// A call as the weather sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// The signing name of the service.
    pub service: &'a str,
    /// The operation as AWS names it.
    pub operation: &'a str,
    /// The path of the request.
    pub path: &'a str,
    /// The parameters; empty where the body is an object.
    pub body: &'a [u8],
}

/// What happens to a call.
#[derive(Debug, Clone)]
pub(crate) struct Strike {
    /// How, in the words of the settings: `lost`.
    pub name: &'static str,
    /// What is done about it.
    pub kind: Kind,
    /// What is answered, where an error is.
    pub error: AwsError,
}

/// A strike that happened.
#[derive(Debug, Serialize)]
struct Struck {
    n: u64,
    service: String,
    operation: String,
    kind: &'static str,
}

/// The weather over this endpoint.
#[derive(Default)]
pub(crate) struct Weather {
    sky: Mutex<Sky>,
    held: hold::Holds,
}

#[derive(Default)]
struct Sky {
    settings: Settings,
    calls: u64,
    mutating: u64,
    /// Calls of each operation.
    seen: HashMap<(String, String), u64>,
    /// Which of the faults have struck.
    spent: Vec<bool>,
    struck: Vec<Struck>,
}

impl Weather {
    /// Replaces the weather: counters start again, held calls are let go.
    pub(crate) fn set(&self, settings: Settings) {
        let spent = vec![false; settings.faults.len()];
        self.with(|sky| *sky = Sky { settings, spent, ..Sky::default() });
        self.held.release();
    }

    /// Counts a call and says what strikes it.
    pub(crate) fn meet(&self, call: &Seen) -> Option<Strike> {
        self.with(|sky| sky.meet(call))
    }

    /// Remembers what struck the call with that number in the log.
    pub(crate) fn note(&self, n: u64, service: &str, operation: &str, kind: &'static str) {
        let struck = Struck { n, service: service.to_string(), operation: operation.to_string(), kind };
        self.with(|sky| sky.struck.push(struck));
    }

    /// Holds a call: it counts as held until the guard goes.
    pub(crate) fn hold(&self) -> Held {
        self.held.hold()
    }

    /// The settings.
    pub(crate) fn settings(&self) -> Value {
        self.with(|sky| json!(sky.settings))
    }

    /// What there has been since it was set.
    pub(crate) fn report(&self) -> Value {
        let held = self.held.count();
        self.with(|sky| {
            json!({
                "weather": sky.settings,
                "mutating": sky.mutating,
                "calls": sky.calls,
                "held": held,
                "struck": sky.struck,
            })
        })
    }

    /// Works on the state; never across an await.
    fn with<T>(&self, work: impl FnOnce(&mut Sky) -> T) -> T {
        work(&mut self.sky.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sky {
    fn meet(&mut self, call: &Seen) -> Option<Strike> {
        self.calls += 1;
        let mutating = is_mutating(call.service, call.operation);
        self.mutating += u64::from(mutating);
        let nth = self.seen.entry((call.service.to_string(), call.operation.to_string())).or_default();
        *nth += 1;
        let nth = *nth;
        let count = if mutating { self.mutating } else { 0 };
        let due = |(fault, spent): (&fault::Fault, &bool)| !spent && fault.hits(call, nth, count);
        let asked = self.settings.faults.iter().zip(&self.spent).position(due)?;
        self.spent[asked] = true;
        Some(self.settings.faults[asked].strike(call, self.settings.seed.unwrap_or_default(), nth))
    }
}
