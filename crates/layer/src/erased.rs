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
    pub(crate) resource: Box<dyn Erased>,
}

impl Part {
    /// Everything of this kind that the document asks for: nothing where it does not ask for the layer.
    pub(crate) fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        if cx.is_asked() { self.resource.wishes(cx) } else { Ok(Vec::new()) }
    }
}

/// A [`crate::Resource`] without its types, which says what each of these is. Each call says one thing to AWS and does not try
/// again: the runner looks first, then decides.
#[async_trait]
pub(crate) trait Erased: Send + Sync {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error>;
    async fn list(&self, cx: &Context, wishes: &[Wish]) -> Result<Vec<Live>, Error>;
    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error>;
    /// Make `live` as wished; `changes` says what differs. A difference in tags is the change `tags`.
    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error>;
    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error>;
    async fn loses(&self, cx: &Context, live: &Live) -> Result<Option<String>, Error>;
    async fn held_by(&self, cx: &Context, live: &Live) -> Result<Vec<Holder>, Error>;
    fn goes_along(&self) -> bool;
    fn is_shared(&self) -> bool;
    fn is_missed(&self) -> bool;
    fn doubles(&self) -> bool;
    fn pace(&self) -> Pace;
    fn takes(&self) -> Option<&'static str>;
    fn lasts(&self) -> Duration;
    fn leaves(&self) -> Option<&'static str>;
    fn costs(&self, live: &Live) -> f64;
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
pub(crate) struct Wish {
    /// Which of its kind: `private-1`; the kind and this make the tag `strata:id`.
    pub(crate) id: String,
    /// Its name in AWS, or its `Name` tag.
    pub(crate) name: String,
    /// What it shall be.
    pub(crate) props: ByName,
    /// Properties that AWS cannot change: a difference there means a new one.
    pub(crate) fixed: &'static [&'static str],
    /// The same with its types.
    pub(crate) typed: Arc<dyn Any + Send + Sync>,
}

/// One thing that is there.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// Which of its kind, from the tag `strata:id` or from its name.
    pub(crate) id: String,
    /// Its id or name in AWS.
    pub(crate) physical: String,
    /// Whose it is, if it is not ours.
    pub(crate) foreign: Option<String>,
    /// Its tags, where it can have any.
    pub(crate) tags: Option<Tags>,
    /// Whether it can be used.
    pub(crate) state: State,
    /// What it is, under the names of the wish.
    pub(crate) props: ByName,
    /// When it was made, from the tag `strata:created`, where AWS may make two for one.
    pub(crate) created: Option<String>,
    /// The same with its types.
    pub(crate) typed: Arc<dyn Any + Send + Sync>,
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
