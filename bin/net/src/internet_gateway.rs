//! The internet gateway, attached to the VPC.

use crate::ec2::{dated_specification, from_ec2, ours, retag};
use crate::holders;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::ResourceType;
use serde_json::Value;
use strata_aws::{During, Error, Pace};
use strata_layer::{Change, Context, Holder, Live, Untyped, Wish, async_trait};
use strata_state::Kind;

pub(crate) struct InternetGateway(pub(crate) Client);

impl InternetGateway {
    async fn detach(&self, live: &Live) -> Result<(), Error> {
        let Some(vpc) = live.props.get("vpc_id").and_then(Value::as_str) else { return Ok(()) };
        let id = &live.physical;
        let call = self.0.detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc);
        match call.send().await.during(|| format!("detaching internet gateway {id} from {vpc}")) {
            Err(error) if error.is(&["Gateway.NotAttached"]) => Ok(()),
            result => result.map(drop),
        }
    }
}

#[async_trait]
impl Untyped for InternetGateway {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let wish =
            Wish::new("main", cx.name(Kind::Network, "internet-gateway")).prop("vpc_id", cx.physical("vpc", "main"));
        Ok(vec![wish])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut pages = self.0.describe_internet_gateways().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut lives = Vec::new();
        while let Some(gateway) = pages.next().await {
            let gateway = gateway.during(|| "listing internet gateways".into())?;
            let id = gateway.internet_gateway_id().unwrap_or_default();
            let vpc = gateway.attachments().first().and_then(|attachment| attachment.vpc_id());
            lives.push(Live::new("main", id).tagged(cx, from_ec2(gateway.tags())).prop("vpc_id", vpc));
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let tags = dated_specification(cx, "internet-gateway", wish, ResourceType::InternetGateway);
        let call = self.0.create_internet_gateway().tag_specifications(tags);
        call.send().await.during(|| format!("creating internet gateway {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let id = &live.physical;
        for change in changes {
            if change.field == "tags" {
                retag(&self.0, cx, "internet-gateway", live, wish).await?;
                continue;
            }
            self.detach(live).await?;
            let vpc = wish.text("vpc_id");
            let call = self.0.attach_internet_gateway().internet_gateway_id(id).vpc_id(&vpc);
            call.send().await.during(|| format!("attaching internet gateway {id} to {vpc}"))?;
        }
        Ok(())
    }

    fn doubles(&self) -> bool {
        true
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        self.detach(live).await?;
        let id = &live.physical;
        let call = self.0.delete_internet_gateway().internet_gateway_id(id);
        call.send().await.during(|| format!("deleting internet gateway {id}")).map(drop)
    }

    async fn held_by(&self, cx: &Context, live: &Live) -> Result<Vec<Holder>, Error> {
        holders::of_internet_gateway(&self.0, cx, live).await
    }

    // A public address counts as mapped for up to ten minutes after it was released.
    fn pace(&self) -> Pace {
        Pace::seconds(5, 900)
    }
}
