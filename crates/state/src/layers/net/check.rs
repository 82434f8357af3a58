//! What a wish for the network has to hold to.

use super::{Egress, Ingress, shape};
use crate::demand::{self, Class};
use crate::layers::{self, Layer};
use crate::wish::{Pipeline, words};
use ipnet::Ipv4Net;
use std::collections::BTreeMap;

/// The most zones that any region has.
const ZONES: usize = 6;

/// Everything that is wrong with it, one sentence each.
pub(crate) fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let net = pipeline.net();
    let vpc = range(found, "pipeline.net.cidr", &net.cidr);
    if let Some(vpc) = vpc
        && !(16..=28).contains(&vpc.prefix_len())
    {
        found.push(format!("pipeline.net.cidr: `{}` has to be between /16 and /28", net.cidr));
    }
    subnets(pipeline, vpc, found);
    zones(pipeline, found);
    groups(pipeline, found);
    if net.egress == Egress::None && pipeline.env == "prod" && demand::network(pipeline).way_out {
        let who = who(pipeline, |layer| (layer.network)(pipeline).way_out);
        found.push(format!("pipeline.net.egress: `none` leaves `{who}` without a way to AWS; use nat or endpoints"));
    }
}

/// The layer that asks for something.
fn who(pipeline: &Pipeline, asks: impl Fn(&Layer) -> bool) -> &'static str {
    layers::asked(pipeline).into_iter().find(|layer| asks(layer)).map_or("a layer", |layer| layer.name)
}

fn subnets(pipeline: &Pipeline, vpc: Option<Ipv4Net>, found: &mut Vec<String>) {
    let net = pipeline.net();
    let database = shape::subnets(pipeline, Class::Database);
    let lists =
        [(Class::Public, &net.public_subnets), (Class::Private, &net.private_subnets), (Class::Database, &database)];
    let mut seen: Vec<(String, Ipv4Net)> = Vec::new();
    for (class, ranges) in lists {
        let list = format!("pipeline.net.{}_subnets", class.as_str());
        many(pipeline, class, ranges.len(), &list, found);
        for (index, text) in ranges.iter().enumerate() {
            let path = format!("{list}[{index}]");
            let Some(subnet) = range(found, &path, text) else { continue };
            if let Some(vpc) = vpc
                && !vpc.contains(&subnet)
            {
                found.push(format!("{path}: `{subnet}` does not fit into the VPC's `{vpc}`"));
            }
            if subnet.prefix_len() > 28 {
                found.push(format!("{path}: `{subnet}` is smaller than /28, AWS's smallest subnet"));
            }
            for (other, taken) in &seen {
                if taken.contains(&subnet) || subnet.contains(taken) {
                    found.push(format!("{path}: `{subnet}` overlaps `{taken}` of {other}"));
                }
            }
            seen.push((path, subnet));
        }
    }
    let (private, public) = (net.private_subnets.len(), net.public_subnets.len());
    if shape::egress(pipeline) == Egress::NatPerZone && public < private {
        found.push(format!(
            "pipeline.net.public_subnets: egress `nat-per-zone` needs one in each zone of a private subnet, {private} of them, and \
             here are {public}"
        ));
    }
}

/// Whether there are as many subnets of a class as something needs.
fn many(pipeline: &Pipeline, class: Class, there: usize, list: &str, found: &mut Vec<String>) {
    if there > ZONES {
        found.push(format!("{list}: there may be up to {ZONES}, one per zone, and here are {there}"));
    }
    if !shape::is_needed(pipeline, class) {
        return;
    }
    if class == Class::Public {
        if there == 0 {
            found.push(format!(
                "{list}: a NAT gateway needs a public subnet, and here is none; set pipeline.net.egress to `endpoints`, or name one"
            ));
        }
    } else if there < 2 {
        let asks = |layer: &Layer| {
            let wanted = (layer.network)(pipeline);
            wanted.classes.contains(&class) || (class == Class::Private && wanted.way_out)
        };
        let who = who(pipeline, asks);
        found.push(format!("{list}: `{who}` needs two at least, one per zone, and here are {there}"));
    }
}

fn zones(pipeline: &Pipeline, found: &mut Vec<String>) {
    let (zones, many) = (&pipeline.net().zones, shape::zones(pipeline));
    let is_twice = |(index, zone): (usize, &String)| zones[..index].contains(zone);
    if !zones.is_empty() && (zones.len() != many || zones.iter().enumerate().any(is_twice)) {
        found.push(format!(
            "pipeline.net.zones: name {many} different zones, as many as there are subnets of a class, or none to have strata ask AWS"
        ));
    }
    for zone in zones {
        words::name(found, "pipeline.net.zones", zone.trim_end_matches(|c: char| c.is_ascii_lowercase()), 5, 30);
    }
}

fn groups(pipeline: &Pipeline, found: &mut Vec<String>) {
    let net = pipeline.net();
    let all = shape::groups(pipeline);
    rules(found, "pipeline.net.ingress", shape::MAIN, &net.ingress, &all);
    for (id, group) in &net.groups {
        let path = format!("pipeline.net.groups.{id}");
        words::name(found, &path, id, 1, 24);
        if id == "default" || id.starts_with("sg-") {
            found.push(format!("{path}: AWS keeps `default` and names that start with `sg-` for itself"));
        }
        words::description(found, &format!("{path}.description"), &group.description);
        rules(found, &format!("{path}.ingress"), id, &group.ingress, &all);
    }
}

fn rules(found: &mut Vec<String>, list: &str, id: &str, ingress: &[Ingress], groups: &BTreeMap<String, shape::Group>) {
    for (index, rule) in ingress.iter().enumerate() {
        let path = format!("{list}[{index}]");
        match (&rule.cidr, &rule.group) {
            (Some(text), None) => drop(range(found, &format!("{path}.cidr"), text)),
            (None, Some(other)) if !groups.contains_key(other) => {
                let known: Vec<&str> = groups.keys().map(String::as_str).collect();
                let known = known.join(", ");
                found.push(format!("{path}.group: there is no security group `{other}`; known are {known}"));
            }
            (None, Some(_)) => {}
            _ => found.push(format!("{path}: give either `cidr` or `group`, from where the traffic comes")),
        }
        words::description(found, &format!("{path}.description"), &rule.description);
        if rule.port == 0 {
            found.push(format!("{path}.port: a TCP port is 1 to 65535"));
        }
        let same = |other: &Ingress| shape::rule(id, other).zip(shape::rule(id, rule));
        let is_same = |other: &Ingress| same(other).is_some_and(|(a, b)| a.from == b.from && a.port == b.port);
        if ingress[..index].iter().any(is_same) {
            found.push(format!("{path}: the same source and port is there already"));
        }
    }
}

fn range(found: &mut Vec<String>, path: &str, text: &str) -> Option<Ipv4Net> {
    match text.parse::<Ipv4Net>() {
        // In another form (a zero in front) AWS would show it differently, or read it as an octal number.
        Ok(net) if net.to_string() != text => {
            found.push(format!("{path}: `{text}` is written `{net}`"));
            None
        }
        Ok(net) if net.trunc() == net => Some(net),
        Ok(net) => {
            found.push(format!("{path}: `{text}` has bits beyond its length set; the range is `{}`", net.trunc()));
            None
        }
        Err(_) => {
            found.push(format!("{path}: `{text}` is not an IPv4 range such as 10.0.0.0/16"));
            None
        }
    }
}
