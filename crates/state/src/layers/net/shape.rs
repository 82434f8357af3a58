//! What the network of a pipeline consists of: what the wish names and what the layers demand, folded.

use super::{Egress, Ingress};
use crate::demand::{self, Class, Source};
use crate::wish::Pipeline;
use std::collections::{BTreeMap, BTreeSet};

/// The group that everything in a pipeline with a wish for the network may share.
pub const MAIN: &str = "main";
/// The group of the interface endpoints, where `main` is not the only one whose members call them.
pub const ENDPOINTS: &str = "endpoints";

/// Ranges of the database subnets where a layer demands them and the wish names none.
const DATABASE: [&str; 2] = ["10.0.5.0/24", "10.0.6.0/24"];

/// A security group, with what may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What the console shows; AWS cannot change it.
    pub description: String,
    /// What may come in; no two of the same source and port.
    pub rules: Vec<Rule>,
}

/// What may come into a security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// From where.
    pub from: Origin,
    /// TCP port; all traffic without one.
    pub port: Option<u16>,
    /// Why; shown in the console.
    pub description: String,
}

/// Where traffic comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Members of the group itself.
    Itself,
    /// Members of another group, by its id.
    Group(String),
    /// An IPv4 range.
    Range(String),
}

/// The way out that is really made: where no layer demands one, there is none.
#[must_use]
pub fn egress(pipeline: &Pipeline) -> Egress {
    if demand::network(pipeline).way_out { pipeline.net().egress } else { Egress::None }
}

/// Whether something cannot do without subnets of this class.
pub(super) fn is_needed(pipeline: &Pipeline, class: Class) -> bool {
    let demanded = demand::network(pipeline);
    demanded.classes.contains(&class)
        || match class {
            Class::Public => demanded.way_out && pipeline.net().egress.has_nat(),
            Class::Private => demanded.way_out,
            Class::Database => false,
        }
}

/// Ranges of the subnets of a class, the nth in the nth zone. A class that neither the wish nor a layer names has none.
#[must_use]
pub fn subnets(pipeline: &Pipeline, class: Class) -> Vec<String> {
    let wish = pipeline.net();
    let is_needed = is_needed(pipeline, class);
    match (class, &wish.database_subnets) {
        (Class::Public, _) if is_needed || pipeline.net.is_some() => wish.public_subnets.clone(),
        (Class::Private, _) if is_needed || pipeline.net.is_some() => wish.private_subnets.clone(),
        (Class::Database, Some(ranges)) => ranges.clone(),
        (Class::Database, None) if is_needed => DATABASE.map(str::to_owned).to_vec(),
        _ => Vec::new(),
    }
}

/// How many zones have subnets.
#[must_use]
pub fn zones(pipeline: &Pipeline) -> usize {
    Class::ALL.iter().map(|class| subnets(pipeline, *class).len()).max().unwrap_or_default()
}

/// Whether there is the endpoint for S3, which is free: with any way out, and for database subnets, which have no other way.
/// A wish for no way out at all has none.
#[must_use]
pub fn reaches_s3(pipeline: &Pipeline) -> bool {
    let has_databases = !subnets(pipeline, Class::Database).is_empty() && pipeline.net().egress != Egress::None;
    egress(pipeline) != Egress::None || has_databases
}

/// All security groups by id, each with what the wish and the layers let in. What a layer lets in from a group that this
/// pipeline does not have is left out.
#[must_use]
pub fn groups(pipeline: &Pipeline) -> BTreeMap<String, Group> {
    let (wish, demanded) = (pipeline.net(), demand::network(pipeline).groups);
    let mut ids: BTreeSet<&str> = demanded.keys().copied().chain(wish.groups.keys().map(String::as_str)).collect();
    if pipeline.net.is_some() {
        ids.insert(MAIN);
    }
    if egress(pipeline) == Egress::Endpoints && ids.iter().any(|id| *id != MAIN) {
        ids.insert(ENDPOINTS);
    }
    let group = |id: &str| {
        let (own, asked) = (wish.groups.get(id), demanded.get(id));
        let mut rules: Vec<Rule> = Vec::new();
        let mut add = |rule: Rule| {
            // Two that differ in their description are one to AWS.
            if !rules.iter().any(|known| known.from == rule.from && known.port == rule.port) {
                rules.push(rule);
            }
        };
        let main: &[Ingress] = if id == MAIN { &wish.ingress } else { &[] };
        main.iter().chain(own.iter().flat_map(|own| &own.ingress)).filter_map(|one| rule(id, one)).for_each(&mut add);
        if id == MAIN {
            add(Rule { from: Origin::Itself, port: None, description: String::new() });
        }
        if id == ENDPOINTS {
            let from = Origin::Range(wish.cidr.clone());
            add(Rule { from, port: Some(443), description: "HTTPS from inside the VPC".into() });
        }
        for rule in asked.iter().flat_map(|asked| &asked.rules) {
            let from = match rule.from {
                Source::Group(other) if other != id && !ids.contains(other) => continue,
                Source::Group(other) if other != id => Origin::Group(other.to_owned()),
                Source::Group(_) | Source::Itself => Origin::Itself,
            };
            add(Rule { from, port: rule.port, description: rule.description.to_owned() });
        }
        let said = [own.map(|own| own.description.as_str()), asked.map(|asked| asked.description)];
        let said = said.into_iter().flatten().find(|text| !text.is_empty()).map(str::to_owned);
        let who = if id == MAIN { "Everything" } else { id };
        Group { description: said.unwrap_or_else(|| format!("{who} in the pipeline {}", pipeline.name)), rules }
    };
    ids.iter().map(|id| ((*id).to_owned(), group(id))).collect()
}

/// A rule of the wish for the group `id`; None where it has no source, which [`super::check`] refuses.
pub(super) fn rule(id: &str, ingress: &Ingress) -> Option<Rule> {
    let from = match (&ingress.cidr, &ingress.group) {
        (Some(range), None) => Origin::Range(range.clone()),
        (None, Some(group)) if group == id => Origin::Itself,
        (None, Some(group)) => Origin::Group(group.clone()),
        _ => return None,
    };
    Some(Rule { from, port: Some(ingress.port), description: ingress.description.clone() })
}
