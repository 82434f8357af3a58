//! The security group: Airflow's parts talk to each other and to the world.

use super::Found;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, IpPermission, SecurityGroup};
use strata_aws::{During, Error};
use strata_layer::Context;

/// HTTPS and the database: what Airflow's parts need of each other where not everything is allowed.
const PORTS: [i32; 2] = [443, 5432];

pub(crate) async fn look(ec2: &Client, cx: &Context) -> Result<Found, Error> {
    let mut found = Found::default();
    let Some(net) = &cx.doc.net else { return Ok(found) };
    let id = &net.security_group_id;
    let filter = Filter::builder().name("group-id").values(id).build();
    let answer = ec2.describe_security_groups().filters(filter).send().await;
    let answer = answer.during(|| "looking at the security group".into())?;
    let Some(group) = answer.security_groups().first() else {
        found.unseen(format!("security group {id} does not exist"), "run `net up`");
        return Ok(found);
    };
    if group.vpc_id() != Some(&net.vpc_id) {
        let vpc = group.vpc_id().unwrap_or_default();
        found
            .say(format!("security group {id} is in VPC {vpc}, and the subnets are in {}", net.vpc_id), "run `net up`");
    }
    check(group, &mut found);
    Ok(found)
}

fn check(group: &SecurityGroup, found: &mut Found) {
    let id = group.group_id().unwrap_or_default();
    let itself = |rule: &IpPermission| rule.user_id_group_pairs().iter().any(|pair| pair.group_id() == Some(id));
    let anywhere = |rule: &IpPermission| rule.ip_ranges().iter().any(|range| range.cidr_ip() == Some("0.0.0.0/0"));
    let inbound = group.ip_permissions();
    if !PORTS.iter().all(|port| inbound.iter().any(|rule| (itself(rule) || anywhere(rule)) && covers(rule, *port))) {
        found.say(
            format!(
                "security group {id} has no inbound rule for its own members: Airflow's parts cannot connect to each other"
            ),
            "run `net up`, which allows all traffic from the group itself",
        );
    }
    let outbound = group.ip_permissions_egress();
    let out = outbound.iter().any(|rule| anywhere(rule) && covers(rule, 443));
    let across = outbound.iter().any(|rule| (anywhere(rule) || itself(rule)) && covers(rule, 5432));
    if !out || !across {
        found.say(
            format!("security group {id} does not let its members out: Airflow reaches neither AWS nor its database"),
            "run `net up`, which allows all outbound traffic",
        );
    }
}

fn covers(rule: &IpPermission, port: i32) -> bool {
    match rule.ip_protocol() {
        Some("-1") => true,
        Some("tcp" | "6") => {
            rule.from_port().is_some_and(|from| from <= port) && rule.to_port().is_some_and(|to| port <= to)
        }
        _ => false,
    }
}
