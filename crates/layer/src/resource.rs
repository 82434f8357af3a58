//! What a layer is made of: one kind of AWS resource, with types. The kind is named once, next to its code.

use crate::change::Change;
use crate::erased::{ByName, Live, Wish};
use crate::part::Erased;
use crate::{Context, Desired, Holder, Observed, Part, Props};
use async_trait::async_trait;
use std::sync::Arc;
use strata_aws::tags::Tags;
use strata_aws::{Error, Pace};

/// How one kind of resource is found, made, changed and removed. Each call says one thing to AWS and does not try again: the
/// runner looks first, then decides.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// What the kind is called in plans, in tags and in the document's `failed.left`: `vpc`.
    const KIND: &'static str;
    /// What a person calls them: `VPCs`. `down` names them when it says where it looked.
    const LABEL: &'static str;
    /// What one is: the same for what is desired and for what is observed. [`crate::props!`] declares it.
    type Props: Props;
    /// What else others need of it: an ARN, an address.
    type Facts: Clone + Default + Send + Sync + 'static;

    /// Everything of this kind that the document asks for. Ids of other resources come from the context; one that is not
    /// there yet is [`crate::Promise::Later`].
    ///
    /// # Errors
    /// When it cannot be worked out.
    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Self::Props>>, Error>;

    /// Everything of this kind that carries the pipeline's tags, and anything that holds one of the desired names.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    async fn observed(
        &self,
        cx: &Context,
        desired: &[Desired<Self::Props>],
    ) -> Result<Vec<Observed<Self::Props, Self::Facts>>, Error>;

    /// Make it, with its tags, in one call where AWS can. Properties that the call cannot set are set by `update`
    /// afterwards, so that a crash in between is repaired in the same way.
    ///
    /// # Errors
    /// When AWS refuses.
    async fn create(&self, cx: &Context, desired: &Desired<Self::Props>) -> Result<(), Error>;

    /// Make what differs in its properties as desired.
    ///
    /// # Errors
    /// When AWS refuses.
    async fn update(
        &self,
        cx: &Context,
        observed: &Observed<Self::Props, Self::Facts>,
        desired: &Desired<Self::Props>,
    ) -> Result<(), Error>;

    /// Set all tags of one that lost some. Kinds without tags have nothing to do.
    ///
    /// # Errors
    /// When AWS refuses.
    async fn retag(
        &self,
        cx: &Context,
        observed: &Observed<Self::Props, Self::Facts>,
        tags: &Tags,
    ) -> Result<(), Error>;

    /// Remove it. The runner waits until it is no longer listed.
    ///
    /// # Errors
    /// When AWS refuses.
    async fn delete(&self, cx: &Context, observed: &Observed<Self::Props, Self::Facts>) -> Result<(), Error>;

    /// What a person would lose with it, in words; `down` asks then.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    async fn loses(
        &self,
        _cx: &Context,
        _observed: &Observed<Self::Props, Self::Facts>,
    ) -> Result<Option<String>, Error> {
        Ok(None)
    }

    /// Deleted implicitly with its parent, as a file with its bucket: `down` leaves it to that.
    fn goes_along(&self) -> bool {
        false
    }

    /// Whether one belongs to the account and not to the pipeline: it is created where it is missing, and never deleted or
    /// counted as left. [`Resource::observed`] gives those that are desired, and no others.
    fn is_shared(&self) -> bool {
        false
    }

    /// Whether `up` asks before it removes one that is no longer in the pipeline, as it does before it replaces one:
    /// more is lost with it than `up` could create again.
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

    /// How long AWS usually takes to delete it, where that is more than seconds.
    fn leaves(&self) -> Option<&'static str> {
        None
    }

    /// What one costs as long as it is there, in US dollars per hour: AWS's list price in us-east-1, without use.
    fn costs(&self, _observed: &Observed<Self::Props, Self::Facts>) -> f64 {
        0.0
    }

    /// What holds it, when AWS says that it cannot be deleted. AWS's own error names nothing.
    ///
    /// # Errors
    /// When AWS cannot be asked.
    async fn held_by(
        &self,
        _cx: &Context,
        _observed: &Observed<Self::Props, Self::Facts>,
    ) -> Result<Vec<Holder>, Error> {
        Ok(Vec::new())
    }
}

