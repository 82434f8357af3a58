//! Resources as the runner sees them: properties by name, whatever the kind. [`crate::part`] makes one of a typed
//! [`crate::Resource`].

use crate::{Change, Context};
use async_trait::async_trait;
use serde_json::Value;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use strata_aws::tags::Tags;
use strata_aws::{Error, Pace};

/// Properties by name. The same names mean the same in a wish and in what is live, so that they can be compared.
pub(crate) type ByName = BTreeMap<&'static str, Value>;

/// One kind of AWS thing in a layer's list.
pub struct Part {
    /// What the kind is called in plans and in the document's `failed.left`: `vpc`.
    pub kind: &'static str,
    /// What a person calls them: `VPCs`. `down` names them when it says where it looked.
    pub label: &'static str,
    /// Kinds of the same layer that have to be there first, and can only go afterwards.
    pub needs: &'static [&'static str],
    /// How it is found, made, changed and removed.
    pub resource: Box<dyn Untyped>,
}

impl Part {
    /// Everything of this kind that the document asks for: nothing where it does not ask for the layer.
    pub(crate) fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        if cx.is_asked() { self.resource.wishes(cx) } else { Ok(Vec::new()) }
    }
}

/// A line of a layer's list, of a kind without types.
pub fn untyped(
    kind: &'static str,
    label: &'static str,
    needs: &'static [&'static str],
    resource: impl Untyped + 'static,
) -> Part {
    Part { kind, label, needs, resource: Box::new(resource) }
}

/// How one kind of AWS thing is found, made, changed and removed. Each call says one thing to AWS and does not try
/// again: the runner looks first, then decides.
#[async_trait]
pub trait Untyped: Send + Sync {
    /// Everything of this kind that the document asks for. Ids of other parts come from the context; what is not there
    /// yet is [`later`].
    ///
    /// # Errors
    /// When the wish cannot be worked out.
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error>;

    /// Everything of this kind that carries the pipeline's tags, and anything that holds one of the wished names.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    async fn list(&self, cx: &Context, wishes: &[Wish]) -> Result<Vec<Live>, Error>;

    /// Make it, with its tags, in one call where AWS can. Properties that the call cannot set are set by `update`
    /// afterwards, so that a crash in between is repaired in the same way.
    ///
    /// # Errors
    /// When AWS refuses.
    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error>;

    /// Make `live` as wished; `changes` says what differs. A difference in tags is the change `tags`.
    ///
    /// # Errors
    /// When AWS refuses.
    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error>;

    /// Remove it. The runner waits until it is no longer listed.
    ///
    /// # Errors
    /// When AWS refuses.
    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error>;

    /// What a person would lose with it, in words; `down` asks then.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    async fn loses(&self, _cx: &Context, _live: &Live) -> Result<Option<String>, Error> {
        Ok(None)
    }

    /// Whether it goes along with what it needs, as a file does with its bucket: `down` leaves it to that.
    fn goes_along(&self) -> bool {
        false
    }

    /// Whether one belongs to the account and not to the pipeline: see [`crate::Resource::is_shared`].
    fn is_shared(&self) -> bool {
        false
    }

    /// Whether `up` asks before it removes one that nobody asks for any more, as it does before it replaces one: more goes
    /// with it than `up` could make again.
    fn is_missed(&self) -> bool {
        false
    }

    /// Whether AWS would make a second one when asked twice, since neither a name nor a token tells it that it is the same.
    fn doubles(&self) -> bool {
        false
    }

    /// How often and how long to look until it is ready, or gone.
    fn pace(&self) -> Pace {
        Pace::seconds(2, 300)
    }

    /// How long AWS usually takes to make it, where that is more than seconds.
    fn takes(&self) -> Option<&'static str> {
        None
    }

    /// The same for choosing what to begin with; seconds where nothing is said.
    fn lasts(&self) -> Duration {
        Duration::from_secs(2)
    }

    /// How long AWS usually takes to let it go, where that is more than seconds.
    fn leaves(&self) -> Option<&'static str> {
        None
    }

    /// What `live` costs as long as it stands, in US dollars per hour: AWS's list price in us-east-1, without use.
    fn costs(&self, _live: &Live) -> f64 {
        0.0
    }

    /// What holds `live`, when AWS says that it cannot go. AWS's own error names nothing.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    async fn held_by(&self, _cx: &Context, _live: &Live) -> Result<Vec<Holder>, Error> {
        Ok(Vec::new())
    }
}

/// Something that keeps a thing from going.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// One clause: its id, whose it is, and what will release it.
    pub what: String,
    /// Whether it goes by itself. Where nothing does, `down` does not wait for long.
    pub passes: bool,
}

/// One thing that is asked for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Which of its kind: `private-1`; the kind and this make the tag `strata:id`.
    pub id: String,
    /// Its name in AWS, or its `Name` tag.
    pub name: String,
    /// What it shall be.
    pub props: ByName,
    /// Properties that AWS cannot change: a difference there means a new one.
    pub fixed: &'static [&'static str],
    /// The same with its types.
    #[doc(hidden)]
    pub typed: Option<Arc<dyn Any + Send + Sync>>,
}

/// One thing that is there.
#[derive(Debug, Clone)]
pub struct Live {
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
    /// What it is, under the names of the wish.
    pub props: ByName,
    /// What else others need of it: an ARN, an address.
    pub facts: BTreeMap<&'static str, String>,
    /// The same with its types.
    #[doc(hidden)]
    pub typed: Option<Arc<dyn Any + Send + Sync>>,
}

/// Whether a thing can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Yes.
    Ready,
    /// Soon; AWS's word for its state.
    NotYet(String),
    /// It is on its way out; AWS's word for its state.
    Leaving(String),
    /// It is deleted for all purposes, and AWS deletes it for good later: until then an update brings it back. When that is.
    Dormant(String),
    /// Never; why.
    Failed(String),
}

impl Live {
    /// A ready thing of ours without tags.
    #[must_use]
    pub fn new(id: impl Into<String>, physical: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            physical: physical.into(),
            foreign: None,
            tags: None,
            state: State::Ready,
            props: ByName::new(),
            facts: BTreeMap::new(),
            typed: None,
        }
    }

    /// With its tags; they decide whose it is. `id` comes from the tag `strata:id` where it is there.
    #[must_use]
    pub fn tagged(mut self, cx: &Context, tags: Tags) -> Self {
        if let Some(created) = tags.get(strata_aws::tags::CREATED) {
            self.facts.insert("created", created.clone());
        }
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

    /// With a property.
    #[must_use]
    pub fn prop(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.props.insert(name, value.into());
        self
    }

    /// With a fact.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.insert(name, value.into());
        self
    }

    /// With a state.
    #[must_use]
    pub fn state(mut self, state: State) -> Self {
        self.state = state;
        self
    }
}

impl Wish {
    /// A thing without properties.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), props: ByName::new(), fixed: &[], typed: None }
    }

    /// With a property.
    #[must_use]
    pub fn prop(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.props.insert(name, value.into());
        self
    }

    /// With the properties that AWS cannot change.
    #[must_use]
    pub fn fixed(mut self, fixed: &'static [&'static str]) -> Self {
        self.fixed = fixed;
        self
    }

    /// A text property, for the call that makes it.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.props.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// A whole-number property, for the call that makes it.
    #[must_use]
    pub fn number(&self, name: &str) -> i64 {
        self.props.get(name).and_then(Value::as_i64).unwrap_or_default()
    }
}
