//! What a run did, in numbers.

use serde::Serialize;
use std::collections::BTreeMap;
use strata_slices::Slice;

/// What a run did, slice by slice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The transform.
    pub transform: String,
    /// The slices that were replaced, in order.
    pub slices: Vec<Replaced>,
}

/// What a run did with one slice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replaced {
    /// The slice.
    #[serde(serialize_with = "as_text")]
    pub slice: Slice,
    /// Rows in each input table, before any was rejected.
    pub rows_in: BTreeMap<String, u64>,
    /// Rows written.
    pub rows_out: u64,
    /// Rows of CSV input that were rejected.
    pub rejected: u64,
    /// How many rows for each reason.
    pub reasons: BTreeMap<String, u64>,
    /// SHA-256 of the file that was written, in hexadecimal digits.
    pub sha256: String,
}

fn as_text<S: serde::Serializer>(slice: &Slice, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(slice)
}

impl Report {
    /// Rows read over all slices, of the largest input of each.
    #[must_use]
    pub fn rows_in(&self) -> u64 {
        self.slices.iter().filter_map(|one| one.rows_in.values().max()).sum()
    }

    /// Rows written over all slices.
    #[must_use]
    pub fn rows_out(&self) -> u64 {
        self.slices.iter().map(|one| one.rows_out).sum()
    }

    /// Rows rejected over all slices.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.slices.iter().map(|one| one.rejected).sum()
    }

    /// How many rows for each reason, over all slices.
    #[must_use]
    pub fn reasons(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        for (reason, count) in self.slices.iter().flat_map(|one| &one.reasons) {
            *all.entry(reason.clone()).or_insert(0) += count;
        }
        all
    }
}
