//! What each bucket is called, by its id.

use crate::bucket::Bucket;
use std::collections::BTreeMap;
use strata_layer::Context;

/// The buckets that are asked for.
pub(crate) fn wished(cx: &Context) -> BTreeMap<String, String> {
    let ids = cx.doc.pipeline.storage().all().into_keys();
    ids.map(|id| (id.to_owned(), cx.bucket_of(id))).collect()
}

/// The same as they are called now: those that were found, else those of the document, else as they will be.
pub(crate) fn now(cx: &Context) -> BTreeMap<String, String> {
    let mut names = wished(cx);
    let document = cx.doc.storage.iter().flat_map(|section| section.names());
    let document = document.map(|(id, name)| (id.to_owned(), name.to_owned()));
    let found = cx.observed::<Bucket>().into_iter().map(|bucket| (bucket.id, bucket.physical));
    for (id, name) in document.chain(found) {
        if let Some(known) = names.get_mut(&id) {
            *known = name;
        }
    }
    names
}
