//! Network interfaces that are not ours and sit in our subnets: who uses them, and when they go. AWS answers only
//! `DependencyViolation`; nearly always it is one of these.

use crate::ec2::{filter, from_ec2};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Instance, InstanceStateName, NatGateway, NetworkInterface, NetworkInterfaceStatus, VpcEndpoint,
};
use std::collections::{BTreeMap, BTreeSet};
use strata_aws::tags::{is_ours, owner};
use strata_aws::{During, Error};
use strata_layer::{Context, Holder};

/// How MWAA describes its interfaces; the environment's name is at the end.
const MWAA: &str = "AWS created network interface for arn:";

/// What interfaces belong to, by id.
#[derive(Default)]
struct Users {
    instances: BTreeMap<String, Instance>,
    /// The state of each MWAA environment that is named; None when it is gone.
    environments: BTreeMap<String, Option<String>>,
    endpoints: Vec<VpcEndpoint>,
    gateways: Vec<NatGateway>,
}

/// All interfaces that this filter finds: `subnet-id`, `group-id`, `vpc-id`, `network-interface-id`.
pub(crate) async fn list(ec2: &Client, by: &str, id: &str) -> Result<Vec<NetworkInterface>, Error> {
    let call = ec2.describe_network_interfaces().filters(filter(by, id));
    let found = call.into_paginator().items().send().try_collect().await;
    found.during(|| format!("looking for network interfaces of {id}"))
}

/// What these interfaces keep from going, and what will release it.
pub(crate) async fn holders(
    ec2: &Client,
    cx: &Context,
    vpc: &str,
    interfaces: &[NetworkInterface],
) -> Result<Vec<Holder>, Error> {
    if interfaces.is_empty() {
        return Ok(Vec::new());
    }
    let users = users(ec2, cx, vpc, interfaces).await?;
    let mut holders: Vec<Holder> = interfaces.iter().map(|interface| holder(cx, interface, &users)).collect();
    // An endpoint has an interface in each subnet, and is one thing.
    let mut seen = BTreeSet::new();
    holders.retain(|holder| seen.insert(holder.what.clone()));
    Ok(holders)
}

async fn users(ec2: &Client, cx: &Context, vpc: &str, interfaces: &[NetworkInterface]) -> Result<Users, Error> {
    let ids: BTreeSet<String> =
        interfaces.iter().filter_map(|interface| interface.attachment()?.instance_id().map(str::to_owned)).collect();
    let doing = || format!("looking at what is in {vpc}");
    let (endpoints, gateways, instances, environments) = futures::try_join!(
        async { ec2.describe_vpc_endpoints().filters(filter("vpc-id", vpc)).send().await.during(doing) },
        async { ec2.describe_nat_gateways().filter(filter("vpc-id", vpc)).send().await.during(doing) },
        instances(ec2, &ids),
        environments(cx, interfaces),
    )?;
    Ok(Users {
        instances,
        environments,
        endpoints: endpoints.vpc_endpoints.unwrap_or_default(),
        gateways: gateways.nat_gateways.unwrap_or_default(),
    })
}

async fn instances(ec2: &Client, ids: &BTreeSet<String>) -> Result<BTreeMap<String, Instance>, Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let call = ec2.describe_instances().filters(
        aws_sdk_ec2::types::Filter::builder()
            .name("instance-id")
            .set_values(Some(ids.iter().cloned().collect()))
            .build(),
    );
    let answer = call.send().await.during(|| "looking at instances".into())?;
    let all = answer.reservations.unwrap_or_default().into_iter().flat_map(|one| one.instances.unwrap_or_default());
    Ok(all.filter_map(|instance| Some((instance.instance_id()?.to_owned(), instance))).collect())
}

/// The environments that interfaces were made for, with their states.
async fn environments(
    cx: &Context,
    interfaces: &[NetworkInterface],
) -> Result<BTreeMap<String, Option<String>>, Error> {
    let names: BTreeSet<&str> = interfaces.iter().filter_map(environment).collect();
    let mwaa = aws_sdk_mwaa::Client::new(&cx.session.sdk);
    let mut states = BTreeMap::new();
    for name in names {
        let answer = mwaa.get_environment().name(name).send().await;
        let state = match answer.during(|| format!("looking at MWAA environment {name}")) {
            Ok(answer) => answer.environment.and_then(|it| it.status).map(|status| status.as_str().to_owned()),
            Err(error) if error.is_gone() => None,
            Err(error) => return Err(error),
        };
        states.insert(name.to_owned(), state.filter(|state| state != "DELETED"));
    }
    Ok(states)
}

/// The MWAA environment that an interface was made for.
fn environment(interface: &NetworkInterface) -> Option<&str> {
    let arn = interface.description()?.strip_prefix(MWAA)?;
    let (_, name) = arn.split_once(":environment/")?;
    arn.contains(":airflow:").then(|| name.split_whitespace().next().unwrap_or(name))
}

