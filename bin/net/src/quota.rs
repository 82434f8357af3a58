//! The region's quotas, before anything is made: a network that stops at the last address is a network half made.
//!
//! Service Quotas tells most of them. Where it may not be asked, nothing is said, and AWS's own refusal counts.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{AccountAttributeName, DomainType, NatGatewayState, VpcEndpointType};
use strata_aws::{During, Error};
use strata_layer::{Context, Finding};
use strata_state::layers::net::Egress;

/// One quota: what is counted, how many there are, how many there may be.
struct Count {
    what: &'static str,
    there: usize,
    most: Option<usize>,
}

/// Quotas that have no room for what is to be made.
pub(crate) async fn findings(ec2: &Client, cx: &Context) -> Result<Vec<Finding>, Error> {
    let egress = strata_state::layers::net::egress(&cx.doc.pipeline);
    let lacks = |kind: &str| cx.lives(kind).is_empty();
    let counts = futures::try_join!(
        maybe(lacks("vpc"), vpcs(ec2, cx)),
        maybe(lacks("internet-gateway"), internet_gateways(ec2, cx)),
        maybe(egress == Egress::Nat && lacks("address"), addresses(ec2)),
        maybe(egress == Egress::Nat && lacks("nat-gateway"), nat_gateways(ec2, cx)),
        maybe(egress != Egress::None && cx.live("endpoint", "s3").is_none(), endpoints(ec2, cx)),
    )?;
    let (vpcs, gateways, addresses, nats, endpoints) = counts;
    let counts = [vpcs, gateways, addresses, nats, endpoints].into_iter().flatten();
    let full = counts.filter_map(|count| {
        let most = count.most.filter(|most| count.there >= *most)?;
        let Count { what, there, .. } = count;
        Some(Finding {
            what: format!(
                "{} has {there} {what}, and the quota is {most}: there is no room for one more",
                cx.session.region
            ),
            remedy: format!("remove one, or ask for more in Service Quotas ({what})"),
        })
    });
    Ok(full.collect())
}

async fn maybe<T>(wanted: bool, work: impl Future<Output = Result<T, Error>>) -> Result<Option<T>, Error> {
    if wanted { work.await.map(Some) } else { Ok(None) }
}

/// A quota of the service `vpc`; None when it is not to be learnt.
async fn quota(cx: &Context, code: &str) -> Option<usize> {
    let quotas = aws_sdk_servicequotas::Client::new(&cx.session.sdk);
    let answer = quotas.get_service_quota().service_code("vpc").quota_code(code).send().await.ok()?;
    // A whole number, which Service Quotas gives as any number.
    answer.quota()?.value().map(|value| value as usize)
}

const COUNTING: &str = "counting what the region has";

async fn vpcs(ec2: &Client, cx: &Context) -> Result<Count, Error> {
    let pages = ec2.describe_vpcs().into_paginator().items().send();
    let list = async { pages.try_collect().await.during(|| COUNTING.into()) };
    let (list, most) = futures::join!(list, quota(cx, "L-F678F1CE"));
    Ok(Count { what: "VPCs", there: list?.len(), most })
}

async fn internet_gateways(ec2: &Client, cx: &Context) -> Result<Count, Error> {
    let pages = ec2.describe_internet_gateways().into_paginator().items().send();
    let list = async { pages.try_collect().await.during(|| COUNTING.into()) };
    let (list, most) = futures::join!(list, quota(cx, "L-A4707A72"));
    Ok(Count { what: "internet gateways", there: list?.len(), most })
}

/// EC2 itself knows this one.
async fn addresses(ec2: &Client) -> Result<Count, Error> {
    const NAME: &str = "vpc-max-elastic-ips";
    let ask = ec2.describe_account_attributes().attribute_names(AccountAttributeName::from(NAME)).send();
    let list = async { ec2.describe_addresses().send().await.during(|| COUNTING.into()) };
    let (list, answer) = futures::join!(list, ask);
    let list = list?;
    let there = list.addresses().iter().filter(|address| address.domain() == Some(&DomainType::Vpc)).count();
    let most = answer.ok().and_then(|answer| {
        let attribute = answer.account_attributes().iter().find(|one| one.attribute_name() == Some(NAME))?;
        attribute.attribute_values().first()?.attribute_value()?.parse().ok()
    });
    Ok(Count { what: "elastic addresses", there, most })
}

/// The quota is per zone, so only a region with that many in all can be full; ours goes beside the first public subnet.
async fn nat_gateways(ec2: &Client, cx: &Context) -> Result<Count, Error> {
    let pages = ec2.describe_nat_gateways().into_paginator().items().send();
    let list = async { pages.try_collect().await.during(|| COUNTING.into()) };
    let (list, most) = futures::join!(list, quota(cx, "L-FE5A380F"));
    let mut list = list?;
    list.retain(|nat| matches!(nat.state(), Some(NatGatewayState::Available | NatGatewayState::Pending)));
    if most.is_none_or(|most| list.len() < most) {
        return Ok(Count { what: "NAT gateways", there: list.len(), most });
    }
    let zone = cx.live("subnet", "public-1").and_then(|mut live| live.facts.remove("zone"));
    let Some(zone) = zone.or_else(|| cx.doc.pipeline.net().zones.first().cloned()) else {
        return Ok(Count { what: "NAT gateways", there: 0, most });
    };
    let by = crate::ec2::filter("availability-zone", &zone);
    let subnets = ec2.describe_subnets().filters(by).send().await.during(|| COUNTING.into())?;
    list.retain(|nat| subnets.subnets().iter().any(|subnet| subnet.subnet_id() == nat.subnet_id()));
    Ok(Count { what: "NAT gateways in one zone", there: list.len(), most })
}

async fn endpoints(ec2: &Client, cx: &Context) -> Result<Count, Error> {
    let pages = ec2.describe_vpc_endpoints().into_paginator().items().send();
    let list = async { pages.try_collect().await.during(|| COUNTING.into()) };
    let (list, most) = futures::join!(list, quota(cx, "L-1B52E74A"));
    let list = list?;
    let gateways = list.iter().filter(|one| one.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway));
    let there = gateways.filter(|one| one.state().is_none_or(|state| !state.as_str().eq_ignore_ascii_case("deleted")));
    Ok(Count { what: "gateway VPC endpoints", there: there.count(), most })
}
