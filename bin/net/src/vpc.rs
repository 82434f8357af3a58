//! The VPC, with DNS support and host names: private DNS of endpoints needs both.

use crate::ec2::{dated_specification, from_ec2, ours, retag};
use crate::holders;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, VpcAttributeName};
use futures::future::try_join;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Holder, Observed, Resource, State, async_trait, props};
use strata_state::Kind;

pub(crate) struct Vpc(pub(crate) Client);

props! {
    /// What a VPC is.
    pub(crate) struct Props {
        fixed {
            /// Its range.
            cidr: String,
        }
        mutable {
            /// Whether names are resolved in it.
            dns_support: bool,
            /// Whether what is in it gets names.
            dns_hostnames: bool,
        }
    }
}

type Seen = Observed<Props>;

impl Vpc {
    async fn attribute(&self, id: &str, name: VpcAttributeName) -> Result<bool, Error> {
        let call = self.0.describe_vpc_attribute().vpc_id(id).attribute(name.clone());
        let answer = call.send().await.during(|| format!("reading {name} of VPC {id}"))?;
        let value = match name {
            VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames,
            _ => answer.enable_dns_support,
        };
        Ok(value.and_then(|value| value.value()).unwrap_or_default())
    }
}

#[async_trait]
impl Resource for Vpc {
    const KIND: &'static str = "vpc";
    const LABEL: &'static str = "VPCs";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let props = Props { cidr: cx.doc.pipeline.net().cidr.clone(), dns_support: true, dns_hostnames: true };
        Ok(vec![Desired::new("main", cx.name(Kind::Network, "vpc"), props)])
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut pages = self.0.describe_vpcs().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut seen = Vec::new();
        while let Some(vpc) = pages.next().await {
            let vpc = vpc.during(|| "listing VPCs".into())?;
            let id = vpc.vpc_id().unwrap_or_default();
            let dns = try_join(
                self.attribute(id, VpcAttributeName::EnableDnsSupport),
                self.attribute(id, VpcAttributeName::EnableDnsHostnames),
            );
            let (dns_support, dns_hostnames) = dns.await?;
            let state = match vpc.state() {
                Some(state) if state.as_str() == "pending" => State::NotYet("pending".into()),
                _ => State::Ready,
            };
            let props = Props { cidr: vpc.cidr_block().unwrap_or_default().to_owned(), dns_support, dns_hostnames };
            seen.push(Seen::new("main", id, props).tagged(cx, from_ec2(vpc.tags())).state(state));
        }
        Ok(seen)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let tags = dated_specification::<Self>(cx, desired, ResourceType::Vpc);
        let call = self.0.create_vpc().cidr_block(&desired.props.cidr).tag_specifications(tags);
        call.send().await.during(|| format!("creating VPC {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (id, is, shall) = (&observed.physical, &observed.props, &desired.props);
        let to = |value: bool| AttributeBooleanValue::builder().value(value).build();
        if is.dns_hostnames != shall.dns_hostnames {
            let call = self.0.modify_vpc_attribute().vpc_id(id).enable_dns_hostnames(to(shall.dns_hostnames));
            call.send().await.during(|| format!("setting dns_hostnames of VPC {id}"))?;
        }
        if is.dns_support != shall.dns_support {
            let call = self.0.modify_vpc_attribute().vpc_id(id).enable_dns_support(to(shall.dns_support));
            call.send().await.during(|| format!("setting dns_support of VPC {id}"))?;
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
        let id = &observed.physical;
        self.0.delete_vpc().vpc_id(id).send().await.during(|| format!("deleting VPC {id}")).map(drop)
    }

    async fn held_by(&self, cx: &Context, observed: &Seen) -> Result<Vec<Holder>, Error> {
        holders::of_vpc(&self.0, cx, &observed.physical).await
    }
}
