//! The document: what the person wrote (`pipeline`, the wish) and one section per layer (what is).
//!
//! `wish/` holds the types of what is asked for beside the layers, `layers/` one module for each layer: its wish, its section,
//! what it needs and what it demands.
//! [`read`] turns the text of one or more documents into one [`Document`]; [`Document::print`] is its inverse.
//! The JSON Schema beside this crate (`document.schema.json`) is generated from these types.

pub mod dag;
pub mod demand;
pub mod envs;
mod envs_schema;
mod error;
pub mod layers;
mod merge;
mod names;
mod near;
pub mod policy;
mod read;
mod regions;
pub mod roles;
pub mod section;
pub mod spec;
mod strict;
pub mod wish;
pub mod workflow;

pub use error::Error;
pub use names::Kind;
pub use read::{VERSION, read, read_for};
pub use regions::region_problem;
pub use spec::Spec;

use layers::with_layers;
use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

macro_rules! document {
    ($($layer:ident)*) => {
        /// One document. Sections that this version does not know survive in `unknown`, byte for byte in meaning.
        #[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
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
            $(
                #[doc = concat!("What `", stringify!($layer), "` made.")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $layer: Option<layers::$layer::Section>,
            )*
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
                let unknown = BTreeMap::new();
                Self { schema: None, version: VERSION, pipeline, target: None, $($layer: None,)* failed: None, unknown }
            }

            /// Whether the section of this layer is there.
            #[must_use]
            pub fn has(&self, layer: &str) -> bool {
                match layer {
                    $(stringify!($layer) => self.$layer.is_some(),)*
                    _ => false,
                }
            }

            /// Take out the section of this layer.
            pub fn clear(&mut self, layer: &str) {
                match layer {
                    $(stringify!($layer) => self.$layer = None,)*
                    _ => {}
                }
            }

            /// Write the section of this layer, if it is there.
            fn section<M: SerializeMap>(&self, layer: &str, map: &mut M) -> Result<(), M::Error> {
                match layer {
                    $(stringify!($layer) => match &self.$layer {
                        Some(section) => map.serialize_entry(layer, section),
                        None => Ok(()),
                    },)*
                    _ => Ok(()),
                }
            }
        }
    };
}
with_layers!(document);

/// The sections stand in the order in which `up` makes them.
impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(schema) = &self.schema {
            map.serialize_entry("$schema", schema)?;
        }
        map.serialize_entry("version", &self.version)?;
        map.serialize_entry("pipeline", &self.pipeline)?;
        if let Some(target) = &self.target {
            map.serialize_entry("target", target)?;
        }
        for layer in layers::all() {
            self.section(layer.name, &mut map)?;
        }
        if let Some(failed) = &self.failed {
            map.serialize_entry("failed", failed)?;
        }
        for (name, section) in &self.unknown {
            map.serialize_entry(name, section)?;
        }
        map.end()
    }
}

impl Document {
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
