//! The subnets of each class, one per zone: the nth of each class share a zone. Zones are asked for, never guessed from
//! letters, since they differ between accounts.

use crate::ec2::{filter, from_ec2, ours, retag, specification};
use crate::vpc::Vpc;
use crate::{holders, interface};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::ResourceType;
use std::sync::{PoisonError, RwLock};
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace};
use strata_layer::{Context, Desired, Holder, Observed, Promise, Resource, State, async_trait, props};
use strata_state::demand::Class;
use strata_state::{Kind, layers::net};

pub(crate) struct Subnet {
    ec2: Client,
    /// The zones: those of subnets that are there, else the wish's, else the first that AWS names.
    zones: RwLock<Vec<String>>,
}

props! {
    /// What a subnet is.
    pub(crate) struct Props {
        fixed {
            /// Its VPC.
            vpc_id: Promise,
            /// Its range.
            cidr: String,
            /// Its zone.
            zone: String,
        }
        mutable {}
    }
}

type Seen = Observed<Props>;

/// The id of the nth subnet of a class, counted from 1.
pub(crate) fn id(class: Class, number: usize) -> String {
    format!("{}-{number}", class.as_str())
}

/// The ids in AWS of all subnets of a class, sorted as AWS's lists are.
pub(crate) fn ids(cx: &Context, class: Class) -> Vec<Promise> {
    let many = net::subnets(&cx.doc.pipeline, class).len();
    let mut ids: Vec<Promise> = (1..=many).map(|number| cx.id_of::<Subnet>(&id(class, number))).collect();
    ids.sort();
    ids
}

impl Subnet {
    pub(crate) fn new(ec2: Client) -> Self {
        Self { ec2, zones: RwLock::default() }
    }

    /// Decide on the zones, asking AWS only when something has to be made.
    async fn choose(&self, cx: &Context, seen: &[Seen]) -> Result<(), Error> {
        let taken = |number: usize| {
            let has_number = |subnet: &&Seen| subnet.foreign.is_none() && subnet.id.ends_with(&format!("-{number}"));
            seen.iter().find(has_number).map(|subnet| subnet.props.zone.clone())
        };
        let (wish, many) = (&cx.doc.pipeline.net().zones, net::zones(&cx.doc.pipeline));
        // Once asked for, AWS's answer is good for this run.
        let before = self.zones.read().unwrap_or_else(PoisonError::into_inner).clone();
        let known: Vec<Option<String>> =
            (0..many).map(|index| wish.get(index).cloned().or_else(|| taken(index + 1))).collect();
        let mut chosen = known.clone();
        for (zone, asked) in chosen.iter_mut().zip(before) {
            if zone.is_none() && !known.contains(&Some(asked.clone())) {
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
        let Some(zones) = chosen.into_iter().collect::<Option<Vec<String>>>() else {
            let message = format!("the region has fewer than {many} zones that can be used");
            return Err(Error::failed("choosing zones", message).advise("take another region, or fewer subnets"));
        };
        *self.zones.write().unwrap_or_else(PoisonError::into_inner) = zones;
        Ok(())
    }
}

#[async_trait]
impl Resource for Subnet {
    const KIND: &'static str = "subnet";
    const LABEL: &'static str = "subnets";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let zones = self.zones.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut desired = Vec::new();
        for class in Class::ALL {
            for (index, cidr) in net::subnets(&cx.doc.pipeline, class).into_iter().enumerate() {
                let id = id(class, index + 1);
                let name = cx.name(Kind::Network, &id);
                let zone = zones.get(index).cloned().unwrap_or_default();
                desired.push(Desired::new(id, name, Props { vpc_id: cx.id_of::<Vpc>("main"), cidr, zone }));
            }
        }
        Ok(desired)
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut pages = self.ec2.describe_subnets().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut seen = Vec::new();
        while let Some(subnet) = pages.next().await {
            let subnet = subnet.during(|| "listing subnets".into())?;
            let state = match subnet.state() {
                Some(state) if state.as_str() == "pending" => State::NotYet("pending".into()),
                _ => State::Ready,
            };
            let props = Props {
                vpc_id: subnet.vpc_id().into(),
                cidr: subnet.cidr_block().unwrap_or_default().to_owned(),
                zone: subnet.availability_zone().unwrap_or_default().to_owned(),
            };
            let id = subnet.subnet_id().unwrap_or_default();
            seen.push(Seen::new("", id, props).tagged(cx, from_ec2(subnet.tags())).state(state));
        }
        if !desired.is_empty() {
            self.choose(cx, &seen).await?;
        }
        Ok(seen)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let Props { vpc_id, cidr, zone } = &desired.props;
        let call = self
            .ec2
            .create_subnet()
            .vpc_id(vpc_id.known()?)
            .cidr_block(cidr)
            .availability_zone(zone)
            .tag_specifications(specification::<Self>(cx, desired, ResourceType::Subnet));
        call.send().await.during(|| format!("creating subnet {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, _: &Seen, _: &Desired<Props>) -> Result<(), Error> {
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.ec2, &observed.physical, tags).await
    }

    async fn delete(&self, cx: &Context, observed: &Seen) -> Result<(), Error> {
        let id = &observed.physical;
        let answer = self.ec2.delete_subnet().subnet_id(id).send().await;
        let result = answer.during(|| format!("deleting subnet {id}")).map(drop);
        if result.as_ref().is_err_and(|error| error.is(&["DependencyViolation"])) {
            interface::sweep(&self.ec2, cx, "subnet-id", id).await?;
        }
        result
    }

    async fn held_by(&self, cx: &Context, observed: &Seen) -> Result<Vec<Holder>, Error> {
        let vpc = observed.props.vpc_id.known()?;
        holders::of_subnet(&self.ec2, cx, vpc, &observed.physical).await
    }

    // What others leave in it, such as MWAA, may take a quarter of an hour to go.
    fn pace(&self) -> Pace {
        Pace::seconds(5, 1200)
    }
}
