//! The list of what `keys` owns, and its section.

use crate::alias::Alias;
use crate::key::Key;
use aws_sdk_kms::Client;
use strata_aws::Session;
use strata_layer::{Context, Layer, NoVerbs, Part, Resource, part};
use strata_state::Document;
use strata_state::layers::{self, keys};

pub(crate) struct Keys;

impl Layer for Keys {
    type Verbs = NoVerbs;

    fn table(&self) -> &'static layers::Layer {
        &keys::LAYER
    }

    fn policy(&self) -> &'static str {
        include_str!("../../../policies/deployer/keys.json")
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let kms = Client::new(&session.sdk);
        vec![part(&[], Key(kms.clone())), part(&[Key::KIND], Alias(kms))]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let alias = cx.one::<Alias>("main").map(|alias| alias.physical).unwrap_or_default();
        let section = |key: strata_layer::Observed<_, crate::key::Facts>| keys::Section {
            key_id: key.physical,
            arn: key.facts.arn,
            alias,
        };
        doc.keys = cx.one::<Key>("main").map(section);
    }
}
