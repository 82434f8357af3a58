//! The region's quotas, before anything is made: a network that stops at the last address is a network half made.
//!
//! Service Quotas tells most of them. Where it may not be asked, nothing is said, and AWS's own refusal counts.

use crate::address::Address;
use crate::endpoint::Endpoint;
use crate::internet_gateway::InternetGateway;
use crate::nat_gateway::{Gateway, NatGateway, gateways};
use crate::subnet::{self, Subnet};
use crate::vpc::Vpc;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{AccountAttributeName, DomainType, NatGatewayState, VpcEndpointType};
use strata_aws::{During, Error};
use strata_layer::{Context, Finding};
use strata_state::demand::Class;
use strata_state::layers::net;

/// One quota: what is counted, how many there are, how many more are to be made, how many there may be.
struct Count {
    what: &'static str,
    there: usize,
    more: usize,
    most: Option<usize>,
}

/// Quotas that have no room for what is to be made.
pub(crate) async fn findings(ec2: &Client, cx: &Context) -> Result<Vec<Finding>, Error> {
    if !cx.is_asked() {
        return Ok(Vec::new());
    }
    let pipeline = &cx.doc.pipeline;
    let gateways = gateways(pipeline);
    let addresses_lacking = gateways.iter().filter(|one| cx.one::<Address>(&one.address).is_none()).count();
    let nats_lacking: Vec<&Gateway> = gateways.iter().filter(|one| cx.one::<NatGateway>(&one.id).is_none()).collect();
    let has_public = !net::subnets(pipeline, Class::Public).is_empty();
    let counts = futures::try_join!(
        maybe(cx.one::<Vpc>("main").is_none(), vpcs(ec2, cx)),
        maybe(has_public && cx.one::<InternetGateway>("main").is_none(), internet_gateways(ec2, cx)),
        maybe(addresses_lacking > 0, addresses(ec2, addresses_lacking)),
        maybe(!nats_lacking.is_empty(), nat_gateways(ec2, cx, &nats_lacking)),
        maybe(net::reaches_s3(pipeline) && cx.one::<Endpoint>("s3").is_none(), endpoints(ec2, cx)),
    )?;
    let (vpcs, internet, addresses, nats, endpoints) = counts;
    let counts = [vpcs, internet, addresses].into_iter().flatten().chain(nats.into_iter().flatten()).chain(endpoints);
    let full = counts.filter_map(|count| {
        let most = count.most.filter(|most| count.there + count.more > *most)?;
        let Count { what, there, more, .. } = count;
        let more = if more == 1 { "one".to_owned() } else { more.to_string() };
        Some(Finding {
            what: format!(
                "{} has {there} {what}, and the quota is {most}: there is no room for {more} more",
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
    Ok(Count { what: "VPCs", there: list?.len(), more: 1, most })
}

async fn internet_gateways(ec2: &Client, cx: &Context) -> Result<Count, Error> {
    let pages = ec2.describe_internet_gateways().into_paginator().items().send();
    let list = async { pages.try_collect().await.during(|| COUNTING.into()) };
    let (list, most) = futures::join!(list, quota(cx, "L-A4707A72"));
    Ok(Count { what: "internet gateways", there: list?.len(), more: 1, most })
}

/// EC2 itself knows this one.
async fn addresses(ec2: &Client, more: usize) -> Result<Count, Error> {
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
    Ok(Count { what: "elastic addresses", there, more, most })
}

/// The quota is per zone, so only a region with that many in all can be full. Each of ours goes into a public subnet.
async fn nat_gateways(ec2: &Client, cx: &Context, lacking: &[&Gateway]) -> Result<Vec<Count>, Error> {
    let pages = ec2.describe_nat_gateways().into_paginator().items().send();
    let list = async { pages.try_collect().await.during(|| COUNTING.into()) };
    let (list, most) = futures::join!(list, quota(cx, "L-FE5A380F"));
    let mut list = list?;
    list.retain(|nat| matches!(nat.state(), Some(NatGatewayState::Available | NatGatewayState::Pending)));
    let mut counts = Vec::new();
    if most.is_none_or(|most| list.len() < most) {
        return Ok(counts);
    }
    for gateway in lacking {
        let there = cx.one::<Subnet>(&subnet::id(Class::Public, gateway.zone)).map(|subnet| subnet.props.zone);
        let zone = there.or_else(|| cx.doc.pipeline.net().zones.get(gateway.zone - 1).cloned());
        let Some(zone) = zone else { continue };
        let by = crate::ec2::filter("availability-zone", &zone);
        let subnets = ec2.describe_subnets().filters(by).send().await.during(|| COUNTING.into())?;
        let is_in = |id: Option<&str>| subnets.subnets().iter().any(|subnet| subnet.subnet_id() == id);
        let there = list.iter().filter(|nat| is_in(nat.subnet_id())).count();
        counts.push(Count { what: "NAT gateways in one zone", there, more: 1, most });
    }
    Ok(counts)
}

async fn endpoints(ec2: &Client, cx: &Context) -> Result<Count, Error> {
    let pages = ec2.describe_vpc_endpoints().into_paginator().items().send();
    let list = async { pages.try_collect().await.during(|| COUNTING.into()) };
    let (list, most) = futures::join!(list, quota(cx, "L-1B52E74A"));
    let list = list?;
    let gateways = list.iter().filter(|one| one.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway));
    let there = gateways.filter(|one| one.state().is_none_or(|state| !state.as_str().eq_ignore_ascii_case("deleted")));
    Ok(Count { what: "gateway VPC endpoints", there: there.count(), more: 1, most })
}
