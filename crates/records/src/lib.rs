//! Pure record generators for `datagen`: no files, no network, no clock.
//!
//! The same options make the same bytes, at any number of threads. Rows are made in blocks; each block has its own
//! random numbers, keyed by seed, date, mode and locale, so that blocks can be made side by side and still be right.
//!
//! ```
//! use strata_records::{Generator, Options};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let date = "2024-09-15".parse()?;
//! let generator = Generator::new(Options { rows: 10, seed: 1, date, ..Options::default() })?;
//! let mut csv = Vec::new();
//! let stats = generator.write(&mut csv)?;
//! assert_eq!(stats.rows, 10);
//! # Ok(())
//! # }
//! ```

mod birth;
mod blocks;
mod cnp;
mod columns;
mod country;
mod digits;
mod fields;
mod generator;
mod iban;
mod line;
mod locale;
mod network;
mod options;
mod person;
mod random;
mod recipe;
mod record;
mod turns;

pub use blocks::Block;
pub use columns::{Columns, KINDS, Kind};
pub use fields::COLUMNS;
pub use generator::{Generator, Stats};
pub use locale::known as known_locales;
pub use options::{Error, Options};
