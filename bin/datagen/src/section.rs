//! What was uploaded, for the document.

use chrono::NaiveDate;
use serde_json::{Value, json};
use strata_layer::Context;
use strata_state::Document;
use strata_upload::Sent;

/// One file.
pub(crate) fn uploaded(key: &str, date: NaiveDate, rows: u64, sent: &Sent) -> Value {
    json!({ "key": key, "date": date, "rows": rows, "bytes": sent.bytes, "sha256": sent.sha256 })
}

/// The document with what was uploaded in its section `datagen`.
pub(crate) fn with_section(cx: &Context, mut uploaded: Vec<Value>) -> Document {
    let mut doc = cx.doc.clone();
    let section = if uploaded.len() == 1 { uploaded.remove(0) } else { json!({ "files": uploaded }) };
    doc.unknown.insert("datagen".into(), section);
    doc
}
