//! The document: what the person wrote (`pipeline`, the wish) and one section per layer (what is).
//!
//! `wish/` holds the types of what is asked for, `section/` the types of what each layer reports.
//! [`read`] turns the text of one or more documents into one [`Document`]; [`Document::print`] is its inverse.
//! The JSON Schema beside this crate (`document.schema.json`) is generated from these types.

pub mod dag;
pub mod envs;
mod envs_schema;
mod error;
mod merge;
mod names;
mod near;
pub mod policy;
mod read;
pub mod section;
pub mod spec;
mod strict;
pub mod wish;
pub mod workflow;

pub use error::Error;
pub use names::{Kind, regions};
pub use read::{VERSION, read, read_for};
pub use spec::Spec;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One document. Sections that this version does not know survive in `unknown`, byte for byte in meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Where the JSON Schema of this document is, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The version of the document's shape; see [`VERSION`].
    pub version: u32,
    /// What the person asked for.
    pub pipeline: wish::Pipeline,
    /// The account and region that the sections below belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<section::Target>,
    /// What `net` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<section::Net>,
    /// What `iam` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam: Option<section::Iam>,
    /// What `storage` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<section::Storage>,
    /// What `catalog` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<section::Catalog>,
    /// What `jobs` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<section::Jobs>,
    /// What `airflow` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub airflow: Option<section::Airflow>,
    /// Why the chain stopped, if it did. Later programs pass such a document on and do nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<section::Failed>,
    /// Sections of programs that this version does not know.
    #[serde(flatten)]
    #[schemars(skip)]
    pub unknown: BTreeMap<String, serde_json::Value>,
}

impl Document {
    /// A document that holds only a wish.
    #[must_use]
    pub fn new(pipeline: wish::Pipeline) -> Self {
        Self {
            schema: None,
            version: VERSION,
            pipeline,
            target: None,
            net: None,
            iam: None,
            storage: None,
            catalog: None,
            jobs: None,
            airflow: None,
            failed: None,
            unknown: BTreeMap::new(),
        }
    }

    /// The document as text: indented JSON with a final newline. The same document is always the same bytes.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn print(&self) -> Result<String, Error> {
        let mut text = serde_json::to_string_pretty(self).map_err(Error::Print)?;
        text.push('\n');
        Ok(text)
    }
}

/// The JSON Schema of the document, as checked in beside this crate.
///
/// # Errors
/// When the schema cannot be written as JSON.
pub fn schema() -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Document)).map_err(Error::Print)?;
    text.push('\n');
    Ok(text)
}
