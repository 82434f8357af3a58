//! The two roles: who may assume them, and what they may do.

use super::{Found, policy, rights};
use aws_sdk_iam::Client;
use futures::future::try_join_all;
use percent_encoding::percent_decode_str;
use rights::Need;
use serde_json::Value;
use std::collections::BTreeMap;
use strata_aws::{During, Error};
use strata_layer::Context;
use strata_state::demand;

/// A role as IAM has it.
struct Role {
    name: String,
    trust: Value,
    documents: Vec<Value>,
    /// What it may do at most, where that is limited.
    boundary: Option<Value>,
}

/// A role, and what it has to be able to do.
pub(crate) struct Wanted {
    /// Its id in the document.
    pub(crate) id: &'static str,
    /// What the files of its documents are called.
    pub(crate) file: &'static str,
    /// Who assumes it.
    pub(crate) services: &'static [&'static str],
    /// The ARN that they do it for; empty where they tell none.
    pub(crate) source: String,
    pub(crate) needs: Vec<Need>,
}

/// The role of the jobs and crawlers that the DAG starts; what it needs in the bucket is known when that is.
pub(crate) fn glue(cx: &Context, bucket: Option<&str>) -> Wanted {
    Wanted {
        id: "glue",
        file: "glue",
        services: &["glue.amazonaws.com"],
        source: String::new(),
        needs: bucket.map(|bucket| rights::glue(cx, bucket)).unwrap_or_default(),
    }
}

/// The rights that `iam` gives, filled in for this pipeline.
pub(crate) fn document(cx: &Context, wanted: &Wanted) -> Result<Value, Error> {
    let role = demand::roles(&cx.doc.pipeline).into_iter().find(|role| role.id == wanted.id);
    let rights = role.map(|role| role.permissions).unwrap_or_default();
    let values = strata_state::policy::values(&cx.doc, &cx.place());
    let doing = format!("reading policies/roles/{}.permissions.json", wanted.file);
    strata_state::policy::join(&rights, &values).map_err(|why| Error::usage(doing, why))
}

/// What the rights that `iam` gives lack of what the DAG and its jobs need: nothing is asked of AWS.
pub(crate) fn built_in(cx: &Context, roles: &[Wanted]) -> Result<Found, Error> {
    let mut found = Found::default();
    for wanted in roles {
        for (why, lacking) in lacking(&[document(cx, wanted)?], &wanted.needs) {
            found.say(
                format!("the role {} lacks {}, and {why}", wanted.id, lacking.join(", ")),
                format!("correct policies/roles/{}.permissions.json", wanted.file),
            );
        }
    }
    Ok(found)
}

/// What the role as IAM has it lacks.
pub(crate) async fn look(iam: &Client, cx: &Context, wanted: &Wanted) -> Result<Found, Error> {
    let Wanted { id, file, services, source, needs } = wanted;
    let mut found = Found::default();
    let Some(arn) = cx.doc.iam.as_ref().and_then(|iam| iam.role_arns.get(*id)) else { return Ok(found) };
    let Some(role) = read(iam, arn).await? else {
        found.unseen(format!("role {arn} does not exist"), "run `iam up`");
        return Ok(found);
    };
    let name = &role.name;
    let strange: Vec<&str> = services
        .iter()
        .filter(|service| !policy::trusts(&role.trust, service, &cx.session.account, source))
        .copied()
        .collect();
    if !strange.is_empty() {
        found.say(
            format!("role {name} may not be assumed by {}", strange.join(" and ")),
            format!("run `iam up`, or let its trust policy name {}", services.join(" and ")),
        );
    }
    for (why, lacking) in lacking(&role.documents, needs) {
        found.say(
            format!("role {name} may not {}, and {why}", lacking.join(", ")),
            format!("run `iam up`, which gives it policies/roles/{}.permissions.json", file),
        );
    }
    if let Some(boundary) = &role.boundary {
        for (why, lacking) in self::lacking(std::slice::from_ref(boundary), needs) {
            found.say(
                format!("the permissions boundary of role {name} does not let it {}, and {why}", lacking.join(", ")),
                "widen the boundary, or remove it",
            );
        }
    }
    Ok(found)
}

/// Rights that these documents do not give, by what they are for: `s3:PutObject on arn:..`.
fn lacking(documents: &[Value], needs: &[Need]) -> BTreeMap<&'static str, Vec<String>> {
    let mut lacking: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for need in needs {
        let may = |action: &&&str| policy::allow(documents, action, &need.resource);
        let actions: Vec<&str> = need.actions.iter().filter(|action| !may(action)).copied().collect();
        if !actions.is_empty() {
            let list = lacking.entry(need.why).or_default();
            match list.len() {
                // One line, however many jobs there are.
                0 | 1 => list.push(format!("{} on {}", actions.join(" and "), need.resource)),
                2 => list.push("and more of the kind".into()),
                _ => {}
            }
        }
    }
    lacking
}

/// The role with all its documents; None when there is no such role.
async fn read(iam: &Client, arn: &str) -> Result<Option<Role>, Error> {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let doing = || format!("reading role {name}");
    let asked = futures::try_join!(
        async { iam.get_role().role_name(name).send().await.during(doing) },
        async {
            iam.list_role_policies().role_name(name).into_paginator().items().send().try_collect().await.during(doing)
        },
        async {
            let pages = iam.list_attached_role_policies().role_name(name).into_paginator();
            pages.items().send().try_collect().await.during(doing)
        },
    );
    let (role, inline, attached) = match asked {
        Ok(answers) => answers,
        Err(error) if error.is_gone() => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(role) = role.role.filter(|role| role.arn() == arn) else { return Ok(None) };
    let inline = try_join_all(inline.iter().map(|policy| async move {
        let answer = iam.get_role_policy().role_name(name).policy_name(policy).send().await;
        answer
            .during(|| format!("reading policy {policy} of role {name}"))
            .map(|answer| decode(answer.policy_document()))
    }));
    let arns = attached.iter().filter_map(|policy| policy.policy_arn());
    let attached = try_join_all(arns.map(|arn| managed(iam, arn)));
    let boundary = async {
        match role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn()) {
            Some(arn) => managed(iam, arn).await.map(Some),
            None => Ok(None),
        }
    };
    let (mut documents, attached, boundary) = futures::try_join!(inline, attached, boundary)?;
    documents.extend(attached);
    let trust = decode(role.assume_role_policy_document().unwrap_or_default());
    Ok(Some(Role { name: name.to_owned(), trust, documents, boundary }))
}

/// The document of a managed policy in the version that counts.
async fn managed(iam: &Client, arn: &str) -> Result<Value, Error> {
    let doing = || format!("reading policy {arn}");
    let policy = iam.get_policy().policy_arn(arn).send().await.during(doing)?;
    let version = policy.policy().and_then(|policy| policy.default_version_id()).unwrap_or("v1");
    let answer = iam.get_policy_version().policy_arn(arn).version_id(version).send().await.during(doing)?;
    Ok(decode(answer.policy_version().and_then(|version| version.document()).unwrap_or_default()))
}

/// A document as IAM answers it: JSON, percent-encoded.
fn decode(document: &str) -> Value {
    serde_json::from_str(&percent_decode_str(document).decode_utf8_lossy()).unwrap_or_default()
}
