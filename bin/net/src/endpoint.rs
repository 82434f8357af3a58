//! VPC endpoints. The one for S3 is free and takes the data's traffic off the NAT gateways, so it is always made where there is
//! a way out, and where there are database subnets, which have no other way to S3; it is tied to every route table that subnets
//! use. With egress `endpoints`, the services that layers name get theirs, too, in every private subnet.

use crate::ec2::{from_ec2, ours, retag, specification};
use crate::route_table::{RouteTable, tables};
use crate::security_group::SecurityGroup;
use crate::subnet;
use crate::vpc::Vpc;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{ResourceType, VpcEndpoint, VpcEndpointType};
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace};
use strata_layer::{Context, Desired, Observed, Promise, Resource, State, async_trait, props};
use strata_state::demand::{self, Class};
use strata_state::layers::net::{self, Egress};
use strata_state::{Kind, wish::Pipeline};

pub(crate) struct Endpoint(pub(crate) Client);

props! {
    /// What a VPC endpoint is. A gateway has route tables, an interface all else.
    pub(crate) struct Props {
        fixed {
            /// Its VPC.
            vpc_id: Promise,
            /// The service that it leads to.
            service: String,
        }
        mutable {
            /// The route tables that lead to it.
            route_tables: Option<Vec<Promise>>,
            /// The subnets that it is in.
            subnets: Option<Vec<Promise>>,
            /// The security groups that it is in.
            security_groups: Option<Vec<Promise>>,
            /// Whether the service's usual name leads to it.
            private_dns: Option<bool>,
        }
    }
}

type Seen = Observed<Props>;

/// The service whose endpoint is a gateway: the only one that costs nothing.
const GATEWAY: &str = "s3";

fn service(cx: &Context, name: &str) -> String {
    let prefix = if cx.session.partition == "aws-cn" && name != GATEWAY { "cn." } else { "" };
    format!("{prefix}com.amazonaws.{}.{name}", cx.session.region)
}

/// The security group of interface endpoints: one of their own where others than members of `main` call them.
fn group(pipeline: &Pipeline) -> &'static str {
    if net::groups(pipeline).contains_key(net::ENDPOINTS) { net::ENDPOINTS } else { net::MAIN }
}

/// What has to be added to a list, and what removed: nothing where nothing is desired, or not known yet.
fn differences(is: Option<&Vec<Promise>>, shall: Option<&Vec<Promise>>) -> (Option<Vec<String>>, Option<Vec<String>>) {
    let known = |list: &Vec<Promise>| list.iter().map(|item| item.get().cloned()).collect::<Option<Vec<String>>>();
    let Some(shall) = shall.and_then(known) else { return (None, None) };
    let is = is.and_then(known).unwrap_or_default();
    let only = |left: &[String], right: &[String]| {
        let rest: Vec<String> = left.iter().filter(|item| !right.contains(item)).cloned().collect();
        (!rest.is_empty()).then_some(rest)
    };
    (only(&shall, &is), only(&is, &shall))
}

