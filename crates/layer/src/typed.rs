//! Resources with their types: as they are desired, and as they are observed.

use crate::{Context, State};
use strata_aws::tags::Tags;

/// A resource that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired<P> {
    /// Which of its kind: `private-1`; the kind and this make the tag `strata:id`.
    pub id: String,
    /// Its name in AWS, or its `Name` tag.
    pub name: String,
    /// What it shall be.
    pub props: P,
}

impl<P> Desired<P> {
    /// One of this id and name.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>, props: P) -> Self {
        Self { id: id.into(), name: name.into(), props }
    }
}

/// A resource that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed<P, F = ()> {
    /// Which of its kind, from the tag `strata:id` or from its name.
    pub id: String,
    /// Its id or name in AWS.
    pub physical: String,
    /// Whose it is, if it is not ours.
    pub foreign: Option<String>,
    /// Its tags, where it can have any.
    pub tags: Option<Tags>,
    /// Whether it can be used.
    pub state: State,
    /// When it was asked for, where AWS would make a second one: of two, the older one stays.
    pub created: Option<String>,
    /// What it is.
    pub props: P,
    /// What else others need of it.
    pub facts: F,
}

impl<P, F: Default> Observed<P, F> {
    /// A ready one of ours without tags.
    #[must_use]
    pub fn new(id: impl Into<String>, physical: impl Into<String>, props: P) -> Self {
        Self {
            id: id.into(),
            physical: physical.into(),
            foreign: None,
            tags: None,
            state: State::Ready,
            created: None,
            props,
            facts: F::default(),
        }
    }
}

impl<P, F> Observed<P, F> {
    /// With its tags; they decide whose it is. `id` comes from the tag `strata:id` where it is there.
    #[must_use]
    pub fn tagged(mut self, cx: &Context, tags: Tags) -> Self {
        self.created = tags.get(strata_aws::tags::CREATED).cloned();
        if strata_aws::tags::is_ours(&tags, &cx.doc.pipeline) {
            if let Some((_, id)) = tags.get(strata_aws::tags::ID).and_then(|tag| tag.split_once('.')) {
                id.clone_into(&mut self.id);
            }
        } else {
            self.foreign = Some(strata_aws::tags::owner(&tags));
        }
        self.tags = Some(tags);
        self
    }

    /// With a state.
    #[must_use]
    pub fn state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    /// With what others need of it.
    #[must_use]
    pub fn facts(mut self, facts: F) -> Self {
        self.facts = facts;
        self
    }
}
