//! What is told to a trace: something that takes time, an arrow from one such thing to another, a mark. Nothing is
//! recorded unless a file was asked for.

use std::fmt::Display;
use tracing::Span;

/// What our own spans are known by.
pub(super) const TARGET: &str = "strata";

/// Something that takes time: `kind` is `create`, `what` is `subnet.private-1`. With a `row` it is drawn in that row,
/// without one in the row of what it belongs to. It lasts until it is dropped.
pub fn span(kind: &'static str, what: impl Display, row: &'static str) -> Span {
    tracing::debug_span!(target: TARGET, "strata", kind, what = %what, row, outcome = tracing::field::Empty, needs = tracing::field::Empty)
}

/// An arrow from here: what is going on now lets `id` begin.
pub fn lets(id: impl Display) {
    tracing::debug!(target: TARGET, arrow = "s", what = %id);
}

/// The arrow's head: what is going on now waited for it.
pub fn waited(id: impl Display) {
    tracing::debug!(target: TARGET, arrow = "f", what = %id);
}

/// Something that happens at once.
pub(crate) fn mark(what: impl Display) {
    tracing::debug!(target: TARGET, what = %what);
}
