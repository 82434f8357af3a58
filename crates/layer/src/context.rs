//! What every part sees: the document, the account, and what the survey found.

use crate::cli::Global;
use crate::erased::Live;
use crate::{Program, Report, State};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};
use strata_aws::tags::{self, Tags};
use strata_aws::{Cancel, Error, Session};
use strata_state::policy::Place;
use strata_state::{Document, Kind};
use tokio::sync::Semaphore;

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
    /// Which actions go on at once.
    pub(crate) gate: Semaphore,
    lives: RwLock<BTreeMap<&'static str, Vec<Live>>>,
    /// The program that jobs fetch, if they do; or why there is none.
    pub program: Result<Option<Program>, Error>,
    touched: AtomicBool,
    started: u128,
    removals: AtomicU64,
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
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let gate = Semaphore::new(usize::from(global.parallel));
        let (lives, touched, removals) = (RwLock::default(), AtomicBool::new(false), AtomicU64::new(0));
        let program = Program::find(&session);
        Self { program, layer, doc, session, global, report, cancel, gate, lives, touched, started, removals }
    }

    /// The physical name of `name`, a thing of this kind.
    #[must_use]
    pub fn name(&self, kind: Kind, name: &str) -> String {
        self.doc.pipeline.physical(kind, name, &self.session.account, &self.session.region)
    }

    /// Where things are, for names and policies.
    #[must_use]
    pub fn place(&self) -> Place {
        let Session { account, partition, region, .. } = &self.session;
        // A missing one is told of before anything is touched, by those that use it.
        let program =
            self.program.as_ref().ok().and_then(|program| program.as_ref()).map(|program| program.key.clone());
        Place { partition: partition.clone(), account: account.clone(), region: region.clone(), program }
    }

    /// Whether the document asks for this layer. A layer that it does not ask for has nothing.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        strata_state::layers::is_asked(self.layer, &self.doc.pipeline)
    }

    /// The pipeline's main bucket.
    #[must_use]
    pub fn bucket(&self) -> String {
        self.doc.pipeline.bucket(&self.session.account, &self.session.region)
    }

    /// The pipeline's bucket of this id.
    #[must_use]
    pub fn bucket_of(&self, id: &str) -> String {
        self.doc.pipeline.bucket_of(id, &self.session.account, &self.session.region)
    }

    /// The pipeline's folder on this machine.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        PathBuf::from(&self.doc.pipeline.folder)
    }

    /// All tags of `kind`.`id`, called `name`.
    pub(crate) fn tags(&self, kind: &str, id: &str, name: &str) -> Tags {
        tags::tags(&self.doc.pipeline, self.layer, &format!("{kind}.{id}"), name)
    }

    /// What is there of `kind`, ours only.
    pub(crate) fn lives(&self, kind: &str) -> Vec<Live> {
        let lives = self.lives.read().unwrap_or_else(PoisonError::into_inner);
        let ours = |live: &&Live| live.foreign.is_none() && !matches!(live.state, State::Dormant(_));
        lives.get(kind).into_iter().flatten().filter(ours).cloned().collect()
    }

    /// What is deleted of `kind`, and can still be brought back.
    pub(crate) fn dormant(&self, kind: &str) -> Vec<(Live, String)> {
        let each = |live: Live| match &live.state {
            State::Dormant(until) if live.foreign.is_none() => Some((live.clone(), until.clone())),
            _ => None,
        };
        self.all(kind).into_iter().filter_map(each).collect()
    }

    /// The one of `kind` called `id`, if it is there.
    pub(crate) fn live(&self, kind: &str, id: &str) -> Option<Live> {
        self.lives(kind).into_iter().find(|live| live.id == id)
    }

    /// For tokens: the same until this run removes something. With the token of a thing that is gone, AWS hands out the
    /// gone one again; what an earlier run has made is found by its tags.
    pub(crate) fn nonce(&self) -> String {
        format!("{} {}", self.started, self.removals.load(Ordering::SeqCst))
    }

    /// Something is removed.
    pub(crate) fn removes(&self) {
        self.touch();
        self.removals.fetch_add(1, Ordering::SeqCst);
    }

    /// Something has been asked of AWS that changes it.
    pub(crate) fn touch(&self) {
        self.touched.store(true, Ordering::SeqCst);
    }

    /// Whether this run has asked AWS for any change.
    pub(crate) fn is_touched(&self) -> bool {
        self.touched.load(Ordering::SeqCst)
    }

    pub(crate) fn set(&self, kind: &'static str, mut lives: Vec<Live>) {
        // Of duplicates the older one counts, in every run.
        lives.sort_by_cached_key(|live| (live.created.clone(), live.physical.clone()));
        self.lives.write().unwrap_or_else(PoisonError::into_inner).insert(kind, lives);
    }

    pub(crate) fn all(&self, kind: &str) -> Vec<Live> {
        self.lives.read().unwrap_or_else(PoisonError::into_inner).get(kind).cloned().unwrap_or_default()
    }
}
