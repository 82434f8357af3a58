//! What a run did, in numbers.

use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What a run did, day by day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The days, in order.
    pub days: Vec<Day>,
}

/// What a run did with one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// Rows in each input table, before any was set aside.
    pub rows_in: BTreeMap<String, u64>,
    /// Rows written.
    pub rows_out: u64,
    /// Rows of CSV input that were set aside.
    pub rejected: u64,
    /// How many rows for each reason.
    pub reasons: BTreeMap<String, u64>,
}

impl Report {
    /// The days that were replaced.
    #[must_use]
    pub fn dates(&self) -> Vec<NaiveDate> {
        self.days.iter().map(|day| day.date).collect()
    }

    /// Rows read over all days, of the largest input of each.
    #[must_use]
    pub fn rows_in(&self) -> u64 {
        self.days.iter().filter_map(|day| day.rows_in.values().max()).sum()
    }

    /// Rows written over all days.
    #[must_use]
    pub fn rows_out(&self) -> u64 {
        self.days.iter().map(|day| day.rows_out).sum()
    }

    /// Rows set aside over all days.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.days.iter().map(|day| day.rejected).sum()
    }

    /// How many rows for each reason, over all days.
    #[must_use]
    pub fn reasons(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for (reason, count) in self.days.iter().flat_map(|day| &day.reasons) {
            *all.entry(reason.clone()).or_insert(0) += count;
        }
        all
    }
}
