//! The list of what `net` owns, and its section.

use crate::address::Address;
use crate::endpoint::Endpoint;
use crate::internet_gateway::InternetGateway;
use crate::nat_gateway::NatGateway;
use crate::quota;
use crate::route_table::RouteTable;
use crate::security_group::SecurityGroup;
use crate::subnet::Subnet;
use crate::vpc::Vpc;
use aws_sdk_ec2::Client;
use strata_aws::{Error, Pace, Poll, Session, Waiting};
use strata_layer::{Context, Finding, Layer, NoVerbs, Part, async_trait, untyped};
use strata_state::{Document, layers};

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
            untyped("vpc", "VPCs", &[], Vpc(ec2.clone())),
            untyped("internet-gateway", "internet gateways", &["vpc"], InternetGateway(ec2.clone())),
            untyped("subnet", "subnets", &["vpc"], Subnet::new(ec2.clone())),
            untyped("security-group", "security groups", &["vpc"], SecurityGroup(ec2.clone())),
            untyped("address", "addresses", &[], Address(ec2.clone())),
            untyped("nat-gateway", "NAT gateways", &["subnet", "internet-gateway", "address"], NatGateway(ec2.clone())),
            untyped(
                "route-table",
                "route tables",
                &["subnet", "internet-gateway", "nat-gateway"],
                RouteTable(ec2.clone()),
            ),
            untyped("endpoint", "VPC endpoints", &["subnet", "security-group", "route-table"], Endpoint(ec2)),
        ]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let Some(vpc) = cx.live("vpc", "main") else { return };
        let id = |kind: &str, id: &str| cx.live(kind, id).map(|live| live.physical).unwrap_or_default();
        let ids = |kind: &str, names: [&str; 2]| names.map(|name| id(kind, name)).to_vec();
        let zone = |name: &str| cx.fact("subnet", name, "zone");
        let by_id = |kind: &str| cx.lives(kind).into_iter().map(|live| (live.id, live.physical)).collect();
        doc.net = Some(layers::net::Section {
            vpc_id: vpc.physical,
            cidr: doc.pipeline.net().cidr.clone(),
            zones: vec![zone("private-1"), zone("private-2")],
            internet_gateway_id: id("internet-gateway", "main"),
            public_subnet_ids: ids("subnet", ["public-1", "public-2"]),
            private_subnet_ids: ids("subnet", ["private-1", "private-2"]),
            route_table_ids: by_id("route-table"),
            security_group_id: id("security-group", "main"),
            nat: cx.live("nat-gateway", "main").map(|nat| layers::net::Nat {
                gateway_id: nat.physical,
                allocation_id: id("address", "nat"),
                public_ip: cx.fact("address", "nat", "public_ip"),
            }),
            endpoint_ids: by_id("endpoint"),
        });
    }
}
