//! Two public and two private subnets. A public and a private one share a zone; zones are asked for, never guessed
//! from letters, since they differ between accounts. MWAA wants its two private subnets in two zones.

use crate::ec2::{filter, from_ec2, ours, retag, specification};
use crate::{holders, interface};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::ResourceType;
use std::sync::{PoisonError, RwLock};
use strata_aws::{During, Error, Pace};
use strata_layer::{Change, Context, Holder, Live, State, Untyped, Wish, async_trait};
use strata_state::Kind;

pub(crate) struct Subnet {
    ec2: Client,
    /// Two zones: those of subnets that are there, else the wish's, else the first that AWS names.
    zones: RwLock<[String; 2]>,
}

impl Subnet {
    pub(crate) fn new(ec2: Client) -> Self {
        Self { ec2, zones: RwLock::default() }
    }

    /// Decide on the zones, asking AWS only when something has to be made.
    async fn choose(&self, cx: &Context, lives: &[Live]) -> Result<(), Error> {
        let taken = |number: usize| {
            let id = |live: &&Live| live.foreign.is_none() && live.id.ends_with(&format!("-{number}"));
            lives.iter().find(id).and_then(|live| live.facts.get("zone").cloned())
        };
        let wish = &cx.doc.pipeline.net().zones;
        // Once asked for, AWS's answer is good for this run.
        let before = self.zones.read().unwrap_or_else(PoisonError::into_inner).clone();
        let known = [wish.first().cloned().or_else(|| taken(1)), wish.get(1).cloned().or_else(|| taken(2))];
        let mut chosen = known.clone();
        for (zone, asked) in chosen.iter_mut().zip(before) {
            if zone.is_none() && !asked.is_empty() && !known.contains(&Some(asked.clone())) {
                *zone = Some(asked);
            }
        }
        if chosen.iter().any(Option::is_none) {
            let call = self.ec2.describe_availability_zones();
            let call = call.filters(filter("state", "available")).filters(filter("zone-type", "availability-zone"));
            let answer = call.send().await.during(|| "asking for zones".into())?;
            let mut names: Vec<String> =
                answer.availability_zones().iter().filter_map(|zone| zone.zone_name().map(str::to_owned)).collect();
            names.sort();
            names.retain(|name| !chosen.contains(&Some(name.clone())));
            let mut names = names.into_iter();
            for zone in &mut chosen {
                if zone.is_none() {
                    *zone = names.next();
                }
            }
        }
        let [Some(first), Some(second)] = chosen else {
            let message = "the region has fewer than two zones that can be used";
            return Err(Error::failed("choosing zones", message).advise("take another region"));
        };
        *self.zones.write().unwrap_or_else(PoisonError::into_inner) = [first, second];
        Ok(())
    }
}

#[async_trait]
impl Untyped for Subnet {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let net = cx.doc.pipeline.net();
        let zones = self.zones.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut wishes = Vec::new();
        for (side, ranges) in [("public", &net.public_subnets), ("private", &net.private_subnets)] {
            for (index, (range, zone)) in ranges.iter().zip(&zones).enumerate() {
                let id = format!("{side}-{}", index + 1);
                let name = cx.name(Kind::Network, &id);
                let wish = Wish::new(id, name)
                    .prop("vpc_id", cx.physical("vpc", "main"))
                    .prop("cidr", range.as_str())
                    .prop("zone", zone.as_str())
                    .fixed(&["vpc_id", "cidr", "zone"]);
                wishes.push(wish);
            }
        }
        Ok(wishes)
    }

    async fn list(&self, cx: &Context, wishes: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut pages = self.ec2.describe_subnets().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut lives = Vec::new();
        while let Some(subnet) = pages.next().await {
            let subnet = subnet.during(|| "listing subnets".into())?;
            let zone = subnet.availability_zone().unwrap_or_default();
            let state = match subnet.state() {
                Some(state) if state.as_str() == "pending" => State::NotYet("pending".into()),
                _ => State::Ready,
            };
            let live = Live::new("", subnet.subnet_id().unwrap_or_default())
                .tagged(cx, from_ec2(subnet.tags()))
                .state(state)
                .prop("vpc_id", subnet.vpc_id())
                .prop("cidr", subnet.cidr_block())
                .prop("zone", zone)
                .fact("zone", zone);
            lives.push(live);
        }
        if !wishes.is_empty() {
            self.choose(cx, &lives).await?;
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let call = self
            .ec2
            .create_subnet()
            .vpc_id(wish.text("vpc_id"))
            .cidr_block(wish.text("cidr"))
            .availability_zone(wish.text("zone"))
            .tag_specifications(specification(cx, "subnet", wish, ResourceType::Subnet));
        call.send().await.during(|| format!("creating subnet {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, _: &[Change]) -> Result<(), Error> {
        retag(&self.ec2, cx, "subnet", live, wish).await
    }

    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error> {
        let id = &live.physical;
        let answer = self.ec2.delete_subnet().subnet_id(id).send().await;
        let result = answer.during(|| format!("deleting subnet {id}")).map(drop);
        if result.as_ref().is_err_and(|error| error.is(&["DependencyViolation"])) {
            interface::sweep(&self.ec2, cx, "subnet-id", id).await?;
        }
        result
    }

    async fn held_by(&self, cx: &Context, live: &Live) -> Result<Vec<Holder>, Error> {
        holders::of_subnet(&self.ec2, cx, live).await
    }

    // What others leave in it, such as MWAA, may take a quarter of an hour to go.
    fn pace(&self) -> Pace {
        Pace::seconds(5, 1200)
    }
}