#[async_trait]
impl Resource for Endpoint {
    const KIND: &'static str = "endpoint";
    const LABEL: &'static str = "VPC endpoints";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let pipeline = &cx.doc.pipeline;
        let desired = |name: &str, props: Props| {
            let id = name.replace('.', "-");
            let physical = cx.name(Kind::Network, &id);
            let props = Props { vpc_id: cx.id_of::<Vpc>("main"), service: service(cx, name), ..props };
            Desired::new(id, physical, props)
        };
        let mut all = Vec::new();
        if net::reaches_s3(pipeline) {
            let mut ids: Vec<Promise> =
                tables(pipeline).iter().map(|table| cx.id_of::<RouteTable>(&table.id)).collect();
            ids.sort();
            all.push(desired(GATEWAY, Props { route_tables: Some(ids), ..Props::default() }));
        }
        if net::egress(pipeline) == Egress::Endpoints {
            let interface = Props {
                subnets: Some(subnet::ids(cx, Class::Private)),
                security_groups: Some(vec![cx.id_of::<SecurityGroup>(group(pipeline))]),
                private_dns: Some(true),
                ..Props::default()
            };
            let services = demand::network(pipeline).endpoints;
            let services = services.iter().filter(|name| **name != GATEWAY);
            all.extend(services.map(|name| desired(name, interface.clone())));
        }
        Ok(all)
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut pages = self.0.describe_vpc_endpoints().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(endpoint) = pages.next().await {
            let endpoint = endpoint.during(|| "listing VPC endpoints".into())?;
            all.extend(seen(cx, &endpoint));
        }
        Ok(all)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let props = &desired.props;
        let list = |items: &Option<Vec<Promise>>| -> Result<Option<Vec<String>>, Error> {
            let Some(items) = items else { return Ok(None) };
            items.iter().map(|item| item.known().cloned()).collect::<Result<_, _>>().map(Some)
        };
        let is_gateway = props.route_tables.is_some();
        let call = self
            .0
            .create_vpc_endpoint()
            .client_token(cx.token_of::<Self>(desired))
            .vpc_id(props.vpc_id.known()?)
            .service_name(&props.service)
            .vpc_endpoint_type(if is_gateway { VpcEndpointType::Gateway } else { VpcEndpointType::Interface })
            .set_route_table_ids(list(&props.route_tables)?)
            .set_subnet_ids(list(&props.subnets)?)
            .set_security_group_ids(list(&props.security_groups)?)
            .set_private_dns_enabled(props.private_dns)
            .tag_specifications(specification::<Self>(cx, desired, ResourceType::VpcEndpoint));
        call.send().await.during(|| format!("creating VPC endpoint {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (id, is, shall) = (&observed.physical, &observed.props, &desired.props);
        let tables = differences(is.route_tables.as_ref(), shall.route_tables.as_ref());
        let subnets = differences(is.subnets.as_ref(), shall.subnets.as_ref());
        let groups = differences(is.security_groups.as_ref(), shall.security_groups.as_ref());
        let private_dns = shall.private_dns.filter(|_| is.private_dns != shall.private_dns);
        let lists = [&tables, &subnets, &groups];
        if private_dns.is_none() && lists.iter().all(|(add, remove)| add.is_none() && remove.is_none()) {
            return Ok(());
        }
        let call = self
            .0
            .modify_vpc_endpoint()
            .vpc_endpoint_id(id)
            .set_add_route_table_ids(tables.0)
            .set_remove_route_table_ids(tables.1)
            .set_add_subnet_ids(subnets.0)
            .set_remove_subnet_ids(subnets.1)
            .set_add_security_group_ids(groups.0)
            .set_remove_security_group_ids(groups.1)
            .set_private_dns_enabled(private_dns);
        call.send().await.during(|| format!("changing VPC endpoint {id}")).map(drop)
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.0, &observed.physical, tags).await
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        let id = &observed.physical;
        let answer = self.0.delete_vpc_endpoints().vpc_endpoint_ids(id).send().await;
        let answer = answer.during(|| format!("deleting VPC endpoint {id}"))?;
        // The call succeeds even where it did nothing; what failed is in the answer.
        match answer.unsuccessful().first().and_then(|item| item.error()) {
            Some(error) => Err(Error {
                code: error.code().map(str::to_owned),
                ..Error::failed(format!("deleting VPC endpoint {id}"), error.message().unwrap_or_default())
            }),
            None => Ok(()),
        }
    }

    // One in each zone; a gateway endpoint has no subnets, and costs nothing.
    fn costs(&self, observed: &Seen) -> f64 {
        let zones = observed.props.subnets.as_ref().map_or(0, Vec::len);
        0.01 * u32::try_from(zones).map_or(0.0, f64::from)
    }

    fn pace(&self) -> Pace {
        Pace::seconds(5, 900)
    }

    fn takes(&self) -> Option<&'static str> {
        Some("2 minutes")
    }

    fn leaves(&self) -> Option<&'static str> {
        Some("a minute or two")
    }
}

fn seen(cx: &Context, endpoint: &VpcEndpoint) -> Option<Seen> {
    let state = match endpoint.state().map(|state| state.as_str().to_lowercase()).as_deref() {
        Some("deleted") => return None,
        Some("deleting") => State::Leaving("deleting".into()),
        Some(state @ ("failed" | "rejected" | "expired")) => {
            let why = endpoint.last_error().and_then(|error| error.message()).unwrap_or_default();
            State::Failed(format!("{state} {why}"))
        }
        Some(state @ ("pending" | "pendingacceptance")) => State::NotYet(state.to_owned()),
        _ => State::Ready,
    };
    let sorted = |items: Vec<String>| {
        let mut items: Vec<Promise> = items.into_iter().map(Promise::Known).collect();
        items.sort();
        Some(items)
    };
    let groups = endpoint.groups().iter().filter_map(|group| group.group_id().map(str::to_owned));
    let props = Props {
        vpc_id: endpoint.vpc_id().into(),
        service: endpoint.service_name().unwrap_or_default().to_owned(),
        route_tables: sorted(endpoint.route_table_ids().to_vec()),
        subnets: sorted(endpoint.subnet_ids().to_vec()),
        security_groups: sorted(groups.collect()),
        private_dns: endpoint.private_dns_enabled(),
    };
    let id = endpoint.vpc_endpoint_id().unwrap_or_default();
    Some(Seen::new("", id, props).tagged(cx, from_ec2(endpoint.tags())).state(state))
}
