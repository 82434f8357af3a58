//! The spec of one transform: what a job needs to know, as one JSON object in the bucket. `storage` writes it, and two readers
//! run it alike: the program `transform`, here and in AWS, and `scripts/glue/strata_transform.py` on Spark.

use crate::wish::{Column, Format, Pipeline, Table, Transform};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strata_slices::{Grain, Input, Layout};

/// One transform with its tables, all places as `s3://bucket/key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// The transform's name.
    pub name: String,
    /// Where the SQL file is.
    pub sql: String,
    /// The tables it reads, by the name that the SQL uses.
    pub reads: BTreeMap<String, Place>,
    /// The table it makes.
    pub writes: Place,
    /// Prefix for the rows of CSV input that break the schema, with a slash at the end.
    pub rejects: String,
    /// How large one day's input is, in GB: what the job was chosen by (`jobs.day_gb`).
    #[serde(default)]
    pub day_gb: f64,
}

/// One table and where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Prefix of its files, `s3://bucket/path/`.
    pub path: String,
    /// File format.
    pub format: Format,
    /// How large a slice is.
    #[serde(default, skip_serializing_if = "Grain::is_default")]
    pub grain: Grain,
    /// The rule by which its files are found, where it is not `dated`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    /// Names of its files, with the grain's placeholder and, for some rules, `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Name of the folder column that holds the slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Columns that together differ between any two rows of a slice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
}

impl Place {
    fn new(table: &Table, bucket: &str) -> Self {
        Self {
            path: format!("s3://{bucket}/{}", table.path),
            format: table.format,
            grain: table.grain,
            input: Some(table.input()).filter(|rule| table.file.is_some() && *rule != Input::Dated),
            file: table.file.clone(),
            partition: table.partition.clone(),
            columns: table.columns.clone(),
            key: table.key.clone(),
        }
    }

    /// Where its slices are below its path.
    #[must_use]
    pub fn layout(&self) -> Layout<'_> {
        let (file, partition) = (self.file.as_deref(), self.partition.as_deref());
        Layout { grain: self.grain, input: self.input.unwrap_or(Input::Dated), file, partition }
    }
}

impl Spec {
    /// The spec of `transform` with its data in `bucket`. None when a table is missing from the wish, which
    /// [`crate::read`] refuses.
    #[must_use]
    pub fn new(pipeline: &Pipeline, transform: &Transform, bucket: &str) -> Option<Self> {
        let place = |name: &String| pipeline.tables.get(name).map(|table| Place::new(table, bucket));
        Some(Self {
            name: transform.name.clone(),
            sql: format!("s3://{bucket}/{}", Self::sql_key(transform)),
            reads: transform.reads.iter().map(|name| Some((name.clone(), place(name)?))).collect::<Option<_>>()?,
            writes: place(&transform.writes)?,
            rejects: format!("s3://{bucket}/data/rejected/{}/", transform.name),
            day_gb: pipeline.jobs().day_gb,
        })
    }

    /// Key of the SQL file in the bucket.
    #[must_use]
    pub fn sql_key(transform: &Transform) -> String {
        if transform.sql.starts_with("sql/") { transform.sql.clone() } else { format!("sql/{}", transform.sql) }
    }

    /// Key of the spec itself in the bucket.
    #[must_use]
    pub fn key(transform: &Transform) -> String {
        format!("scripts/transforms/{}.json", transform.name)
    }

    /// The spec as the text that is uploaded.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn print(&self) -> Result<String, crate::Error> {
        let mut text = serde_json::to_string_pretty(self).map_err(crate::Error::Print)?;
        text.push('\n');
        Ok(text)
    }
}

/// Key of the script that starts the program `transform` in AWS.
pub const RUN_KEY: &str = "scripts/glue/run_transform.py";
/// Key of the script that runs a spec on Spark.
pub const SPARK_KEY: &str = "scripts/glue/strata_transform.py";
/// Keys of the scripts that run specs.
pub const SCRIPT_KEYS: [&str; 2] = [RUN_KEY, SPARK_KEY];
