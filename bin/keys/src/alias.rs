//! The alias: a name for the key that stays when the key is another one. AWS has no tags for it: it is ours by its name and by
//! the key that it names. It goes before the key, since AWS keeps aliases of keys that are pending deletion.

use crate::key::Key;
use crate::kms::tags_of;
use aws_sdk_kms::Client;
use strata_aws::tags::{Tags, is_ours, owner};
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Promise, Resource, async_trait, props};
use strata_state::Kind;

pub(crate) struct Alias(pub(crate) Client);

props! {
    /// What an alias is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// The key that it names.
            key_id: Promise,
        }
    }
}

type Seen = Observed<Props>;

fn name(cx: &Context) -> String {
    format!("alias/{}", cx.name(Kind::Key, "main"))
}

#[async_trait]
impl Resource for Alias {
    const KIND: &'static str = "alias";
    const LABEL: &'static str = "KMS aliases";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        Ok(vec![Desired::new("main", name(cx), Props { key_id: cx.id_of::<Key>("main") })])
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let ours = name(cx);
        let mut pages = self.0.list_aliases().into_paginator().items().send();
        while let Some(alias) = pages.next().await {
            let alias = alias.during(|| "listing aliases".into())?;
            if alias.alias_name() != Some(&ours) {
                continue;
            }
            let key = alias.target_key_id().unwrap_or_default();
            let mut seen = Seen::new("main", &ours, Props { key_id: key.into() });
            let tags = tags_of(&self.0, key).await?.unwrap_or_default();
            if !is_ours(&tags, &cx.doc.pipeline) {
                seen.foreign = Some(owner(&tags));
            }
            return Ok(vec![seen]);
        }
        Ok(Vec::new())
    }

    async fn create(&self, _: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let call = self.0.create_alias().alias_name(&desired.name).target_key_id(desired.props.key_id.known()?);
        call.send().await.during(|| format!("creating {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let call = self.0.update_alias().alias_name(&observed.physical).target_key_id(desired.props.key_id.known()?);
        call.send().await.during(|| format!("giving {} another key", observed.physical)).map(drop)
    }

    async fn retag(&self, _: &Context, _: &Seen, _: &Tags) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        let call = self.0.delete_alias().alias_name(&observed.physical);
        call.send().await.during(|| format!("deleting {}", observed.physical)).map(drop)
    }
}
