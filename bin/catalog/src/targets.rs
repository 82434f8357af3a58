//! What a crawler crawls: one folder, or what a change from outside made of it.

use aws_sdk_glue::types::{CrawlerTargets, S3Target};
use serde::Serialize;

/// What a crawler crawls.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Target {
    /// A folder in S3.
    Folder(String),
    /// A folder in S3 without some of it.
    Part { path: String, without: Vec<String> },
    /// So many that are not in S3.
    Elsewhere { not_in_s3: usize },
    /// Another number than one of these.
    Several(Vec<Self>),
}

impl Default for Target {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl From<&S3Target> for Target {
    fn from(target: &S3Target) -> Self {
        let path = target.path().unwrap_or_default().to_owned();
        match target.exclusions() {
            [] => Self::Folder(path),
            exclusions => Self::Part { path, without: exclusions.to_vec() },
        }
    }
}

impl From<&CrawlerTargets> for Target {
    fn from(targets: &CrawlerTargets) -> Self {
        let mut all: Vec<Self> = targets.s3_targets().iter().map(Self::from).collect();
        let elsewhere = [
            targets.jdbc_targets().len(),
            targets.mongo_db_targets().len(),
            targets.dynamo_db_targets().len(),
            targets.catalog_targets().len(),
            targets.delta_targets().len(),
            targets.iceberg_targets().len(),
            targets.hudi_targets().len(),
        ];
        let not_in_s3: usize = elsewhere.iter().sum();
        all.extend((not_in_s3 > 0).then_some(Self::Elsewhere { not_in_s3 }));
        if all.len() == 1 { all.remove(0) } else { Self::Several(all) }
    }
}

/// A folder as calls take it, with the number of files to look at; 0 for all.
pub(crate) fn one_folder(target: &Target, sample: i32) -> CrawlerTargets {
    let path = match target {
        Target::Folder(path) | Target::Part { path, .. } => Some(path.clone()),
        Target::Elsewhere { .. } | Target::Several(_) => None,
    };
    let target = S3Target::builder().set_path(path).set_sample_size((sample > 0).then_some(sample));
    CrawlerTargets::builder().s3_targets(target.build()).build()
}
