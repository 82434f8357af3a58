//! A role: who may assume it, what it may do, and nothing else. Roles are global to an account, so the region is part of
//! their name and path.

use crate::api::{attach, attached, boundary, decode, from_iam, path, policy_arns, to_iam};
use crate::policy::join;
use aws_sdk_iam::Client;
use futures::future::try_join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use strata_aws::tags::{LAYER, Tags};
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Resource, async_trait, props};
use strata_state::policy::{Values, values};
use strata_state::{Kind, demand};

pub(crate) struct Role(pub(crate) Client);

props! {
    /// What a role is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// Who may assume it.
            trust: Value,
            /// What it may do; an empty object where it has no such policy.
            permissions: Value,
            /// ARNs of managed policies.
            attached: Vec<String>,
            /// ARN of the managed policy that limits it.
            boundary: Option<String>,
            /// Inline policies of other owners.
            other_policies: Vec<String>,
            /// What the console shows.
            description: String,
            /// Seconds that a session may last.
            max_session: i32,
        }
    }
}

/// What others need of a role.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) arn: String,
}

type Seen = Observed<Props, Facts>;

/// The inline policy that holds a role's rights. Any other one was added from outside.
const POLICY: &str = "strata";
/// Seconds; AWS's own default, said because a difference is drift.
const SESSION: i32 = 3600;

/// A demanded role as a resource.
fn desired(cx: &Context, values: &Values, role: &demand::Role) -> Result<Desired<Props>, Error> {
    let id = &*role.id;
    let wrong = |what: &str| {
        let doing = format!("writing the {what} of role {id}");
        move |reason| Error::usage(doing, reason)
    };
    let permissions = if role.permissions.is_empty() {
        json!({})
    } else {
        join(&role.permissions, values).map_err(wrong("rights"))?
    };
    let said = role.description.to_string();
    let props = Props {
        trust: join(&role.trust, values).map_err(wrong("trust policy"))?,
        permissions,
        attached: policy_arns(cx, values, role.managed.iter().map(|name| &**name))?,
        boundary: boundary(cx, values)?,
        other_policies: Vec::new(),
        description: if said.is_empty() { format!("Role {id} of the pipeline") } else { said },
        max_session: SESSION,
    };
    Ok(Desired::new(id, cx.name(Kind::Role, id), props))
}

impl Role {
    /// The role called `name`, if there is one.
    async fn look(&self, cx: &Context, name: &str) -> Result<Option<Seen>, Error> {
        let doing = || format!("reading role {name}");
        let role = match self.0.get_role().role_name(name).send().await.during(doing) {
            Ok(answer) => answer.role,
            Err(error) if error.is_gone() => None,
            Err(error) => return Err(error),
        };
        let Some(role) = role else { return Ok(None) };
        let arn = role.arn().to_owned();
        let mut seen = Seen::new(name, name, Props::default()).tagged(cx, from_iam(role.tags())).facts(Facts { arn });
        if seen.foreign.is_none() && role.path() != path(cx) {
            seen.foreign = Some(format!("another copy of this pipeline (its path is {})", role.path()));
        }
        if seen.foreign.is_some() {
            return Ok(Some(seen));
        }
        let read = tokio::try_join!(attached(&self.0, name), self.inline(name), self.permissions(name));
        let (attached, inline, permissions) = match read {
            Ok(read) => read,
            Err(error) if error.is_gone() => return Ok(None),
            Err(error) => return Err(error),
        };
        seen.props = Props {
            trust: decode(role.assume_role_policy_document().unwrap_or_default()),
            permissions,
            attached,
            boundary: role.permissions_boundary().and_then(|limit| limit.permissions_boundary_arn()).map(str::to_owned),
            other_policies: inline.into_iter().filter(|policy| policy != POLICY).collect(),
            description: role.description().unwrap_or_default().to_owned(),
            max_session: role.max_session_duration().unwrap_or(SESSION),
        };
        Ok(Some(seen))
    }

    /// The names of all roles of this pipeline.
    async fn listed(&self, cx: &Context) -> Result<BTreeSet<String>, Error> {
        let mut pages = self.0.list_roles().path_prefix(path(cx)).into_paginator().items().send();
        let mut names = BTreeSet::new();
        while let Some(role) = pages.next().await {
            names.insert(role.during(|| "listing roles".into())?.role_name().to_owned());
        }
        Ok(names)
    }

    async fn inline(&self, name: &str) -> Result<Vec<String>, Error> {
        let mut pages = self.0.list_role_policies().role_name(name).into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(policy) = pages.next().await {
            names.push(policy.during(|| format!("listing policies in role {name}"))?);
        }
        names.sort();
        Ok(names)
    }

    async fn permissions(&self, name: &str) -> Result<Value, Error> {
        let call = self.0.get_role_policy().role_name(name).policy_name(POLICY);
        match call.send().await.during(|| format!("reading the rights of role {name}")) {
            Ok(answer) => Ok(decode(answer.policy_document())),
            Err(error) if error.is_gone() => Ok(json!({})),
            Err(error) => Err(error),
        }
    }

