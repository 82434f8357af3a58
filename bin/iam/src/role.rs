//! A role: who may assume it, what it may do, and nothing else. Roles are global to an account, so the region is part of
//! name and path; the path is how ours are found.

use crate::policy::{Documents, ROLES, fill, normal, values};
use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use futures::future::try_join_all;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use strata_aws::tags::{LAYER, Tags};
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Live, Resource, Wish, async_trait};
use strata_state::Kind;

pub(crate) struct Role(pub(crate) Client);

/// The inline policy that holds a role's rights. Any other one was put there by somebody else.
const POLICY: &str = "strata";
/// Seconds; AWS's own default, said because a difference is drift.
const SESSION: i32 = 3600;

fn path(cx: &Context) -> String {
    format!("/strata/{}/{}/{}/", cx.doc.pipeline.name, cx.doc.pipeline.env, cx.session.region)
}

fn to_iam(tags: &Tags) -> Result<Vec<Tag>, Error> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let tags: Result<Vec<Tag>, _> = tags.iter().map(tag).collect();
    tags.map_err(|error| Error::failed("writing tags", error.to_string()))
}

/// A document as IAM answers it: JSON, percent-encoded.
fn decode(document: &str) -> Value {
    let text = percent_decode_str(document).decode_utf8_lossy();
    serde_json::from_str(&text).map_or_else(|_| Value::String(text.into_owned()), normal)
}

impl Role {
    /// The role called `name`, if there is one.
    async fn look(&self, cx: &Context, name: &str) -> Result<Option<Live>, Error> {
        let doing = || format!("reading role {name}");
        let role = match self.0.get_role().role_name(name).send().await.during(doing) {
            Ok(answer) => answer.role,
            Err(error) if error.is_gone() => None,
            Err(error) => return Err(error),
        };
        let Some(role) = role else { return Ok(None) };
        let tags = role.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
        let mut live = Live::new(name, name).tagged(cx, tags).fact("arn", role.arn());
        if live.foreign.is_none() && role.path() != path(cx) {
            live.foreign = Some(format!("another copy of this pipeline (its path is {})", role.path()));
        }
        if live.foreign.is_some() {
            return Ok(Some(live));
        }
        let read = tokio::try_join!(self.attached(name), self.inline(name), self.permissions(name));
        let (attached, inline, permissions) = match read {
            Ok(read) => read,
            Err(error) if error.is_gone() => return Ok(None),
            Err(error) => return Err(error),
        };
        let other: Vec<String> = inline.into_iter().filter(|policy| policy != POLICY).collect();
        let live = live
            .prop("trust", decode(role.assume_role_policy_document().unwrap_or_default()))
            .prop("permissions", permissions)
            .prop("attached", attached)
            .prop("other_policies", other)
            .prop("description", role.description().unwrap_or_default())
            .prop("max_session", role.max_session_duration().unwrap_or(SESSION));
        Ok(Some(live))
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

    async fn attached(&self, name: &str) -> Result<Vec<String>, Error> {
        let mut pages = self.0.list_attached_role_policies().role_name(name).into_paginator().items().send();
        let mut arns = Vec::new();
        while let Some(policy) = pages.next().await {
            let policy = policy.during(|| format!("listing policies attached to role {name}"))?;
            arns.extend(policy.policy_arn().map(str::to_owned));
        }
        arns.sort();
        Ok(arns)
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
            Err(error) if error.is_gone() => Ok(Value::Null),
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

/// The texts of a list in a property.
fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[async_trait]
impl Resource for Role {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let session = &cx.session;
        let values = values(&cx.doc.pipeline, &session.partition, &session.account, &session.region);
        let wish = |documents: &Documents| {
            let role = documents.role;
            let filled = |what: &str, text: &str| {
                let wrong =
                    |reason| Error::usage(format!("writing policies/roles/{}.{what}.json", documents.file), reason);
                fill(text, &values).map_err(wrong)
            };
            let wish = Wish::new(role, cx.name(Kind::Role, role))
                .prop("trust", filled("trust", documents.trust)?)
                .prop("permissions", filled("permissions", documents.permissions)?)
                .prop("attached", json!([]))
                .prop("other_policies", json!([]))
                .prop("description", documents.description)
                .prop("max_session", SESSION);
            Ok(wish)
        };
        let kind = cx.doc.pipeline.airflow.kind;
        ROLES.iter().filter(|documents| documents.kind.is_none_or(|of| of == kind)).map(wish).collect()
    }

    async fn list(&self, cx: &Context, wishes: &[Wish]) -> Result<Vec<Live>, Error> {
        // Those whose names are known are looked at while the others are listed.
        let wished: BTreeSet<String> = wishes.iter().map(|wish| wish.name.clone()).collect();
        let looks = try_join_all(wished.iter().map(|name| self.look(cx, name)));
        let (mut lives, listed) = tokio::try_join!(looks, self.listed(cx))?;
        lives.extend(try_join_all(listed.difference(&wished).map(|name| self.look(cx, name))).await?);
        // Another program of this pipeline may own roles, too.
        let ours = |live: &Live| {
            let layer = live.tags.as_ref().and_then(|tags| tags.get(LAYER));
            live.foreign.is_some() || layer.is_some_and(|layer| layer == cx.layer)
        };
        Ok(lives.into_iter().flatten().filter(ours).collect())
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let call = self
            .0
            .create_role()
            .role_name(&wish.name)
            .path(path(cx))
            .description(wish.text("description"))
            .max_session_duration(SESSION)
            .assume_role_policy_document(wish.props.get("trust").map(Value::to_string).unwrap_or_default())
            .set_tags(Some(to_iam(&cx.tags("role", &wish.id, &wish.name))?));
        match call.send().await.during(|| format!("creating role {}", wish.name)) {
            // It was not there a moment ago: an earlier answer was lost.
            Err(error) if error.is(&["EntityAlreadyExists", "EntityAlreadyExistsException"]) => {
                Err(Error::again(error.doing, error.message))
            }
            result => result.map(drop),
        }
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let name = &live.physical;
        for change in changes {
            let doing = || format!("setting {} of role {name}", change.field);
            match change.field.as_str() {
                "trust" => {
                    let call =
                        self.0.update_assume_role_policy().role_name(name).policy_document(change.to.to_string());
                    call.send().await.during(doing)?;
                }
                "permissions" => {
                    let call = self.0.put_role_policy().role_name(name).policy_name(POLICY);
                    call.policy_document(change.to.to_string()).send().await.during(doing)?;
                }
                "attached" => {
                    for arn in texts(&change.from) {
                        self.detach(name, arn).await?;
                    }
                }
                "other_policies" => {
                    for policy in texts(&change.from) {
                        self.remove_policy(name, policy).await?;
                    }
                }
                // Both in one call, below.
                "description" | "max_session" => {}
                _ => {
                    let tags = to_iam(&cx.tags("role", &wish.id, &wish.name))?;
                    self.0.tag_role().role_name(name).set_tags(Some(tags)).send().await.during(doing)?;
                }
            }
        }
        if changes.iter().any(|change| matches!(change.field.as_str(), "description" | "max_session")) {
            let call = self.0.update_role().role_name(name).max_session_duration(SESSION);
            let call = call.description(wish.text("description"));
            call.send().await.during(|| format!("setting description and session length of role {name}"))?;
        }
        Ok(())
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        // AWS deletes a role only when nothing hangs on it.
        let name = &live.physical;
        for arn in self.attached(name).await? {
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
