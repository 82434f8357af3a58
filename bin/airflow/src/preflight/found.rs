//! What a look at a topic found.

use strata_layer::Finding;

/// What one look at a topic found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    /// Whether AWS did not know something.
    pub(super) unseen: bool,
}

impl Found {
    /// Something is wrong: with what, and what to do in one line.
    pub(crate) fn say(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(Finding { what: what.into(), remedy: remedy.into() });
    }

    /// AWS does not know something; it may in a moment.
    pub(super) fn unseen(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.say(what, remedy);
        self.unseen = true;
    }
}
