//! What is to be made, and what can be wrong with that wish.

use std::num::NonZeroUsize;

use chrono::NaiveDate;

/// What a generator makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Number of records; none is allowed and makes the header alone.
    pub rows: u64,
    /// Another seed makes other people.
    pub seed: u64,
    /// The day of the batch. No person is born, and nothing is accessed, on or after it.
    pub date: NaiveDate,
    /// Whose names and places: one of [`crate::known_locales`].
    pub locale: String,
    /// First load: each record was accessed at its own moment of the year before `date`.
    /// Otherwise all records carry one moment of the day before.
    pub history: bool,
    /// Threads to work with; as many as the machine has when not given. Never changes the bytes.
    pub threads: Option<NonZeroUsize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rows: 1000,
            seed: 0,
            date: NaiveDate::default(),
            locale: "ro_RO".to_owned(),
            history: false,
            threads: None,
        }
    }
}

/// Options that cannot be served.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// No table of names for this locale.
    #[error("choosing the locale: `{asked}` is not known; known are {}", .known.join(", "))]
    UnknownLocale {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<&'static str>,
    },
    /// A personal number cannot say when these people were born.
    #[error(
        "choosing the date: {0} is out of range; give a day from 1915-01-01 to 2099-12-31, because personal numbers know birth dates from 1800 to 2099"
    )]
    DateOutOfRange(NaiveDate),
}
