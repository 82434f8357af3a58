//! What a layer has to say about itself; the runner does the rest.

use crate::{Context, Part};
use async_trait::async_trait;
use clap::Subcommand;
use strata_aws::{Error, Session};
use strata_state::Document;

/// One layer.
#[async_trait]
pub trait Layer: Send + Sync + 'static {
    /// Verbs besides plan, up, down and status; [`crate::NoVerbs`] when there are none.
    type Verbs: Subcommand + Send;

    /// Its line in the table of layers: its name, which is that of its program, section, folder and policy file, and what it
    /// needs.
    fn table(&self) -> &'static strata_state::layers::Layer;

    /// Its policy document in `policies/deployer/`, with placeholders.
    fn policy(&self) -> &'static str;

    /// Sections that have to be in the document before `up` of this document.
    fn needs(&self, doc: &Document) -> Vec<&'static str> {
        if strata_state::layers::is_asked(self.table().name, &doc.pipeline) {
            (self.table().needs)(&doc.pipeline)
        } else {
            Vec::new()
        }
    }

    /// Sections that have to be in the document before one of the layer's own verbs.
    fn verb_needs(&self, _verb: &Self::Verbs, doc: &Document) -> Vec<&'static str> {
        self.needs(doc)
    }

    /// Whether a verb makes no AWS call, and so needs no credentials. An account that is in no document is twelve zeros
    /// then.
    fn is_offline(&self, _verb: &Self::Verbs) -> bool {
        false
    }

    /// Check what only this layer can check, such as files that have to be there. Nothing has been touched yet.
    ///
    /// # Errors
    /// [`Exit::Usage`].
    fn check(&self, _doc: &Document) -> Result<(), Error> {
        Ok(())
    }

    /// Look for what would make AWS refuse, or fail late: prerequisites that are missing, quotas that are used up. Only
    /// asks; the survey has been done. `plan` shows the findings, `up` refuses while there are any and anything is to be
    /// changed.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    async fn preflight(&self, _cx: &Context) -> Result<Vec<Finding>, Error> {
        Ok(Vec::new())
    }

    /// The layer's list: each kind of thing after those that it needs.
    fn parts(&self, session: &Session) -> Vec<Part>;

    /// Write the layer's section from what is there now.
    fn section(&self, cx: &Context, doc: &mut Document);

    /// Whether what a verb prints is the document: then it comes out with `failed`, too, when the verb fails.
    fn passes_on(&self, _verb: &Self::Verbs) -> bool {
        false
    }

    /// One of the layer's own verbs; what it returns is printed on stdout.
    ///
    /// # Errors
    /// Its own.
    async fn own(&self, _cx: &Context, _verb: Self::Verbs) -> Result<String, Error> {
        Ok(String::new())
    }
}

/// Something that would make AWS refuse, or fail late.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What is wrong with what: `subnet-1 (private-1): its route table has no way out`.
    pub what: String,
    /// What to do about it, in one line.
    pub remedy: String,
}
