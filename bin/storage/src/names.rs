//! What each bucket shall be called, by its id.

use std::collections::BTreeMap;
use strata_layer::Context;

/// The buckets that are asked for.
pub(crate) fn wished(cx: &Context) -> BTreeMap<String, String> {
    let ids = cx.doc.pipeline.storage().all().into_keys();
    ids.map(|id| (id.to_owned(), cx.bucket_of(id))).collect()
}
