//! What a wish for a catalog must hold to.

use crate::wish::{Pipeline, words};

/// Everything that is wrong with it, one sentence each.
pub(crate) fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let catalog = pipeline.catalog();
    let database = catalog.database.to_lowercase().replace('-', "_");
    words::word(found, "pipeline.catalog.database", &catalog.database);
    words::column(found, "pipeline.catalog.database", &database);
    if catalog.scan_limit_bytes < 10_000_000 {
        found.push("pipeline.catalog.scan_limit_bytes: AWS requires 10,000,000 at least".into());
    }
}
