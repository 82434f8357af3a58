//! What services keep for the next start of the endpoint.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::de::{Deserialize, Deserializer};

/// A word of a service's own, such as a state.
pub type Word = &'static str;

/// Reads a word: `#[serde(deserialize_with = "word")]`. The memory of a new one is never given back, and there are few.
///
/// # Errors
/// There is no text.
pub fn word<'de, D: Deserializer<'de>>(from: D) -> Result<Word, D::Error> {
    static KNOWN: Mutex<BTreeSet<Word>> = Mutex::new(BTreeSet::new());
    let text = String::deserialize(from)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(text.as_str()) {
        return Ok(found);
    }
    let new: Word = text.leak();
    known.insert(new);
    Ok(new)
}

/// What a service says of work that was under way when the endpoint ended.
pub const ENDED: &str = "Internal service failure: the local endpoint ended while this was under way";
