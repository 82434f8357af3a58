//! The list of what `iam` owns, and its section.

use crate::role::Role;
use aws_sdk_iam::Client;
use strata_aws::Session;
use strata_layer::{Context, Layer, NoVerbs, Part, part};
use strata_state::{Document, layers};

pub(crate) struct Iam;

impl Layer for Iam {
    type Verbs = NoVerbs;

    fn table(&self) -> &'static strata_state::layers::Layer {
        &strata_state::layers::iam::LAYER
    }

    fn policy(&self) -> &'static str {
        include_str!("../../../policies/deployer/iam.json")
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        vec![part(&[], Role(Client::new(&session.sdk)))]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let arns = cx.observed::<Role>().into_iter().map(|role| (role.id, role.facts.arn));
        let role_arns: std::collections::BTreeMap<_, _> = arns.collect();
        doc.iam = (!role_arns.is_empty()).then_some(layers::iam::Section { role_arns });
    }
}
