//! Route tables: the public subnets' with a route to the internet gateway; the private subnets' with one to the NAT gateway,
//! where there is one, and one table for each of them where each zone has its own; and the database subnets', without any
//! route. The VPC's main table stays empty, so that no subnet gets a way out by accident.

use crate::ec2::{from_ec2, ours, retag, specification};
use crate::internet_gateway::InternetGateway;
use crate::nat_gateway::{NatGateway, of_zone};
use crate::subnet::{self, Subnet};
use crate::vpc::Vpc;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{ResourceType, Route, RouteState, RouteTable as Table};
use futures::future::join_all;
use std::collections::BTreeMap;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Promise, Resource, async_trait, props};
use strata_state::demand::Class;
use strata_state::layers::net::{self, Egress};
use strata_state::{Kind, wish::Pipeline};

pub(crate) struct RouteTable(pub(crate) Client);

/// Targets by destination.
type Routes = BTreeMap<String, Promise>;

props! {
    /// What a route table is.
    pub(crate) struct Props {
        fixed {
            /// Its VPC.
            vpc_id: Promise,
        }
        mutable {
            /// Its routes, but for the VPC's own and those of gateway endpoints.
            routes: Routes,
            /// The subnets that use it.
            subnets: Vec<Promise>,
        }
    }
}

/// What the calls need besides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The id of the association with each subnet.
    associations: BTreeMap<String, String>,
}

type Seen = Observed<Props, Facts>;

const ANYWHERE: &str = "0.0.0.0/0";

/// A table that subnets use.
pub(crate) struct Use {
    pub(crate) id: String,
    way: Way,
    /// Ids of the subnets.
    subnets: Vec<String>,
}

/// Where a table's one route leads.
enum Way {
    Internet,
    /// To the NAT gateway of this id.
    Nat(String),
    Nowhere,
}

/// All tables that a pipeline's subnets use.
pub(crate) fn tables(pipeline: &Pipeline) -> Vec<Use> {
    let egress = net::egress(pipeline);
    let mut tables = Vec::new();
    for class in Class::ALL {
        let many = net::subnets(pipeline, class).len();
        let subnets: Vec<String> = (1..=many).map(|number| subnet::id(class, number)).collect();
        let shared = |way, subnets| Use { id: class.as_str().to_owned(), way, subnets };
        match (class, egress) {
            _ if subnets.is_empty() => {}
            (Class::Public, _) => tables.push(shared(Way::Internet, subnets)),
            (Class::Private, Egress::Nat) => tables.push(shared(Way::Nat("main".into()), subnets)),
            (Class::Private, Egress::NatPerZone) => {
                let one = |(id, number): (String, usize)| {
                    let (way, subnets) = (Way::Nat(of_zone(number)), vec![id.clone()]);
                    Use { id, way, subnets }
                };
                tables.extend(subnets.into_iter().zip(1..).map(one));
            }
            (Class::Private | Class::Database, _) => tables.push(shared(Way::Nowhere, subnets)),
        }
    }
    tables
}

impl RouteTable {
    /// Make the routes as desired: at most one call per destination.
    async fn set_routes(&self, id: &str, is: &Routes, shall: &Routes) -> Result<(), Error> {
        for (range, target) in shall.iter().filter(|(range, target)| is.get(*range) != Some(*target)) {
            let target = target.known()?;
            let doing = || format!("routing {range} to {target} in {id}");
            let (gateway, nat) = if target.starts_with("nat-") { (None, Some(target)) } else { (Some(target), None) };
            let (gateway, nat) = (gateway.cloned(), nat.cloned());
            if is.contains_key(range) {
                let call = self.0.replace_route().route_table_id(id).destination_cidr_block(range);
                call.set_gateway_id(gateway).set_nat_gateway_id(nat).send().await.during(doing)?;
            } else {
                let call = self.0.create_route().route_table_id(id).destination_cidr_block(range);
                call.set_gateway_id(gateway).set_nat_gateway_id(nat).send().await.during(doing)?;
            }
        }
        for range in is.keys().filter(|range| !shall.contains_key(*range)) {
            let call = self.0.delete_route().route_table_id(id);
            let call = match range {
                list if list.starts_with("pl-") => call.destination_prefix_list_id(list),
                range if range.contains(':') => call.destination_ipv6_cidr_block(range),
                range => call.destination_cidr_block(range),
            };
            call.send().await.during(|| format!("removing the route to {range} from {id}"))?;
        }
        Ok(())
    }

    /// Make the subnets that use the table those that are desired.
    async fn set_subnets(&self, cx: &Context, observed: &Seen, shall: &[Promise]) -> Result<(), Error> {
        let is = &observed.props.subnets;
        for subnet in is.iter().filter(|subnet| !shall.contains(subnet)) {
            self.disassociate(observed, subnet.known()?).await?;
        }
        let mut each = Vec::new();
        for subnet in shall.iter().filter(|subnet| !is.contains(subnet)) {
            each.push(self.associate(cx, &observed.physical, subnet.known()?));
        }
        join_all(each).await.into_iter().collect()
    }

