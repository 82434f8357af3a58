//! Which engine runs what, and why: a line for each choice, with the transforms that it is for.

use std::collections::BTreeMap;
use strata_layer::Context;
use strata_state::wish::Transform;

pub(crate) fn tell(cx: &Context, transforms: &[&Transform]) {
    let mut choices: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for transform in transforms {
        choices.entry(cx.doc.pipeline.jobs().choice(transform)).or_default().push(&transform.name);
    }
    for (choice, names) in choices {
        cx.report.say(&format!("jobs: {}: {choice}", names.join(", ")));
    }
}
