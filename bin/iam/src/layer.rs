//! The list of what `iam` owns, and its section.

use crate::instance_profile::InstanceProfile;
use crate::preflight;
use crate::role::Role;
use crate::service_role::ServiceRole;
use aws_sdk_iam::Client;
use std::collections::BTreeMap;
use strata_aws::{Error, Session};
use strata_layer::{Context, Finding, Layer, NoVerbs, Part, Resource, async_trait, part};
use strata_state::{Document, layers};

pub(crate) struct Iam;

#[async_trait]
impl Layer for Iam {
    type Verbs = NoVerbs;

    fn table(&self) -> &'static strata_state::layers::Layer {
        &strata_state::layers::iam::LAYER
    }

    fn policy(&self) -> &'static str {
        include_str!("../../../policies/deployer/iam.json")
    }

    async fn preflight(&self, cx: &Context) -> Result<Vec<Finding>, Error> {
        preflight::findings(&Client::new(&cx.session.sdk), cx).await
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let iam = Client::new(&session.sdk);
        vec![
            part(&[], ServiceRole(iam.clone())),
            part(&[], Role(iam.clone())),
            part(&[Role::KIND], InstanceProfile(iam)),
        ]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let role_arns: BTreeMap<_, _> =
            cx.observed::<Role>().into_iter().map(|role| (role.id, role.facts.arn)).collect();
        let instance_profile_arns: BTreeMap<_, _> =
            cx.observed::<InstanceProfile>().into_iter().map(|profile| (profile.id, profile.facts.arn)).collect();
        let any =
            !role_arns.is_empty() || !instance_profile_arns.is_empty() || !cx.observed::<ServiceRole>().is_empty();
        doc.iam = any.then_some(layers::iam::Section { role_arns, instance_profile_arns });
    }
}
