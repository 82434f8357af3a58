//! The public address of the NAT gateway. An address that nothing uses costs as much as one in use, for ever: it is
//! released with the gateway, after it.

use crate::ec2::{dated_specification, from_ec2, ours, retag};
use crate::holders;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{DomainType, ResourceType};
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Holder, Live, Untyped, Wish, async_trait};
use strata_state::{Kind, layers::net::Egress};

pub(crate) struct Address(pub(crate) Client);

#[async_trait]
impl Untyped for Address {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let wanted = strata_state::layers::net::egress(&cx.doc.pipeline) == Egress::Nat;
        Ok(wanted.then(|| Wish::new("nat", cx.name(Kind::Network, "nat-address"))).into_iter().collect())
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let answer = self.0.describe_addresses().set_filters(Some(ours(cx))).send().await;
        let answer = answer.during(|| "listing addresses".into())?;
        let live = |address: &aws_sdk_ec2::types::Address| {
            Live::new("nat", address.allocation_id().unwrap_or_default())
                .tagged(cx, from_ec2(address.tags()))
                .fact("public_ip", address.public_ip().unwrap_or_default())
        };
        Ok(answer.addresses().iter().map(live).collect())
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let tags = dated_specification(cx, "address", wish, ResourceType::ElasticIp);
        let call = self.0.allocate_address().domain(DomainType::Vpc).tag_specifications(tags);
        call.send().await.during(|| format!("allocating address {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, _: &[Change]) -> Result<(), Error> {
        retag(&self.0, cx, "address", live, wish).await
    }

    fn costs(&self, _: &Live) -> f64 {
        0.005
    }

    fn doubles(&self) -> bool {
        true
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let id = &live.physical;
        self.0.release_address().allocation_id(id).send().await.during(|| format!("releasing address {id}")).map(drop)
    }

    async fn held_by(&self, cx: &Context, live: &Live) -> Result<Vec<Holder>, Error> {
        holders::of_address(&self.0, cx, live).await
    }
}
