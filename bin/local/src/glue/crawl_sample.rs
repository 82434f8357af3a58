//! `SampleSize` of a target: so many files of a folder are read, and the others are taken to be like them.

use super::crawl_table::Schema;
use std::collections::BTreeMap;

/// What was read, by folder.
pub(super) struct Samples {
    most: u64,
    read: BTreeMap<Vec<String>, Sample>,
}

struct Sample {
    files: u64,
    size: u64,
    schema: Schema,
}

impl Samples {
    pub(super) fn new(most: Option<u64>) -> Self {
        Self { most: most.unwrap_or(u64::MAX), read: BTreeMap::new() }
    }

    /// The schema of a file that need not be read, with rows by its size.
    pub(super) fn guess(&self, folder: &[String], size: u64) -> Option<Schema> {
        let sample = self.read.get(folder).filter(|sample| sample.files >= self.most)?;
        let rows = u128::from(sample.schema.rows) * u128::from(size) / u128::from(sample.size.max(1));
        Some(Schema { rows: u64::try_from(rows).unwrap_or(u64::MAX), ..sample.schema.clone() })
    }

    /// Remember a file that was read.
    pub(super) fn keep(&mut self, folder: &[String], size: u64, schema: Schema) -> Schema {
        let first = || Sample { files: 0, size, schema: schema.clone() };
        self.read.entry(folder.to_vec()).or_insert_with(first).files += 1;
        schema
    }
}
