//! The document as a type: the wish, and a section for each layer.

use crate::each_layer::with_layers;
use crate::section;
use crate::wish::Pipeline;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::ser::SerializeMap;
use std::collections::BTreeMap;

/// The newest version of the document that this program reads, and the one it writes.
pub const VERSION: u32 = 1;

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
            pub pipeline: Pipeline,
            /// The account and region that the sections below belong to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub target: Option<section::Target>,
            $(
                #[doc = concat!("What `", stringify!($layer), "` made.")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $layer: Option<crate::layers::$layer::Section>,
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
            pub fn new(pipeline: Pipeline) -> Self {
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
            pub(crate) fn section<M: SerializeMap>(&self, layer: &str, map: &mut M) -> Result<(), M::Error> {
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
