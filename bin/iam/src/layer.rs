//! The list of what `iam` owns, and its section.

use crate::role::Role;
use aws_sdk_iam::Client;
use strata_aws::Session;
use strata_layer::{Context, Layer, NoVerbs, Part, part};
use strata_state::{Document, section};

pub(crate) struct Iam;

impl Layer for Iam {
    type Verbs = NoVerbs;

    fn name(&self) -> &'static str {
        "iam"
    }

    fn about(&self) -> &'static str {
        "The roles of MWAA and Glue, with least rights"
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        vec![part("role", "roles", &[], Role(Client::new(&session.sdk)))]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let arns = cx.lives("role").into_iter().filter_map(|mut role| Some((role.id, role.facts.remove("arn")?)));
        let role_arns: std::collections::BTreeMap<_, _> = arns.collect();
        doc.iam = (!role_arns.is_empty()).then_some(section::Iam { role_arns });
    }

    fn clear(&self, doc: &mut Document) {
        doc.iam = None;
    }
}
