//! The list of what `net` owns, and its section.

use crate::address::Address;
use crate::endpoint::Endpoint;
use crate::internet_gateway::InternetGateway;
use crate::nat_gateway::{Gateway, NatGateway, gateways};
use crate::quota;
use crate::route_table::RouteTable;
use crate::security_group::SecurityGroup;
use crate::subnet::{self, Subnet};
use crate::vpc::Vpc;
use aws_sdk_ec2::Client;
use std::collections::BTreeMap;
use strata_aws::{Error, Pace, Poll, Session, Waiting};
use strata_layer::{Context, Finding, Layer, NoVerbs, Part, Resource, async_trait, part};
use strata_state::demand::Class;
use strata_state::layers::net::{self, Egress, Nat, Section};
use strata_state::{Document, wish::Pipeline};

pub(crate) struct Net;

#[async_trait]
impl Layer for Net {
    type Verbs = NoVerbs;

    fn table(&self) -> &'static strata_state::layers::Layer {
        &strata_state::layers::net::LAYER
    }

    fn policy(&self) -> &'static str {
        include_str!("../../../policies/deployer/net.json")
    }

    async fn preflight(&self, cx: &Context) -> Result<Vec<Finding>, Error> {
        let ec2 = Client::new(&cx.session.sdk);
        let mut waiting = Waiting::new("checking the quotas", Pace::seconds(1, 30), &cx.cancel);
        loop {
            let look = quota::findings(&ec2, cx).await.map(Poll::Ready);
            if let Some(findings) = waiting.after(look).await? {
                return Ok(findings);
            }
        }
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let ec2 = Client::new(&session.sdk);
        vec![
            part(&[], Vpc(ec2.clone())),
            part(&[Vpc::KIND], InternetGateway(ec2.clone())),
            part(&[Vpc::KIND], Subnet::new(ec2.clone())),
            part(&[Vpc::KIND], SecurityGroup(ec2.clone())),
            part(&[], Address(ec2.clone())),
            part(&[Subnet::KIND, InternetGateway::KIND, Address::KIND], NatGateway(ec2.clone())),
            part(&[Subnet::KIND, InternetGateway::KIND, NatGateway::KIND], RouteTable(ec2.clone())),
            part(&[Subnet::KIND, SecurityGroup::KIND, RouteTable::KIND], Endpoint(ec2)),
        ]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let pipeline = &cx.doc.pipeline;
        let subnets = |class| -> Vec<String> {
            let numbers = 1..=net::subnets(pipeline, class).len();
            numbers.map(|number| physical::<Subnet>(cx, &subnet::id(class, number))).collect()
        };
        let (nat, nats) = nats(cx, pipeline);
        doc.net = cx.one::<Vpc>("main").map(|vpc| Section {
            vpc_id: vpc.physical,
            cidr: pipeline.net().cidr.clone(),
            zones: (1..=net::zones(pipeline)).map(|number| zone(cx, number)).collect(),
            internet_gateway_id: physical::<InternetGateway>(cx, "main"),
            public_subnet_ids: subnets(Class::Public),
            private_subnet_ids: subnets(Class::Private),
            database_subnet_ids: subnets(Class::Database),
            route_table_ids: by_id::<RouteTable>(cx),
            security_group_id: physical::<SecurityGroup>(cx, net::MAIN),
            security_group_ids: by_id::<SecurityGroup>(cx),
            nat,
            nats,
            endpoint_ids: by_id::<Endpoint>(cx),
        });
    }
}

/// The id in AWS; empty where it is not there.
fn physical<R: Resource>(cx: &Context, id: &str) -> String {
    cx.one::<R>(id).map(|observed| observed.physical).unwrap_or_default()
}

fn by_id<R: Resource>(cx: &Context) -> BTreeMap<String, String> {
    cx.observed::<R>().into_iter().map(|observed| (observed.id, observed.physical)).collect()
}

/// The zone of the nth subnet of each class.
fn zone(cx: &Context, number: usize) -> String {
    let mut subnets = Class::ALL.iter().filter_map(|class| cx.one::<Subnet>(&subnet::id(*class, number)));
    subnets.next().map(|subnet| subnet.props.zone).unwrap_or_default()
}

/// The one NAT gateway, or those of each zone.
fn nats(cx: &Context, pipeline: &Pipeline) -> (Option<Nat>, BTreeMap<String, Nat>) {
    let made = |gateway: Gateway| {
        let address = cx.one::<Address>(&gateway.address);
        let public_ip = address.as_ref().map(|address| address.facts.public_ip.clone()).unwrap_or_default();
        let allocation_id = address.map(|address| address.physical).unwrap_or_default();
        let gateway_id = cx.one::<NatGateway>(&gateway.id)?.physical;
        Some((zone(cx, gateway.zone), Nat { gateway_id, allocation_id, public_ip }))
    };
    let made = gateways(pipeline).into_iter().filter_map(made);
    if net::egress(pipeline) == Egress::NatPerZone {
        (None, made.collect())
    } else {
        (made.map(|(_, nat)| nat).next(), BTreeMap::new())
    }
}
