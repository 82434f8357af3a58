//! What takes its time in AWS, and until when: new ids, their tags, roles, keys, names of deleted buckets. Each thing has
//! windows of its own, drawn from the seed in minutes of AWS.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use strata_local_wire::Seen;

use crate::climates::Climates;
use crate::draw::{between, number};
use crate::strike::Strike;

mod bucket;
mod gateway;
mod key;
mod listing;
mod new_id;
mod role;
mod xml;

pub use bucket::operation_aborted;

/// All open windows.
pub(crate) struct Windows {
    seed: u64,
    minute: Duration,
    /// How often each topic was drawn.
    drawn: HashMap<String, u64>,
    ids: HashMap<String, new_id::NewId>,
    roles: HashMap<String, role::NewRole>,
    buckets: HashMap<String, Refusal>,
    keys: key::Keys,
}

/// What is refused for a while, and so many times even after that: a caller's own steps are not faster here than in AWS.
#[derive(Debug, Clone, Copy)]
struct Refusal {
    until: Instant,
    times: u64,
}

impl Refusal {
    /// Whether this call is refused.
    fn refuses(&mut self) -> bool {
        let late = Instant::now() >= self.until;
        if late && self.times == 0 {
            return false;
        }
        self.times -= u64::from(late);
        true
    }
}

impl Windows {
    /// None is open.
    pub(crate) fn new(seed: u64, minute_ms: u64) -> Self {
        let minute = Duration::from_millis(minute_ms);
        Self {
            seed,
            minute,
            drawn: HashMap::new(),
            ids: HashMap::new(),
            roles: HashMap::new(),
            buckets: HashMap::new(),
            keys: key::Keys::default(),
        }
    }

    /// Forgets all things, as the endpoint does.
    pub(crate) fn forget(&mut self) {
        self.ids.clear();
        self.roles.clear();
        self.buckets.clear();
        self.keys = key::Keys::default();
    }

    /// The next window about this topic, between so many minutes of AWS.
    pub(crate) fn lasts(&mut self, topic: &str, low: f64, high: f64) -> Duration {
        let number = self.draw(topic);
        self.minute.mul_f64(between(number >> 16, low, high))
    }

    /// True with the given percentage.
    pub(crate) fn happens(&mut self, topic: &str, percent: u64) -> bool {
        self.draw(topic) % 100 < percent
    }

    /// When a window ends that may be none at all.
    fn until(&mut self, topic: &str, percent: u64, low: f64, high: f64) -> Instant {
        Instant::now() + self.perhaps(topic, percent, low, high).unwrap_or_default()
    }

    fn perhaps(&mut self, topic: &str, percent: u64, low: f64, high: f64) -> Option<Duration> {
        self.happens(topic, percent).then(|| self.lasts(topic, low, high))
    }

    /// A refusal that may be none at all; it lasts between so many minutes, and then up to so many calls.
    fn refusal(&mut self, topic: &str, percent: u64, low: f64, high: f64, times: u64) -> Refusal {
        let lasts = self.perhaps(topic, percent, low, high);
        let times = lasts.map_or(0, |_| 1 + self.draw(topic) % times);
        Refusal { until: Instant::now() + lasts.unwrap_or_default(), times }
    }

    fn draw(&mut self, topic: &str) -> u64 {
        let nth = self.drawn.entry(topic.to_string()).or_default();
        *nth += 1;
        number(self.seed, &["window", topic], *nth)
    }

    /// What AWS answers instead of doing the work, because a window is open.
    pub(crate) fn refuse(&mut self, call: &Seen, climates: &Climates) -> Option<Strike> {
        match call.service {
            "ec2" => self.refuse_new_id(call),
            "s3" => self.refuse_bucket(call),
            "kms" => self.refuse_key(call).or_else(|| self.refuse_role(call, climates)),
            _ => self.refuse_role(call, climates),
        }
    }

    /// Learns from a call that succeeded, and changes its answer to what AWS would show already.
    pub(crate) fn learn(&mut self, call: &Seen, answer: &str) -> Option<String> {
        match call.service {
            "ec2" => {
                self.learn_new_id(call, answer);
                self.hide_new(call, answer)
            }
            "s3" => {
                self.learn_bucket(call);
                None
            }
            "iam" => {
                self.learn_role(call);
                None
            }
            "kms" => self.learn_key(call, answer),
            _ => None,
        }
    }
}
