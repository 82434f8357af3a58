//! What a run leaves behind, and what it costs.

use crate::{Context, Part};
use strata_state::section::Left;

/// What is left is not forgotten by AWS: it costs until it goes.
pub(crate) fn say_bill(cx: &Context, parts: &[Part]) {
    let mut bill = 0.0;
    let mut names = Vec::new();
    for part in parts {
        for live in cx.lives(part.kind) {
            let costs = part.resource.costs(&live);
            if costs > 0.0 {
                bill += costs;
                names.push(format!("{} {}", part.kind, live.physical));
            }
        }
    }
    if !names.is_empty() {
        let (layer, names) = (cx.layer, names.join(", "));
        cx.report.say(&format!("{layer}: still there, in AWS for about ${bill:.3} an hour: {names}; `{layer} up` continues, `{layer} down` deletes it"));
    }
}

/// What exists now, for `failed.left`; nothing where this run has touched nothing.
pub(crate) fn left(cx: &Context, parts: &[Part]) -> Vec<Left> {
    if !cx.is_touched() {
        return Vec::new();
    }
    let each = |part: &Part| {
        let kind = part.kind;
        cx.lives(kind).into_iter().map(move |live| Left { resource: format!("{kind}.{}", live.id), id: live.physical })
    };
    parts.iter().filter(|part| !part.resource.is_shared()).flat_map(each).collect()
}
