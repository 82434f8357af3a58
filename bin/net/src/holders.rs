//! What keeps the network from going, thing by thing, for the error that AWS leaves empty.

use crate::ec2::{filter, from_ec2};
use crate::interface::{self, endpoint_holder, foreign, gateway_holder};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::SecurityGroup;
use strata_aws::{During, Error};
use strata_layer::{Context, Holder};

/// A subnet is held by the interfaces in it.
pub(crate) async fn of_subnet(ec2: &Client, cx: &Context, vpc: &str, id: &str) -> Result<Vec<Holder>, Error> {
    let interfaces = interface::list(ec2, "subnet-id", id).await?;
    interface::holders(ec2, cx, vpc, &interfaces).await
}

/// A security group is held by its members, and by groups whose rules name it.
pub(crate) async fn of_group(ec2: &Client, cx: &Context, vpc: &str, id: &str) -> Result<Vec<Holder>, Error> {
    let (interfaces, inbound, outbound) = futures::try_join!(
        interface::list(ec2, "group-id", id),
        groups(ec2, "ip-permission.group-id", id),
        groups(ec2, "egress.ip-permission.group-id", id),
    )?;
    let mut holders = interface::holders(ec2, cx, vpc, &interfaces).await?;
    for (way, found) in [("inbound", inbound), ("outbound", outbound)] {
        for group in found.iter().filter(|group| group.group_id() != Some(id)) {
            let shown = format!("security group {}, whose {way} rules name it", named(group));
            holders.push(foreign(cx, shown, &from_ec2(group.tags()), "remove those rules"));
        }
    }
    Ok(holders)
}

async fn groups(ec2: &Client, by: &str, id: &str) -> Result<Vec<SecurityGroup>, Error> {
    let found = ec2.describe_security_groups().filters(filter(by, id)).into_paginator().items().send();
    found.try_collect().await.during(|| format!("looking for security groups of {id}"))
}

fn named(group: &SecurityGroup) -> String {
    format!("{} ({})", group.group_id().unwrap_or_default(), group.group_name().unwrap_or_default())
}

/// An internet gateway cannot be detached while an interface of the VPC has a public address.
pub(crate) async fn of_internet_gateway(ec2: &Client, cx: &Context, vpc: &str) -> Result<Vec<Holder>, Error> {
    let mut interfaces = interface::list(ec2, "vpc-id", vpc).await?;
    interfaces.retain(|interface| interface.association().is_some_and(|used| used.public_ip().is_some()));
    interface::holders(ec2, cx, vpc, &interfaces).await
}

/// An address is held by the interface that it is given to.
pub(crate) async fn of_address(ec2: &Client, cx: &Context, id: &str) -> Result<Vec<Holder>, Error> {
    let call = ec2.describe_addresses().filters(filter("allocation-id", id));
    let answer = call.send().await.during(|| format!("looking at address {id}"))?;
    let Some(interface) = answer.addresses().iter().find_map(|address| address.network_interface_id()) else {
        return Ok(Vec::new());
    };
    let interfaces = interface::list(ec2, "network-interface-id", interface).await?;
    let vpc = interfaces.iter().find_map(|interface| interface.vpc_id()).unwrap_or_default().to_owned();
    interface::holders(ec2, cx, &vpc, &interfaces).await
}

/// A VPC is held by all that is in it.
pub(crate) async fn of_vpc(ec2: &Client, cx: &Context, id: &str) -> Result<Vec<Holder>, Error> {
    let doing = || format!("looking at what is in {id}");
    let by = || filter("vpc-id", id);
    let (endpoints, gateways, interfaces, groups, subnets, tables, internet, peerings) = futures::try_join!(
        async { ec2.describe_vpc_endpoints().filters(by()).send().await.during(doing) },
        async { ec2.describe_nat_gateways().filter(by()).send().await.during(doing) },
        interface::list(ec2, "vpc-id", id),
        groups(ec2, "vpc-id", id),
        async { ec2.describe_subnets().filters(by()).send().await.during(doing) },
        async { ec2.describe_route_tables().filters(by()).send().await.during(doing) },
        async { ec2.describe_internet_gateways().filters(filter("attachment.vpc-id", id)).send().await.during(doing) },
        async {
            let call = ec2.describe_vpc_peering_connections().filters(filter("requester-vpc-info.vpc-id", id));
            call.send().await.during(doing)
        },
    )?;
    let mut holders = interface::holders(ec2, cx, id, &interfaces).await?;
    let mut add = |holder: Holder| {
        if !holders.contains(&holder) {
            holders.push(holder);
        }
    };
    let gone = |state: Option<&str>| state.is_some_and(|state| state.eq_ignore_ascii_case("deleted"));
    for one in endpoints.vpc_endpoints().iter().filter(|one| !gone(one.state().map(|state| state.as_str()))) {
        add(endpoint_holder(cx, one));
    }
    for one in gateways.nat_gateways().iter().filter(|one| !gone(one.state().map(|state| state.as_str()))) {
        add(gateway_holder(cx, one));
    }
    // The default group and the main table go with the VPC.
    for group in groups.iter().filter(|group| group.group_name() != Some("default")) {
        add(foreign(cx, format!("security group {}", named(group)), &from_ec2(group.tags()), "delete it"));
    }
    for subnet in subnets.subnets() {
        let shown = format!("subnet {}", subnet.subnet_id().unwrap_or_default());
        add(foreign(cx, shown, &from_ec2(subnet.tags()), "delete it"));
    }
    for table in tables.route_tables() {
        if !table.associations().iter().any(|used| used.main() == Some(true)) {
            let shown = format!("route table {}", table.route_table_id().unwrap_or_default());
            add(foreign(cx, shown, &from_ec2(table.tags()), "delete it"));
        }
    }
    for gateway in internet.internet_gateways() {
        let shown = format!("internet gateway {}", gateway.internet_gateway_id().unwrap_or_default());
        add(foreign(cx, shown, &from_ec2(gateway.tags()), "detach it"));
    }
    for peering in peerings.vpc_peering_connections() {
        let state = peering.status().and_then(|status| status.code()).map(|code| code.as_str());
        if !gone(state) {
            let shown = format!("peering {}", peering.vpc_peering_connection_id().unwrap_or_default());
            add(foreign(cx, shown, &from_ec2(peering.tags()), "delete it"));
        }
    }
    Ok(holders)
}
