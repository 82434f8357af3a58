//! What every part sees: the document, the account, and what the survey found.

use crate::cli::Global;
use crate::{Live, Report, later};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use strata_aws::tags::{self, Tags};
use strata_aws::{Cancel, Session};
use strata_state::{Document, Kind};

/// The document, the account, and what the survey found.
pub struct Context {
    /// The program: `net`.
    pub layer: &'static str,
    /// The document as it came in.
    pub doc: Document,
    /// Where calls go.
    pub session: Session,
    /// The options that every program has.
    pub global: Global,
    /// Progress for people.
    pub report: Report,
    /// Ctrl-C.
    pub cancel: Cancel,
    lives: RwLock<BTreeMap<&'static str, Vec<Live>>>,
}

impl Context {
    pub(crate) fn new(
        layer: &'static str,
        doc: Document,
        session: Session,
        global: Global,
        report: Report,
        cancel: Cancel,
    ) -> Self {
        Self { layer, doc, session, global, report, cancel, lives: RwLock::default() }
    }

    /// The physical name of `name`, a thing of this kind.
    #[must_use]
    pub fn name(&self, kind: Kind, name: &str) -> String {
        self.doc.pipeline.physical(kind, name, &self.session.account, &self.session.region)
    }

    /// The pipeline's bucket.
    #[must_use]
    pub fn bucket(&self) -> String {
        self.doc.pipeline.bucket(&self.session.account, &self.session.region)
    }

    /// The pipeline's folder on this machine.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        PathBuf::from(&self.doc.pipeline.folder)
    }

    /// All tags of `kind`.`id`, called `name`.
    #[must_use]
    pub fn tags(&self, kind: &str, id: &str, name: &str) -> Tags {
        tags::tags(&self.doc.pipeline, self.layer, &format!("{kind}.{id}"), name)
    }

    /// What is there of `kind`, ours only.
    #[must_use]
    pub fn lives(&self, kind: &str) -> Vec<Live> {
        let lives = self.lives.read().unwrap_or_else(PoisonError::into_inner);
        lives.get(kind).into_iter().flatten().filter(|live| live.foreign.is_none()).cloned().collect()
    }

    /// The one of `kind` called `id`, if it is there.
    #[must_use]
    pub fn live(&self, kind: &str, id: &str) -> Option<Live> {
        self.lives(kind).into_iter().find(|live| live.id == id)
    }

    /// The id in AWS of `kind`.`id`, or a stand-in that says when it will be known.
    #[must_use]
    pub fn physical(&self, kind: &str, id: &str) -> Value {
        self.live(kind, id).map_or_else(|| later(kind), |live| Value::String(live.physical))
    }

    /// A fact of `kind`.`id`; empty when it is not there.
    #[must_use]
    pub fn fact(&self, kind: &str, id: &str, fact: &str) -> String {
        self.live(kind, id).and_then(|mut live| live.facts.remove(fact)).unwrap_or_default()
    }

    pub(crate) fn set(&self, kind: &'static str, lives: Vec<Live>) {
        self.lives.write().unwrap_or_else(PoisonError::into_inner).insert(kind, lives);
    }

    pub(crate) fn all(&self, kind: &str) -> Vec<Live> {
        self.lives.read().unwrap_or_else(PoisonError::into_inner).get(kind).cloned().unwrap_or_default()
    }
}
