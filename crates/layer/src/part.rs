//! A line of a layer's list: one kind of AWS thing, without its types, and what it needs. [`crate::part()`] makes one of a typed
//! [`crate::Resource`].

use crate::change::Change;
use crate::erased::{Live, Wish};
use crate::{Context, Holder};
use async_trait::async_trait;
use strata_aws::{Error, Pace};

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
    fn leaves(&self) -> Option<&'static str>;
    fn costs(&self, live: &Live) -> f64;
}