fn holder(cx: &Context, interface: &NetworkInterface, users: &Users) -> Holder {
    let id = interface.network_interface_id().unwrap_or_default();
    let is_it = |other: &String| other == id;
    if let Some(endpoint) = users.endpoints.iter().find(|one| one.network_interface_ids().iter().any(is_it)) {
        return endpoint_holder(cx, endpoint);
    }
    let of = |gateway: &&NatGateway| {
        gateway.nat_gateway_addresses().iter().any(|address| address.network_interface_id() == Some(id))
    };
    if let Some(gateway) = users.gateways.iter().find(of) {
        return gateway_holder(cx, gateway);
    }
    if let Some(name) = environment(interface) {
        let shown = format!("network interface {id} of MWAA environment {name}");
        return match users.environments.get(name).and_then(Option::as_deref) {
            None => passing(format!("{shown}, which is deleted: MWAA releases it within 15 minutes")),
            Some("DELETING") => {
                passing(format!("{shown}, which is being deleted: it is released within minutes of that"))
            }
            Some(state) => staying(format!("{shown}, which is {state}: run `airflow down` first")),
        };
    }
    if let Some(instance) = interface.attachment().and_then(|attachment| attachment.instance_id()) {
        return instance_holder(cx, id, instance, users.instances.get(instance));
    }
    let said = interface.description().unwrap_or_default();
    let status = interface.status().map_or("in an unknown state", NetworkInterfaceStatus::as_str);
    let account = interface.owner_id().unwrap_or_default();
    let shown = format!("network interface {id} (\"{said}\", {status}, account {account})");
    if said.starts_with("AWS Lambda VPC ENI") {
        let text =
            format!("{shown} of a Lambda function: Lambda releases it up to 45 minutes after the function is deleted");
        return Holder { what: text, passes: interface.status() == Some(&NetworkInterfaceStatus::Available) };
    }
    if said.starts_with("Attached to Glue using role") {
        return passing(format!("{shown} of a Glue run: Glue releases it within minutes of the run's end"));
    }
    if interface.requester_managed() == Some(true) {
        let by = interface.requester_id().unwrap_or("a service of AWS");
        return staying(format!("{shown}, made by {by}: remove what it belongs to"));
    }
    foreign(cx, shown, &from_ec2(interface.tag_set()), "delete it")
}

fn instance_holder(cx: &Context, interface: &str, id: &str, instance: Option<&Instance>) -> Holder {
    let state = instance.and_then(|instance| instance.state()?.name().cloned());
    let word = state.as_ref().map_or("of another account", InstanceStateName::as_str);
    let shown = format!("network interface {interface} of instance {id} ({word})");
    if matches!(state, Some(InstanceStateName::ShuttingDown | InstanceStateName::Terminated)) {
        return passing(format!("{shown}: it is deleted with the instance, in a minute or two"));
    }
    foreign(cx, shown, &from_ec2(instance.map(Instance::tags).unwrap_or_default()), "terminate the instance")
}

/// An endpoint that is in the way.
pub(crate) fn endpoint_holder(cx: &Context, endpoint: &VpcEndpoint) -> Holder {
    let id = endpoint.vpc_endpoint_id().unwrap_or_default();
    let state = endpoint.state().map(|state| state.as_str().to_lowercase()).unwrap_or_default();
    let shown = format!("VPC endpoint {id} ({}, {state})", endpoint.service_name().unwrap_or_default());
    if state == "deleting" {
        return passing(format!("{shown}: gone in a minute or two"));
    }
    foreign(cx, shown, &from_ec2(endpoint.tags()), "delete it")
}

/// A NAT gateway that is in the way.
pub(crate) fn gateway_holder(cx: &Context, gateway: &NatGateway) -> Holder {
    let id = gateway.nat_gateway_id().unwrap_or_default();
    let state = gateway.state().map_or("unknown", |state| state.as_str());
    let shown = format!("NAT gateway {id} ({state})");
    if matches!(state, "deleting" | "deleted") {
        return passing(format!("{shown}: gone in a minute or two"));
    }
    foreign(cx, shown, &from_ec2(gateway.tags()), "delete it")
}

/// Whose it is, by its tags; what is ours goes in its turn.
pub(crate) fn foreign(cx: &Context, shown: String, tags: &strata_aws::tags::Tags, remedy: &str) -> Holder {
    if is_ours(tags, &cx.doc.pipeline) {
        return passing(format!("{shown}, which is ours and will be deleted, too"));
    }
    staying(format!("{shown}, which belongs to {}: {remedy} yourself", owner(tags)))
}

fn passing(what: String) -> Holder {
    Holder { what, passes: true }
}

fn staying(what: String) -> Holder {
    Holder { what, passes: false }
}

/// Delete what MWAA left behind in a subnet or group of ours: interfaces that nothing uses, of environments that are gone.
pub(crate) async fn sweep(ec2: &Client, cx: &Context, by: &str, id: &str) -> Result<(), Error> {
    let mut interfaces = list(ec2, by, id).await?;
    interfaces.retain(|interface| {
        interface.status() == Some(&NetworkInterfaceStatus::Available)
            && interface.attachment().is_none()
            && environment(interface).is_some()
    });
    let states = environments(cx, &interfaces).await?;
    for interface in &interfaces {
        let name = environment(interface).unwrap_or_default();
        let Some(id) = interface.network_interface_id().filter(|_| states.get(name) == Some(&None)) else { continue };
        let call = ec2.delete_network_interface().network_interface_id(id).send().await;
        match call.during(|| format!("deleting network interface {id}, which MWAA left behind")) {
            Ok(_) => cx.report.say(&format!("net: deleted network interface {id}, left by MWAA environment {name}")),
            Err(error) if error.is_gone() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
