//! `SampleSize` of a target: so many files of a folder are read, and the others are taken to be like them.

use crate::crawl_table::Schema;
use std::collections::BTreeMap;

/// What is read, by folder.
pub(crate) struct Samples {
    most: u64,
    folders: BTreeMap<Vec<String>, Sample>,
}

#[derive(Default)]
struct Sample {
    files: u64,
    /// Size and schema of the first file that was read.
    read: Option<(u64, Schema)>,
}

impl Samples {
    pub(crate) fn new(most: Option<u64>) -> Self {
        Self { most: most.unwrap_or(u64::MAX), folders: BTreeMap::new() }
    }

    /// Whether the next file of this folder has to be read.
    pub(crate) fn wants(&mut self, folder: &[String]) -> bool {
        let sample = self.folders.entry(folder.to_vec()).or_default();
        sample.files += 1;
        sample.files <= self.most
    }

    /// Remember a file that was read.
    pub(crate) fn keep(&mut self, folder: &[String], size: u64, schema: &Schema) {
        let sample = self.folders.entry(folder.to_vec()).or_default();
        sample.read.get_or_insert_with(|| (size, schema.clone()));
    }

    /// The schema of a file that was not read, with rows by its size.
    pub(crate) fn guess(&self, folder: &[String], size: u64) -> Schema {
        let Some((read, schema)) = self.folders.get(folder).and_then(|sample| sample.read.as_ref()) else {
            return Schema::unknown();
        };
        let rows = u128::from(schema.rows) * u128::from(size) / u128::from((*read).max(1));
        Schema { rows: u64::try_from(rows).unwrap_or(u64::MAX), ..schema.clone() }
    }
}
