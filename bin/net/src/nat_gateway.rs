//! One NAT gateway in the first public subnet: the way out of both private subnets. One is enough for a batch pipeline
//! and half the price of two; losing its zone stops the pipeline until the zone is back.

use crate::ec2::{from_ec2, ours, retag, specification};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{NatGatewayState, ResourceType};
use std::time::Duration;
use strata_aws::{During, Error, Pace};
use strata_layer::{Change, Context, Live, State, Untyped, Wish, async_trait};
use strata_state::{Kind, layers::net::Egress};

pub(crate) struct NatGateway(pub(crate) Client);

#[async_trait]
impl Untyped for NatGateway {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        if strata_state::layers::net::egress(&cx.doc.pipeline) != Egress::Nat {
            return Ok(Vec::new());
        }
        let wish = Wish::new("main", cx.name(Kind::Network, "nat"))
            .prop("subnet_id", cx.physical("subnet", "public-1"))
            .prop("allocation_id", cx.physical("address", "nat"))
            .fixed(&["subnet_id", "allocation_id"]);
        Ok(vec![wish])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut pages = self.0.describe_nat_gateways().set_filter(Some(ours(cx))).into_paginator().items().send();
        let mut lives = Vec::new();
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
            let live = Live::new("main", nat.nat_gateway_id().unwrap_or_default())
                .tagged(cx, from_ec2(nat.tags()))
                .state(state)
                .prop("subnet_id", nat.subnet_id())
                .prop("allocation_id", address);
            lives.push(live);
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let call = self
            .0
            .create_nat_gateway()
            .client_token(cx.token("nat-gateway", wish))
            .subnet_id(wish.text("subnet_id"))
            .allocation_id(wish.text("allocation_id"))
            .tag_specifications(specification(cx, "nat-gateway", wish, ResourceType::Natgateway));
        call.send().await.during(|| format!("creating NAT gateway {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, _: &[Change]) -> Result<(), Error> {
        retag(&self.0, cx, "nat-gateway", live, wish).await
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let id = &live.physical;
        let call = self.0.delete_nat_gateway().nat_gateway_id(id);
        call.send().await.during(|| format!("deleting NAT gateway {id}")).map(drop)
    }

    fn costs(&self, _: &Live) -> f64 {
        0.045
    }

    // Terraform waits 10 minutes for a new one and 30 for a removed one.
    fn pace(&self) -> Pace {
        Pace::seconds(10, 1800)
    }

    fn lasts(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn takes(&self) -> Option<&'static str> {
        Some("2 minutes")
    }

    fn leaves(&self) -> Option<&'static str> {
        Some("a minute or two")
    }
}
