//! The VPC, with DNS support and host names: private DNS of endpoints needs both.

use crate::ec2::{dated_specification, from_ec2, ours, retag};
use crate::holders;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, VpcAttributeName};
use futures::future::try_join;
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Holder, Live, State, Untyped, Wish, async_trait};
use strata_state::Kind;

pub(crate) struct Vpc(pub(crate) Client);

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
impl Untyped for Vpc {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let wish = Wish::new("main", cx.name(Kind::Network, "vpc"))
            .prop("cidr", cx.doc.pipeline.net().cidr.as_str())
            .prop("dns_support", true)
            .prop("dns_hostnames", true)
            .fixed(&["cidr"]);
        Ok(vec![wish])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut pages = self.0.describe_vpcs().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut lives = Vec::new();
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
            let live = Live::new("main", id)
                .tagged(cx, from_ec2(vpc.tags()))
                .state(state)
                .prop("cidr", vpc.cidr_block().unwrap_or_default())
                .prop("dns_support", dns_support)
                .prop("dns_hostnames", dns_hostnames);
            lives.push(live);
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let tags = dated_specification(cx, "vpc", wish, ResourceType::Vpc);
        let call = self.0.create_vpc().cidr_block(wish.text("cidr")).tag_specifications(tags);
        call.send().await.during(|| format!("creating VPC {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let id = &live.physical;
        for change in changes {
            let on = AttributeBooleanValue::builder().value(true).build();
            let call = self.0.modify_vpc_attribute().vpc_id(id);
            let call = match change.field.as_str() {
                "dns_support" => call.enable_dns_support(on),
                "dns_hostnames" => call.enable_dns_hostnames(on),
                _ => {
                    retag(&self.0, cx, "vpc", live, wish).await?;
                    continue;
                }
            };
            call.send().await.during(|| format!("setting {} of VPC {id}", change.field))?;
        }
        Ok(())
    }

    fn doubles(&self) -> bool {
        true
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let id = &live.physical;
        self.0.delete_vpc().vpc_id(id).send().await.during(|| format!("deleting VPC {id}")).map(drop)
    }

    async fn held_by(&self, cx: &Context, live: &Live) -> Result<Vec<Holder>, Error> {
        holders::of_vpc(&self.0, cx, live).await
    }
}
