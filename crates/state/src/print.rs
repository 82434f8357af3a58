//! The document as text, and its JSON Schema.

use crate::{Document, Error, layers};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// The sections are in the order in which `up` makes them.
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

/// The JSON Schema of the document, as checked in with this crate.
///
/// # Errors
/// When the schema cannot be written as JSON.
pub fn schema() -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Document)).map_err(Error::Print)?;
    text.push('\n');
    Ok(text)
}
