//! Network ACLs: Airflow's parts reach their database on port 5432, across the two subnets.

use super::{Found, network};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, NetworkAcl, NetworkAclEntry, RuleAction};
use ipnet::Ipv4Net;
use strata_aws::{During, Error};
use strata_layer::Context;

const DATABASE: i32 = 5432;

pub(crate) async fn look(ec2: &Client, cx: &Context) -> Result<Found, Error> {
    let mut found = Found::default();
    let Some(net) = &cx.doc.net else { return Ok(found) };
    let filter = Filter::builder().name("vpc-id").values(&net.vpc_id).build();
    let doing = || "looking at the network ACLs".to_owned();
    let (acls, subnets) = futures::try_join!(
        async { ec2.describe_network_acls().filters(filter).send().await.during(doing) },
        network::subnets(ec2, net.private_subnets(2)),
    )?;
    for subnet in &subnets {
        let Some(id) = subnet.subnet_id() else { continue };
        let own = |acl: &&NetworkAcl| acl.associations().iter().any(|used| used.subnet_id() == Some(id));
        let Some(acl) = acls.network_acls().iter().find(own) else { continue };
        for other in subnets.iter().filter_map(|subnet| subnet.cidr_block()?.parse::<Ipv4Net>().ok()) {
            for (egress, way) in [(false, "in from"), (true, "out to")] {
                if !passes(acl.entries(), egress, other) {
                    let acl = acl.network_acl_id().unwrap_or_default();
                    found.say(
                        format!("network ACL {acl} of subnet {id} does not let TCP 5432 {way} {other}"),
                        format!("add a rule to {acl} that allows TCP 5432 between the private subnets, both ways"),
                    );
                }
            }
        }
    }
    Ok(found)
}

/// The rule with the lowest number that speaks of this traffic decides; without one, nothing passes.
fn passes(entries: &[NetworkAclEntry], egress: bool, other: Ipv4Net) -> bool {
    let speaks = |entry: &&NetworkAclEntry| {
        let ports = entry.port_range();
        let port = ports.is_none_or(|range| {
            range.from().is_none_or(|from| from <= DATABASE) && range.to().is_none_or(|to| DATABASE <= to)
        });
        let range = entry.cidr_block().and_then(|range| range.parse::<Ipv4Net>().ok());
        entry.egress() == Some(egress)
            && (entry.protocol() == Some("-1") || (entry.protocol() == Some("6") && port))
            && range.is_some_and(|range| range.contains(&other))
    };
    let first = entries.iter().filter(speaks).min_by_key(|entry| entry.rule_number());
    first.is_some_and(|entry| entry.rule_action() == Some(&RuleAction::Allow))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::PortRange;

    fn rule(number: i32, protocol: &str, ports: Option<(i32, i32)>, range: &str, allow: bool) -> NetworkAclEntry {
        let ports = ports.map(|(from, to)| PortRange::builder().from(from).to(to).build());
        NetworkAclEntry::builder()
            .rule_number(number)
            .protocol(protocol)
            .set_port_range(ports)
            .cidr_block(range)
            .rule_action(if allow { RuleAction::Allow } else { RuleAction::Deny })
            .egress(false)
            .build()
    }

    #[test]
    fn the_lowest_number_that_speaks_of_the_traffic_decides() {
        let subnet = "10.0.2.0/24".parse().unwrap();
        let last = rule(32767, "-1", None, "0.0.0.0/0", false);
        let all = rule(100, "-1", None, "0.0.0.0/0", true);
        let web = rule(10, "6", Some((443, 443)), "0.0.0.0/0", false);
        let deny = rule(20, "6", Some((5000, 6000)), "10.0.0.0/16", false);
        let near = rule(30, "6", Some((5432, 5432)), "10.0.2.0/24", true);
        assert!(passes(&[last.clone(), all.clone(), web.clone()], false, subnet));
        assert!(!passes(&[last.clone(), all.clone()], true, subnet), "nothing is said about the way out");
        assert!(!passes(&[all, deny, last.clone()], false, subnet));
        assert!(passes(&[web.clone(), near, last.clone()], false, subnet));
        assert!(!passes(&[web, last], false, subnet));
    }
}
