//! What each layer says of its drift; the build script finds the files.

use super::bench::{Bench, Thing};
use super::extras::{Extra, Tags};
use super::ways::Way;

include!(concat!(env!("OUT_DIR"), "/drifts.rs"));

/// Changes of one layer's things from outside.
#[derive(Clone, Copy)]
pub(crate) struct Drift {
    /// The way of one property of a kind; a property without one fails the test.
    pub(crate) way: fn(kind: &str, field: &str) -> Option<Way>,
    /// Whether a kind has tags; a kind without an answer fails the test.
    pub(crate) tags: fn(kind: &str) -> Option<Tags>,
    /// Set (`Some`) or take away (`None`) one tag of a thing.
    pub(crate) tag: fn(&Bench, &Thing, &str, Option<&str>),
    /// Take a thing away whole; false where it is not a thing that can go alone.
    pub(crate) take_away: fn(&Bench, &Thing) -> bool,
    /// What is added from outside.
    pub(crate) extras: &'static [Extra],
}

/// What the layer `name` says, where it has a file of its own.
pub(crate) fn of(name: &str) -> Option<Drift> {
    DRIFTS.iter().find(|(layer, _)| *layer == name).map(|(_, drift)| *drift)
}
