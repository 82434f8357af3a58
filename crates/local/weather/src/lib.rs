//! Weather: what AWS does to its callers on a bad day, on request. Calls that fail before or after their work, answers
//! that are lost, throttling, and everything that takes its time: new ids, tags, roles, gateways, environments.
//!
//! Without weather the endpoint is what it is. With a seed, the same seed is the same weather: what happens to a call
//! depends on the seed, the operation, and how many calls of that operation there have been, and on nothing else.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use strata_local_wire::{Seen, is_mutating};

mod climate;
mod climates;
mod draw;
mod fault;
mod hold;
mod planes;
mod random;
mod settings;
mod strike;
mod windows;

use climates::Climates;
use windows::Windows;

pub use climate::{Climate, NewRole, Words};
pub use fault::Kind;
pub use hold::{Counted, Held};
pub use settings::{Error, Settings};
pub use strike::Strike;
pub use windows::operation_aborted;

/// A strike that happened.
#[derive(Debug, Serialize)]
struct Struck {
    n: u64,
    service: String,
    operation: String,
    kind: &'static str,
}

/// The weather over this endpoint.
pub struct Weather {
    climates: Climates,
    sky: Mutex<Sky>,
    held: hold::Holds,
    under_way: hold::Count,
}

impl std::fmt::Debug for Weather {
    fn fmt(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        form.write_str("Weather")
    }
}

#[derive(Default)]
struct Sky {
    settings: Settings,
    calls: u64,
    mutating: u64,
    /// Calls of each operation.
    seen: HashMap<(String, String), Tally>,
    /// Which of the faults have struck.
    spent: Vec<bool>,
    struck: Vec<Struck>,
    /// What takes its time; nothing does without a seed.
    windows: Option<Windows>,
}

/// The calls of one operation.
#[derive(Default)]
struct Tally {
    calls: u64,
    /// How many of the last ones in a row were struck.
    streak: u32,
}

impl Weather {
    /// None yet, over services with these climates.
    pub fn new(services: &[(&'static str, Climate)]) -> Self {
        let (sky, held, under_way) = Default::default();
        Self { climates: Climates::new(services), sky, held, under_way }
    }

    /// Replaces the weather: counters start again, held calls are let go.
    pub fn set(&self, settings: Settings) {
        let spent = vec![false; settings.faults.len()];
        let windows = settings.seed.filter(|_| settings.windows).map(|seed| Windows::new(seed, settings.minute_ms));
        self.with(|sky| *sky = Sky { settings, spent, windows, ..Sky::default() });
        self.held.release();
    }

    /// Forgets what happened to things: there are none any more.
    pub fn forget(&self) {
        self.with(|sky| sky.windows.iter_mut().for_each(Windows::forget));
    }

    /// Counts a call and says what strikes it.
    pub fn meet(&self, call: &Seen) -> Option<Strike> {
        self.with(|sky| sky.meet(call, &self.climates))
    }

    /// Headers that tell moto what takes its time, in seconds.
    pub fn slow(&self, call: &Seen) -> Vec<(&'static str, f64)> {
        self.with(|sky| sky.windows.as_mut().map(|windows| windows.slow(call)).unwrap_or_default())
    }

    /// How long each call is on its way.
    pub fn latency(&self) -> Duration {
        self.with(|sky| Duration::from_millis(sky.settings.latency_ms))
    }

    /// Whether anything takes its time.
    pub fn has_windows(&self) -> bool {
        self.with(|sky| sky.windows.is_some())
    }

    /// Learns from a call that succeeded. The answer as AWS would give it now, where that is another one.
    pub fn learn(&self, call: &Seen, answer: &str) -> Option<String> {
        self.with(|sky| sky.windows.as_mut()?.learn(call, answer))
    }

    /// How long something lasts this time, between so many minutes of AWS; `None` where nothing takes its time.
    pub fn lasts(&self, topic: &str, low: f64, high: f64) -> Option<Duration> {
        self.with(|sky| Some(sky.windows.as_mut()?.lasts(topic, low, high)))
    }

    /// True with the given percentage.
    pub fn happens(&self, topic: &str, percent: u64) -> bool {
        self.with(|sky| sky.windows.as_mut().is_some_and(|windows| windows.happens(topic, percent)))
    }

    /// Whether new Airflow environments are to fail.
    pub fn fails_environments(&self) -> bool {
        self.with(|sky| sky.settings.mwaa == Some(settings::Mwaa::CreateFailed))
    }

    /// Remembers what struck the call with that number in the log.
    pub fn note(&self, n: u64, service: &str, operation: &str, kind: &'static str) {
        let struck = Struck { n, service: service.to_string(), operation: operation.to_string(), kind };
        self.with(|sky| sky.struck.push(struck));
    }

    /// Holds a call: it counts as held until the guard goes.
    pub fn hold(&self) -> Held {
        self.held.hold()
    }

    /// Counts a call as under way until the guard goes: who has killed a program waits until what it had asked for is done.
    pub fn work(&self) -> Counted {
        self.under_way.one()
    }

    /// The settings.
    pub fn settings(&self) -> Value {
        self.with(|sky| json!(sky.settings))
    }

    /// What there has been since it was set.
    pub fn report(&self) -> Value {
        let (held, under_way) = (self.held.count(), self.under_way.now());
        self.with(|sky| {
            json!({
                "weather": sky.settings,
                "mutating": sky.mutating,
                "calls": sky.calls,
                "held": held,
                "under_way": under_way,
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
    fn meet(&mut self, call: &Seen, climates: &Climates) -> Option<Strike> {
        self.calls += 1;
        let mutating = is_mutating(call.service, call.operation);
        self.mutating += u64::from(mutating);
        let tally = self.seen.entry((call.service.to_string(), call.operation.to_string())).or_default();
        tally.calls += 1;
        let (nth, streak) = (tally.calls, tally.streak);
        let count = if mutating { self.mutating } else { 0 };
        let due = |(fault, spent): (&fault::Fault, &bool)| !spent && fault.hits(call, nth, count);
        let seed = self.settings.seed;
        let strike = match self.settings.faults.iter().zip(&self.spent).position(due) {
            Some(asked) => {
                self.spent[asked] = true;
                Some(self.settings.faults[asked].strike(call, climates, seed.unwrap_or_default(), nth))
            }
            None => {
                let seed = seed.filter(|_| self.settings.strikes);
                seed.and_then(|seed| random::strike(call, climates, random::Nth { seed, nth, mutating, streak }))
            }
        };
        tally.streak = if strike.is_some() { streak + 1 } else { 0 };
        strike.or_else(|| self.windows.as_mut()?.refuse(call, climates))
    }
}
