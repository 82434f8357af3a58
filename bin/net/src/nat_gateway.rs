//! NAT gateways, the way out of the private subnets: one in the first public subnet, or one in each zone. One is enough for a
//! batch pipeline and half the price of two; losing its zone stops the pipeline until the zone is back.

use crate::address::Address;
use crate::ec2::{from_ec2, ours, retag, specification};
use crate::subnet::{self, Subnet};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{NatGatewayState, ResourceType};
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace};
use strata_layer::{Context, Desired, Observed, Promise, Resource, State, async_trait, props};
use strata_state::demand::Class;
use strata_state::layers::net::{self, Egress};
use strata_state::{Kind, wish::Pipeline};

pub(crate) struct NatGateway(pub(crate) Client);

props! {
    /// What a NAT gateway is.
    pub(crate) struct Props {
        fixed {
            /// The public subnet that it is in.
            subnet_id: Promise,
            /// Its address.
            allocation_id: Promise,
        }
        mutable {}
    }
}

type Seen = Observed<Props>;

/// One gateway that a pipeline needs, and what it needs itself: ids, and what the names are made of.
pub(crate) struct Gateway {
    pub(crate) id: String,
    name: String,
    /// The public subnet that it is in, counted from 1.
    pub(crate) zone: usize,
    pub(crate) address: String,
    pub(crate) address_name: String,
}

/// The id of the gateway of the nth zone, with one in each.
pub(crate) fn of_zone(number: usize) -> String {
    format!("zone-{number}")
}

/// The gateways that a pipeline needs.
pub(crate) fn gateways(pipeline: &Pipeline) -> Vec<Gateway> {
    match net::egress(pipeline) {
        Egress::Nat => vec![Gateway {
            id: "main".into(),
            name: "nat".into(),
            zone: 1,
            address: "nat".into(),
            address_name: "nat-address".into(),
        }],
        Egress::NatPerZone => {
            let one = |zone| Gateway {
                id: of_zone(zone),
                name: format!("nat-{zone}"),
                zone,
                address: of_zone(zone),
                address_name: format!("nat-address-{zone}"),
            };
            (1..=net::subnets(pipeline, Class::Private).len()).map(one).collect()
        }
        Egress::Endpoints | Egress::None => Vec::new(),
    }
}

#[async_trait]
impl Resource for NatGateway {
    const KIND: &'static str = "nat-gateway";
    const LABEL: &'static str = "NAT gateways";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |gateway: Gateway| {
            let props = Props {
                subnet_id: cx.id_of::<Subnet>(&subnet::id(Class::Public, gateway.zone)),
                allocation_id: cx.id_of::<Address>(&gateway.address),
            };
            Desired::new(gateway.id, cx.name(Kind::Network, &gateway.name), props)
        };
        Ok(gateways(&cx.doc.pipeline).into_iter().map(desired).collect())
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut pages = self.0.describe_nat_gateways().set_filter(Some(ours(cx))).into_paginator().items().send();
        let mut seen = Vec::new();
        while let Some(nat) = pages.next().await {
            let nat = nat.during(|| "listing NAT gateways".into())?;
            let state = match nat.state() {
                // AWS goes on listing it for about an hour.
                Some(NatGatewayState::Deleted) => continue,
                Some(NatGatewayState::Available) => State::Ready,
                Some(NatGatewayState::Deleting) => State::Leaving("deleting".into()),
                Some(NatGatewayState::Failed) => {
                    let (code, why) =
                        (nat.failure_code().unwrap_or("failed"), nat.failure_message().unwrap_or_default());
                    State::Failed(format!("{code}: {why}"))
                }
                state => State::NotYet(state.map_or("pending", |state| state.as_str()).to_owned()),
            };
            let address = nat.nat_gateway_addresses().first().and_then(|address| address.allocation_id());
            let props = Props { subnet_id: nat.subnet_id().into(), allocation_id: address.into() };
            let id = nat.nat_gateway_id().unwrap_or_default();
            seen.push(Seen::new("main", id, props).tagged(cx, from_ec2(nat.tags())).state(state));
        }
        Ok(seen)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let call = self
            .0
            .create_nat_gateway()
            .client_token(cx.token_of::<Self>(desired))
            .subnet_id(desired.props.subnet_id.known()?)
            .allocation_id(desired.props.allocation_id.known()?)
            .tag_specifications(specification::<Self>(cx, desired, ResourceType::Natgateway));
        call.send().await.during(|| format!("creating NAT gateway {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, _: &Seen, _: &Desired<Props>) -> Result<(), Error> {
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.0, &observed.physical, tags).await
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        let id = &observed.physical;
        let call = self.0.delete_nat_gateway().nat_gateway_id(id);
        call.send().await.during(|| format!("deleting NAT gateway {id}")).map(drop)
    }

    fn costs(&self, _: &Seen) -> f64 {
        0.045
    }

    // Terraform waits 10 minutes for a new one and 30 for a removed one.
    fn pace(&self) -> Pace {
        Pace::seconds(10, 1800)
    }

    fn takes(&self) -> Option<&'static str> {
        Some("2 minutes")
    }

    fn leaves(&self) -> Option<&'static str> {
        Some("a minute or two")
    }
}