    async fn detach(&self, name: &str, arn: &str) -> Result<(), Error> {
        let call = self.0.detach_role_policy().role_name(name).policy_arn(arn);
        call.send().await.during(|| format!("detaching {arn} from role {name}")).map(drop)
    }

    async fn remove_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        let call = self.0.delete_role_policy().role_name(name).policy_name(policy);
        call.send().await.during(|| format!("removing policy {policy} from role {name}")).map(drop)
    }
}

#[async_trait]
impl Resource for Role {
    const KIND: &'static str = "role";
    const LABEL: &'static str = "roles";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let values = values(&cx.doc, &cx.place());
        demand::roles(&cx.doc.pipeline).iter().map(|role| desired(cx, &values, role)).collect()
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        // Those whose names are known are looked at while the others are listed.
        let names: BTreeSet<String> = desired.iter().map(|role| role.name.clone()).collect();
        let looks = try_join_all(names.iter().map(|name| self.look(cx, name)));
        let (mut seen, listed) = tokio::try_join!(looks, self.listed(cx))?;
        seen.extend(try_join_all(listed.difference(&names).map(|name| self.look(cx, name))).await?);
        // Another program of this pipeline may own roles, too.
        let ours = |role: &Seen| {
            let layer = role.tags.as_ref().and_then(|tags| tags.get(LAYER));
            role.foreign.is_some() || layer.is_some_and(|layer| layer == cx.layer)
        };
        Ok(seen.into_iter().flatten().filter(ours).collect())
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let call = self
            .0
            .create_role()
            .role_name(&desired.name)
            .path(path(cx))
            .description(&desired.props.description)
            .max_session_duration(SESSION)
            .assume_role_policy_document(desired.props.trust.to_string())
            .set_permissions_boundary(desired.props.boundary.clone())
            .set_tags(Some(to_iam(&cx.tags_of::<Self>(desired))?));
        match call.send().await.during(|| format!("creating role {}", desired.name)) {
            // It was not there a moment ago: an earlier answer was lost.
            Err(error) if error.is(&["EntityAlreadyExists", "EntityAlreadyExistsException"]) => {
                Err(Error::again(error.doing, error.message))
            }
            result => result.map(drop),
        }
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, is, shall) = (&observed.physical, &observed.props, &desired.props);
        let doing = |what: &'static str| move || format!("setting {what} of role {name}");
        if is.trust != shall.trust {
            let call = self.0.update_assume_role_policy().role_name(name).policy_document(shall.trust.to_string());
            call.send().await.during(doing("trust"))?;
        }
        if is.permissions != shall.permissions && shall.permissions == json!({}) {
            self.remove_policy(name, POLICY).await?;
        } else if is.permissions != shall.permissions {
            let call = self.0.put_role_policy().role_name(name).policy_name(POLICY);
            call.policy_document(shall.permissions.to_string()).send().await.during(doing("permissions"))?;
        }
        for arn in is.attached.iter().filter(|arn| !shall.attached.contains(arn)) {
            self.detach(name, arn).await?;
        }
        for arn in shall.attached.iter().filter(|arn| !is.attached.contains(arn)) {
            attach(&self.0, name, arn).await?;
        }
        if let Some(boundary) = shall.boundary.as_ref().filter(|_| is.boundary != shall.boundary) {
            let call = self.0.put_role_permissions_boundary().role_name(name).permissions_boundary(boundary);
            call.send().await.during(doing("the permissions boundary"))?;
        }
        for policy in is.other_policies.iter().filter(|policy| !shall.other_policies.contains(policy)) {
            self.remove_policy(name, policy).await?;
        }
        if is.description != shall.description || is.max_session != shall.max_session {
            let call = self.0.update_role().role_name(name).max_session_duration(shall.max_session);
            let call = call.description(&shall.description);
            call.send().await.during(doing("description and session length"))?;
        }
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        let name = &observed.physical;
        let call = self.0.tag_role().role_name(name).set_tags(Some(to_iam(tags)?));
        call.send().await.during(|| format!("setting tags of role {name}")).map(drop)
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        // AWS deletes a role only when nothing hangs on it.
        let name = &observed.physical;
        for arn in attached(&self.0, name).await? {
            self.detach(name, &arn).await?;
        }
        for policy in self.inline(name).await? {
            self.remove_policy(name, &policy).await?;
        }
        let profiles = self.0.list_instance_profiles_for_role().role_name(name).send().await;
        for profile in profiles.during(|| format!("listing instance profiles of role {name}"))?.instance_profiles() {
            let profile = profile.instance_profile_name();
            let call = self.0.remove_role_from_instance_profile().role_name(name).instance_profile_name(profile);
            call.send().await.during(|| format!("taking role {name} out of instance profile {profile}"))?;
        }
        self.0.delete_role().role_name(name).send().await.during(|| format!("deleting role {name}")).map(drop)
    }
}
