//! The demands of all layers of a pipeline, as one.

use super::{File, Group, Network, Role, ServiceRole, Text};
use crate::layers::{ALL, asked};
use crate::policy::Place;
use crate::wish::Pipeline;
use std::collections::{BTreeMap, BTreeSet};

/// All roles that `pipeline` needs, by id. What is said of one role by several is joined.
#[must_use]
pub fn roles(pipeline: &Pipeline) -> Vec<Role> {
    let mut roles: BTreeMap<Text, Role> = BTreeMap::new();
    for role in asked(pipeline).iter().flat_map(|layer| (layer.roles)(pipeline)) {
        match roles.get_mut(&role.id) {
            Some(known) => {
                // A person's own words come first, and may leave these two out.
                for (text, more) in [(&mut known.file, role.file), (&mut known.description, role.description)] {
                    if text.is_empty() {
                        *text = more;
                    }
                }
                add(&mut known.trust, role.trust);
                add(&mut known.permissions, role.permissions);
                add(&mut known.managed, role.managed);
                known.instance_profile |= role.instance_profile;
            }
            None => drop(roles.insert(role.id.clone(), role)),
        }
    }
    roles.into_values().collect()
}

/// All roles with fixed names that `pipeline` needs, by name.
#[must_use]
pub fn service_roles(pipeline: &Pipeline) -> Vec<ServiceRole> {
    let mut roles: BTreeMap<Text, ServiceRole> = BTreeMap::new();
    for role in asked(pipeline).iter().flat_map(|layer| (layer.service_roles)(pipeline)) {
        match roles.get_mut(&role.name) {
            Some(known) => add(&mut known.managed, role.managed),
            None => drop(roles.insert(role.name.clone(), role)),
        }
    }
    roles.into_values().collect()
}

/// Add those that are not there yet.
fn add(known: &mut Vec<Text>, more: Vec<Text>) {
    for text in more {
        if !known.contains(&text) {
            known.push(text);
        }
    }
}

/// What all layers together want of the network.
#[must_use]
pub fn network(pipeline: &Pipeline) -> Network {
    let mut all = Network::default();
    for wanted in asked(pipeline).iter().map(|layer| (layer.network)(pipeline)) {
        all.classes.extend(wanted.classes);
        all.way_out |= wanted.way_out;
        all.endpoints.extend(wanted.endpoints);
        for (id, group) in wanted.groups {
            let known = all.groups.entry(id).or_insert_with(|| Group { rules: Vec::new(), ..group.clone() });
            let more: Vec<_> = group.rules.into_iter().filter(|rule| !known.rules.contains(rule)).collect();
            known.rules.extend(more);
        }
    }
    all
}

/// All files that `pipeline` needs in its buckets, by bucket and key. A file that two layers want is there once.
#[must_use]
pub fn files(pipeline: &Pipeline, place: &Place) -> Vec<File> {
    let mut files: Vec<File> = asked(pipeline).iter().flat_map(|layer| (layer.files)(pipeline, place)).collect();
    files.sort_by(|a, b| (&a.bucket, &a.key).cmp(&(&b.bucket, &b.key)));
    files.dedup_by(|a, b| (&a.bucket, &a.key) == (&b.bucket, &b.key));
    files
}

/// All services that use the pipeline's key themselves.
#[must_use]
pub fn key_services(pipeline: &Pipeline, place: &Place) -> BTreeSet<String> {
    asked(pipeline).iter().flat_map(|layer| (layer.key_services)(pipeline, place)).collect()
}

/// Where files of layers are, asked for or not: so those of a layer that is no longer asked for are found, too.
#[must_use]
pub fn prefixes() -> BTreeSet<&'static str> {
    ALL.iter().flat_map(|layer| layer.prefixes.iter().copied()).collect()
}
