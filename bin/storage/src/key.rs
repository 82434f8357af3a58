//! The pipeline's key in KMS, which the layer `keys` has made.

use serde_json::Value;
use strata_layer::{Context, Promise};
use strata_state::Document;

/// The section that the key is in.
pub(crate) const SECTION: &str = "keys";

/// Its ARN.
pub(crate) fn arn(cx: &Context) -> Promise {
    Promise::of(of(&cx.doc).map(str::to_owned), SECTION)
}

/// Its ARN in a document.
pub(crate) fn of(doc: &Document) -> Option<&str> {
    doc.unknown.get(SECTION)?.get("arn").and_then(Value::as_str)
}