/// A line of a layer's list: the kinds of the same layer that have to be there first, and can only go afterwards.
pub fn part<R: Resource>(needs: &'static [&'static str], resource: R) -> Part {
    Part { kind: R::KIND, label: R::LABEL, needs, resource: Box::new(Typed(resource)) }
}

/// A typed resource as the runner sees it.
struct Typed<R>(R);

fn by_name<P: Props>(props: &P) -> Result<ByName, Error> {
    let value =
        serde_json::to_value(props).map_err(|error| Error::failed("comparing properties", error.to_string()))?;
    Ok(P::FIELDS.iter().map(|field| (*field, value.get(field).cloned().unwrap_or_default())).collect())
}

pub(crate) fn erase<P: Props>(desired: Desired<P>) -> Result<Wish, Error> {
    let mut props = by_name(&desired.props)?;
    // What is desired as nothing is not compared.
    props.retain(|_, value| !value.is_null());
    let (id, name) = (desired.id.clone(), desired.name.clone());
    Ok(Wish { id, name, props, fixed: P::FIXED, typed: Arc::new(desired) })
}

fn erase_observed<P: Props, F: Clone + Send + Sync + 'static>(observed: Observed<P, F>) -> Result<Live, Error> {
    Ok(Live {
        id: observed.id.clone(),
        physical: observed.physical.clone(),
        foreign: observed.foreign.clone(),
        tags: observed.tags.clone(),
        state: observed.state.clone(),
        props: by_name(&observed.props)?,
        created: observed.created.clone(),
        typed: Arc::new(observed),
    })
}

impl Wish {
    /// The same with its types. The runner hands a kind only what that kind has made.
    pub(crate) fn typed<P: Props>(&self) -> Result<&Desired<P>, Error> {
        let typed = self.typed.downcast_ref();
        typed.ok_or_else(|| Error::failed(format!("looking at {}", self.id), "it is of another kind"))
    }
}

impl Live {
    /// The same with its types.
    pub(crate) fn typed<P: Props, F: Clone + Send + Sync + 'static>(&self) -> Result<&Observed<P, F>, Error> {
        let typed = self.typed.downcast_ref();
        typed.ok_or_else(|| Error::failed(format!("looking at {}", self.physical), "it is of another kind"))
    }
}

#[async_trait]
impl<R: Resource> Erased for Typed<R> {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        self.0.desired(cx)?.into_iter().map(erase).collect()
    }

    async fn list(&self, cx: &Context, wishes: &[Wish]) -> Result<Vec<Live>, Error> {
        let desired: Vec<Desired<R::Props>> =
            wishes.iter().map(|wish| wish.typed().cloned()).collect::<Result<_, _>>()?;
        self.0.observed(cx, &desired).await?.into_iter().map(erase_observed).collect()
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        self.0.create(cx, wish.typed()?).await
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let (observed, desired) = (live.typed()?, wish.typed()?);
        let (tags, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.is_tags());
        if !tags.is_empty() {
            self.0.retag(cx, observed, &cx.tags(R::KIND, &wish.id, &wish.name)).await?;
        }
        if others.is_empty() { Ok(()) } else { self.0.update(cx, observed, desired).await }
    }

    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error> {
        self.0.delete(cx, live.typed()?).await
    }

    async fn loses(&self, cx: &Context, live: &Live) -> Result<Option<String>, Error> {
        self.0.loses(cx, live.typed()?).await
    }

    fn goes_along(&self) -> bool {
        self.0.goes_along()
    }

    fn is_shared(&self) -> bool {
        self.0.is_shared()
    }

    fn is_missed(&self) -> bool {
        self.0.is_missed()
    }

    fn doubles(&self) -> bool {
        self.0.doubles()
    }

    fn pace(&self) -> Pace {
        self.0.pace()
    }

    fn takes(&self) -> Option<&'static str> {
        self.0.takes()
    }

    fn leaves(&self) -> Option<&'static str> {
        self.0.leaves()
    }

    fn costs(&self, live: &Live) -> f64 {
        live.typed().map_or(0.0, |observed| self.0.costs(observed))
    }

    async fn held_by(&self, cx: &Context, live: &Live) -> Result<Vec<Holder>, Error> {
        self.0.held_by(cx, live.typed()?).await
    }
}
