//! The internet gateway, attached to the VPC: there where the VPC has public subnets.

use crate::ec2::{dated_specification, from_ec2, ours, retag};
use crate::holders;
use crate::vpc::Vpc;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::ResourceType;
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace};
use strata_layer::{Context, Desired, Holder, Observed, Promise, Resource, async_trait, props};
use strata_state::demand::Class;
use strata_state::{Kind, layers::net};

pub(crate) struct InternetGateway(pub(crate) Client);

props! {
    /// What an internet gateway is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// The VPC that it is attached to.
            vpc_id: Option<Promise>,
        }
    }
}

type Seen = Observed<Props>;

impl Props {
    /// The VPC that it is attached to, where it is to any.
    fn vpc(&self) -> Option<&String> {
        self.vpc_id.as_ref().and_then(Promise::get)
    }
}

impl InternetGateway {
    async fn detach(&self, observed: &Seen) -> Result<(), Error> {
        let Some(vpc) = observed.props.vpc() else { return Ok(()) };
        let id = &observed.physical;
        let call = self.0.detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        match call.send().await.during(|| format!("detaching internet gateway {id} from {vpc}")) {
            Err(error) if error.is(&["Gateway.NotAttached"]) => Ok(()),
            result => result.map(drop),
        }
    }
}

#[async_trait]
impl Resource for InternetGateway {
    const KIND: &'static str = "internet-gateway";
    const LABEL: &'static str = "internet gateways";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        if net::subnets(&cx.doc.pipeline, Class::Public).is_empty() {
            return Ok(Vec::new());
        }
        let props = Props { vpc_id: Some(cx.id_of::<Vpc>("main")) };
        Ok(vec![Desired::new("main", cx.name(Kind::Network, "internet-gateway"), props)])
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut pages = self.0.describe_internet_gateways().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut seen = Vec::new();
        while let Some(gateway) = pages.next().await {
            let gateway = gateway.during(|| "listing internet gateways".into())?;
            let vpc = gateway.attachments().first().and_then(|attachment| attachment.vpc_id());
            let props = Props { vpc_id: vpc.map(Promise::from) };
            let id = gateway.internet_gateway_id().unwrap_or_default();
            seen.push(Seen::new("main", id, props).tagged(cx, from_ec2(gateway.tags())));
        }
        Ok(seen)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let tags = dated_specification::<Self>(cx, desired, ResourceType::InternetGateway);
        let call = self.0.create_internet_gateway().tag_specifications(tags);
        call.send().await.during(|| format!("creating internet gateway {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (id, is, shall) = (&observed.physical, observed.props.vpc(), desired.props.vpc());
        if is != shall {
            self.detach(observed).await?;
            if let Some(vpc) = shall {
                let call = self.0.attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
                call.send().await.during(|| format!("attaching internet gateway {id} to {vpc}"))?;
            }
        }
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.0, &observed.physical, tags).await
    }

    fn doubles(&self) -> bool {
        true
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        self.detach(observed).await?;
        let id = &observed.physical;
        let call = self.0.delete_internet_gateway().internet_gateway_id(id);
        call.send().await.during(|| format!("deleting internet gateway {id}")).map(drop)
    }

    async fn held_by(&self, cx: &Context, observed: &Seen) -> Result<Vec<Holder>, Error> {
        match observed.props.vpc() {
            Some(vpc) => holders::of_internet_gateway(&self.0, cx, vpc).await,
            None => Ok(Vec::new()),
        }
    }

    // A public address counts as mapped for up to ten minutes after it was released.
    fn pace(&self) -> Pace {
        Pace::seconds(5, 900)
    }
}
