//! The public addresses of the NAT gateways. An address that nothing uses costs as much as one in use, for ever: it is
//! released with its gateway, after it.

use crate::ec2::{dated_specification, from_ec2, ours, retag};
use crate::holders;
use crate::nat_gateway::gateways;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{DomainType, ResourceType};
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Holder, Observed, Resource, async_trait, props};
use strata_state::Kind;

pub(crate) struct Address(pub(crate) Client);

props! {
    /// What an address is: AWS chooses all of it.
    pub(crate) struct Props {
        fixed {}
        mutable {}
    }
}

/// What others need of an address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) public_ip: String,
}

type Seen = Observed<Props, Facts>;

#[async_trait]
impl Resource for Address {
    const KIND: &'static str = "address";
    const LABEL: &'static str = "addresses";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |gateway: crate::nat_gateway::Gateway| {
            Desired::new(gateway.address, cx.name(Kind::Network, &gateway.address_name), Props {})
        };
        Ok(gateways(&cx.doc.pipeline).into_iter().map(desired).collect())
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let answer = self.0.describe_addresses().set_filters(Some(ours(cx))).send().await;
        let answer = answer.during(|| "listing addresses".into())?;
        let seen = |address: &aws_sdk_ec2::types::Address| {
            let facts = Facts { public_ip: address.public_ip().unwrap_or_default().to_owned() };
            let id = address.allocation_id().unwrap_or_default();
            Seen::new("nat", id, Props {}).tagged(cx, from_ec2(address.tags())).facts(facts)
        };
        Ok(answer.addresses().iter().map(seen).collect())
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let tags = dated_specification::<Self>(cx, desired, ResourceType::ElasticIp);
        let call = self.0.allocate_address().domain(DomainType::Vpc).tag_specifications(tags);
        call.send().await.during(|| format!("allocating address {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, _: &Seen, _: &Desired<Props>) -> Result<(), Error> {
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.0, &observed.physical, tags).await
    }

    fn costs(&self, _: &Seen) -> f64 {
        0.005
    }

    fn doubles(&self) -> bool {
        true
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        let id = &observed.physical;
        self.0.release_address().allocation_id(id).send().await.during(|| format!("releasing address {id}")).map(drop)
    }

    async fn held_by(&self, cx: &Context, observed: &Seen) -> Result<Vec<Holder>, Error> {
        holders::of_address(&self.0, cx, &observed.physical).await
    }
}
