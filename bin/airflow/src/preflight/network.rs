//! The two subnets and their VPC.

use super::Found;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, Subnet, VpcAttributeName};
use std::collections::BTreeSet;
use strata_aws::{During, Error};
use strata_layer::Context;

pub(crate) async fn look(ec2: &Client, cx: &Context) -> Result<Found, Error> {
    let mut found = Found::default();
    let Some(net) = &cx.doc.net else { return Ok(found) };
    let ids: BTreeSet<&String> = net.private_subnets(2).iter().collect();
    if ids.len() != 2 {
        found.say(format!("MWAA requires exactly two private subnets, and there are {}", ids.len()), "run `net up`");
        return Ok(found);
    }
    let vpc = &net.vpc_id;
    let (subnets, support, names) = futures::try_join!(
        subnets(ec2, ids.iter().copied()),
        attribute(ec2, vpc, VpcAttributeName::EnableDnsSupport),
        attribute(ec2, vpc, VpcAttributeName::EnableDnsHostnames),
    )?;
    for id in ids {
        match subnets.iter().find(|subnet| subnet.subnet_id() == Some(id)) {
            None => found.unseen(format!("subnet {id} does not exist"), "run `net up`"),
            Some(subnet) if subnet.vpc_id() != Some(vpc) => {
                let other = subnet.vpc_id().unwrap_or_default();
                found.say(format!("subnet {id} is in VPC {other}, and the other things are in {vpc}"), "run `net up`");
            }
            Some(_) => {}
        }
    }
    if let [first, second] = subnets.as_slice()
        && let (Some(zone), Some(other)) = (first.availability_zone(), second.availability_zone())
        && zone == other
    {
        let ids = [first, second].map(|subnet| subnet.subnet_id().unwrap_or_default()).join(" and ");
        found.say(
            format!("subnets {ids} are both in zone {zone}, and MWAA requires two"),
            "name two zones in pipeline.net.zones, and run `net up`",
        );
    }
    for (on, name) in [(support, "DNS support"), (names, "DNS host names")] {
        match on {
            Some(true) => {}
            Some(false) => found.say(
                format!("VPC {vpc} has {name} switched off, and MWAA finds its database by name"),
                "run `net up`, which switches it on",
            ),
            None => {
                found.unseen(format!("VPC {vpc} does not exist"), "run `net up`");
                break;
            }
        }
    }
    Ok(found)
}

/// Those of the subnets that exist. A filter, since an unknown id alone would be an error.
pub(super) async fn subnets(ec2: &Client, ids: impl IntoIterator<Item = &String>) -> Result<Vec<Subnet>, Error> {
    let filter = Filter::builder().name("subnet-id").set_values(Some(ids.into_iter().cloned().collect())).build();
    let answer = ec2.describe_subnets().filters(filter).send().await.during(|| "looking at the subnets".into())?;
    Ok(answer.subnets.unwrap_or_default())
}

/// None when there is no such VPC.
async fn attribute(ec2: &Client, vpc: &str, name: VpcAttributeName) -> Result<Option<bool>, Error> {
    let call = ec2.describe_vpc_attribute().vpc_id(vpc).attribute(name.clone());
    let answer = match call.send().await.during(|| format!("reading {name} of VPC {vpc}")) {
        Ok(answer) => answer,
        Err(error) if error.is_gone() => return Ok(None),
        Err(error) => return Err(error),
    };
    let value = match name {
        VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames,
        _ => answer.enable_dns_support,
    };
    Ok(Some(value.and_then(|value| value.value()).unwrap_or_default()))
}