    /// Give a subnet this table. From another table of ours it is taken in the same call, so that it is never without one.
    async fn associate(&self, cx: &Context, id: &str, subnet: &str) -> Result<(), Error> {
        let doing = || format!("giving {subnet} the route table {id}");
        let tables = cx.observed::<Self>();
        let mut others = tables.iter().filter(|table| table.physical != id);
        match others.find_map(|table| table.facts.associations.get(subnet)) {
            Some(association) => {
                let call = self.0.replace_route_table_association().route_table_id(id).association_id(association);
                call.send().await.during(doing).map(drop)
            }
            None => {
                let call = self.0.associate_route_table().route_table_id(id).subnet_id(subnet);
                call.send().await.during(doing).map(drop)
            }
        }
    }

    async fn disassociate(&self, observed: &Seen, subnet: &str) -> Result<(), Error> {
        let Some(association) = observed.facts.associations.get(subnet) else { return Ok(()) };
        let call = self.0.disassociate_route_table().association_id(association);
        call.send().await.during(|| format!("taking the route table {} from {subnet}", observed.physical)).map(drop)
    }
}

#[async_trait]
impl Resource for RouteTable {
    const KIND: &'static str = "route-table";
    const LABEL: &'static str = "route tables";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |table: Use| {
            let target = match &table.way {
                Way::Internet => Some(cx.id_of::<InternetGateway>("main")),
                Way::Nat(gateway) => Some(cx.id_of::<NatGateway>(gateway)),
                Way::Nowhere => None,
            };
            let mut subnets: Vec<Promise> = table.subnets.iter().map(|id| cx.id_of::<Subnet>(id)).collect();
            subnets.sort();
            let routes = target.into_iter().map(|target| (ANYWHERE.to_owned(), target)).collect();
            let name = cx.name(Kind::Network, &table.id);
            Desired::new(table.id, name, Props { vpc_id: cx.id_of::<Vpc>("main"), routes, subnets })
        };
        Ok(tables(&cx.doc.pipeline).into_iter().map(desired).collect())
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut pages = self.0.describe_route_tables().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(table) = pages.next().await {
            let table = table.during(|| "listing route tables".into())?;
            all.push(seen(cx, &table));
        }
        Ok(all)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        // The call says nothing else, and what else is desired may change before it is made again.
        let vpc_id = desired.props.vpc_id.clone();
        let said = Desired { props: Props { vpc_id, ..Props::default() }, ..desired.clone() };
        let call = self
            .0
            .create_route_table()
            .client_token(cx.token_of::<Self>(&said))
            .vpc_id(said.props.vpc_id.known()?)
            .tag_specifications(specification::<Self>(cx, desired, ResourceType::RouteTable));
        call.send().await.during(|| format!("creating route table {}", desired.name)).map(drop)
    }

    // Routes first: a subnet that comes from another table finds its way out here already.
    async fn update(&self, cx: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (is, shall) = (&observed.props, &desired.props);
        if shall.routes.values().all(|target| target.get().is_some()) {
            self.set_routes(&observed.physical, &is.routes, &shall.routes).await?;
        }
        if shall.subnets.iter().all(|subnet| subnet.get().is_some()) {
            self.set_subnets(cx, observed, &shall.subnets).await?;
        }
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.0, &observed.physical, tags).await
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        let subnets = observed.facts.associations.keys();
        let each = subnets.map(|subnet| self.disassociate(observed, subnet));
        join_all(each).await.into_iter().collect::<Result<(), Error>>()?;
        let id = &observed.physical;
        let call = self.0.delete_route_table().route_table_id(id);
        call.send().await.during(|| format!("deleting route table {id}")).map(drop)
    }
}

fn seen(cx: &Context, table: &Table) -> Seen {
    let associations: BTreeMap<String, String> = table
        .associations()
        .iter()
        .filter_map(|one| Some((one.subnet_id()?.to_owned(), one.route_table_association_id()?.to_owned())))
        .collect();
    let props = Props {
        vpc_id: table.vpc_id().into(),
        routes: table.routes().iter().filter_map(route).collect(),
        subnets: associations.keys().cloned().map(Promise::Known).collect(),
    };
    Seen::new("", table.route_table_id().unwrap_or_default(), props)
        .tagged(cx, from_ec2(table.tags()))
        .facts(Facts { associations })
}

/// Destination and target; nothing for the VPC's own route and for those that a gateway endpoint adds by itself.
fn route(route: &Route) -> Option<(String, Promise)> {
    let range = route.destination_cidr_block().or(route.destination_ipv6_cidr_block());
    let range = range.or(route.destination_prefix_list_id())?;
    let target = route.nat_gateway_id().or(route.gateway_id()).unwrap_or("another target");
    if target == "local" || target.starts_with("vpce-") {
        return None;
    }
    // A route whose target is gone counts as different from what is desired, so it is replaced.
    let gone = if route.state() == Some(&RouteState::Blackhole) { " (blackhole)" } else { "" };
    Some((range.to_owned(), Promise::Known(format!("{target}{gone}"))))
}
