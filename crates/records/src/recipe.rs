//! How the records of one file are made: from options to dates, random numbers and a locale.

use chrono::{Months, NaiveDate};

use crate::birth::Births;
use crate::columns::Gather;
use crate::locale::{Locale, load};
use crate::options::{Error, Options};
use crate::random::{Key, Random};
use crate::record::{Accessed, Common, DAY_SECONDS, Moment};

const OLDEST_YEARS: u32 = 115;

/// How the records of one file are made.
pub(crate) struct Recipe {
    locale: Box<dyn Locale>,
    key: Key,
    common: Common,
}

impl Recipe {
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let locale = load(&options.locale)?;
        let out_of_range = || Error::DateOutOfRange(options.date);
        let back = |months| options.date.checked_sub_months(Months::new(months)).ok_or_else(out_of_range);
        let first_birth = back(OLDEST_YEARS * 12)?;
        let earliest = NaiveDate::from_ymd_opt(1800, 1, 1).ok_or_else(out_of_range)?;
        let latest = NaiveDate::from_ymd_opt(2099, 12, 31).ok_or_else(out_of_range)?;
        if first_birth < earliest || options.date > latest {
            return Err(out_of_range());
        }
        let days_since = |first: NaiveDate| options.date.signed_duration_since(first).num_days().unsigned_abs();
        let mode = if options.history { "history" } else { "daily" };
        let key = Key::new(
            options.seed,
            chrono::Datelike::num_days_from_ce(&options.date),
            &format!("{mode} {}", options.locale),
        );
        let accessed = if options.history {
            let first = back(12)?;
            Accessed::Within { first, days: days_since(first) }
        } else {
            let day_before = options.date.pred_opt().ok_or_else(out_of_range)?;
            // Not one of the blocks' streams: those count from 0.
            let second = Random::new(key, u64::MAX).below(DAY_SECONDS);
            Accessed::At(Moment::new(day_before, second as u32))
        };
        let births = Births::new(first_birth, days_since(first_birth) as u32);
        Ok(Self { locale, key, common: Common { births, accessed } })
    }

    /// Makes the rows of block number `index`.
    pub(crate) fn lines(&self, index: u64, rows: u64, out: &mut Vec<u8>) {
        let mut random = Random::new(self.key, index);
        self.locale.lines(&self.common, &mut random, rows, out);
    }

    /// The same rows, as columns.
    pub(crate) fn columns(&self, index: u64, rows: u64, out: &mut Gather) {
        let mut random = Random::new(self.key, index);
        self.locale.columns(&self.common, &mut random, rows, out);
    }
}
