//! An instance profile: how machines of EC2 get a role. It has the role's name and path, and holds that role alone.

use crate::api::{from_iam, path, to_iam};
use aws_sdk_iam::Client;
use futures::future::try_join_all;
use std::collections::BTreeSet;
use strata_aws::tags::{LAYER, Tags};
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Resource, async_trait, props};
use strata_state::{Kind, demand};

pub(crate) struct InstanceProfile(pub(crate) Client);

props! {
    /// What an instance profile is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// Names of the roles in it; AWS takes one.
            roles: Vec<String>,
        }
    }
}

/// What others need of an instance profile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) arn: String,
}

type Seen = Observed<Props, Facts>;

impl InstanceProfile {
    /// The instance profile called `name`, if there is one.
    async fn look(&self, cx: &Context, name: &str) -> Result<Option<Seen>, Error> {
        let doing = || format!("reading instance profile {name}");
        let profile = match self.0.get_instance_profile().instance_profile_name(name).send().await.during(doing) {
            Ok(answer) => answer.instance_profile,
            Err(error) if error.is_gone() => None,
            Err(error) => return Err(error),
        };
        let Some(profile) = profile else { return Ok(None) };
        let roles = profile.roles().iter().map(|role| role.role_name().to_owned()).collect();
        let facts = Facts { arn: profile.arn().to_owned() };
        let mut seen = Seen::new(name, name, Props { roles }).tagged(cx, from_iam(profile.tags())).facts(facts);
        if seen.foreign.is_none() && profile.path() != path(cx) {
            seen.foreign = Some(format!("another copy of this pipeline (its path is {})", profile.path()));
        }
        Ok(Some(seen))
    }

    /// The names of all instance profiles of this pipeline.
    async fn listed(&self, cx: &Context) -> Result<BTreeSet<String>, Error> {
        let path = path(cx);
        let mut pages = self.0.list_instance_profiles().path_prefix(&path).into_paginator().items().send();
        let mut names = BTreeSet::new();
        while let Some(profile) = pages.next().await {
            let profile = profile.during(|| "listing instance profiles".into())?;
            // Not every endpoint looks at the prefix.
            if profile.path() == path {
                names.insert(profile.instance_profile_name().to_owned());
            }
        }
        Ok(names)
    }

    async fn take_out(&self, name: &str, role: &str) -> Result<(), Error> {
        let call = self.0.remove_role_from_instance_profile().instance_profile_name(name).role_name(role);
        call.send().await.during(|| format!("taking role {role} out of instance profile {name}")).map(drop)
    }
}

#[async_trait]
impl Resource for InstanceProfile {
    const KIND: &'static str = "instance-profile";
    const LABEL: &'static str = "instance profiles";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let roles = demand::roles(&cx.doc.pipeline).into_iter().filter(|role| role.instance_profile);
        let desired = |role: demand::Role| {
            let name = cx.name(Kind::Role, &role.id);
            Desired::new(role.id, name.clone(), Props { roles: vec![name] })
        };
        Ok(roles.map(desired).collect())
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        // Those whose names are known are looked at while the others are listed.
        let names: BTreeSet<String> = desired.iter().map(|profile| profile.name.clone()).collect();
        let looks = try_join_all(names.iter().map(|name| self.look(cx, name)));
        let (mut seen, listed) = tokio::try_join!(looks, self.listed(cx))?;
        seen.extend(try_join_all(listed.difference(&names).map(|name| self.look(cx, name))).await?);
        // Another program of this pipeline may own instance profiles, too.
        let ours = |profile: &Seen| {
            let layer = profile.tags.as_ref().and_then(|tags| tags.get(LAYER));
            profile.foreign.is_some() || layer.is_some_and(|layer| layer == cx.layer)
        };
        Ok(seen.into_iter().flatten().filter(ours).collect())
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let call = self
            .0
            .create_instance_profile()
            .instance_profile_name(&desired.name)
            .path(path(cx))
            .set_tags(Some(to_iam(&cx.tags_of::<Self>(desired))?));
        call.send().await.during(|| format!("creating instance profile {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, is, shall) = (&observed.physical, &observed.props.roles, &desired.props.roles);
        for role in is.iter().filter(|role| !shall.contains(role)) {
            self.take_out(name, role).await?;
        }
        for role in shall.iter().filter(|role| !is.contains(role)) {
            let call = self.0.add_role_to_instance_profile().instance_profile_name(name).role_name(role);
            call.send().await.during(|| format!("putting role {role} into instance profile {name}"))?;
        }
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        let name = &observed.physical;
        let call = self.0.tag_instance_profile().instance_profile_name(name).set_tags(Some(to_iam(tags)?));
        call.send().await.during(|| format!("setting tags of instance profile {name}")).map(drop)
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        // AWS deletes only an empty one.
        let name = &observed.physical;
        for role in &observed.props.roles {
            self.take_out(name, role).await?;
        }
        let call = self.0.delete_instance_profile().instance_profile_name(name);
        call.send().await.during(|| format!("deleting instance profile {name}")).map(drop)
    }
}
