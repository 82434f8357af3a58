//! Two route tables: the public subnets' with a route to the internet gateway, the private subnets' with one to the NAT
//! gateway, where there is one. The VPC's main table stays empty, so that no subnet gets a way out by accident.

use crate::ec2::{from_ec2, ours, retag, specification};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{ResourceType, Route, RouteState, RouteTable as Table};
use futures::future::join_all;
use serde_json::{Map, Value, json};
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::{Kind, layers::net::Egress};

pub(crate) struct RouteTable(pub(crate) Client);

const ANYWHERE: &str = "0.0.0.0/0";

impl RouteTable {
    /// Make the routes equal to `wish`: at most one call per destination.
    async fn set_routes(&self, id: &str, change: &Change) -> Result<(), Error> {
        let empty = Map::new();
        let (from, to) = (change.from.as_object().unwrap_or(&empty), change.to.as_object().unwrap_or(&empty));
        for (range, target) in to.iter().filter(|(range, target)| from.get(*range) != Some(*target)) {
            let target = target.as_str().unwrap_or_default();
            let doing = || format!("routing {range} to {target} in {id}");
            let (gateway, nat) = if target.starts_with("nat-") { (None, Some(target)) } else { (Some(target), None) };
            let (gateway, nat) = (gateway.map(str::to_owned), nat.map(str::to_owned));
            if from.contains_key(range) {
                let call = self.0.replace_route().route_table_id(id).destination_cidr_block(range);
                call.set_gateway_id(gateway).set_nat_gateway_id(nat).send().await.during(doing)?;
            } else {
                let call = self.0.create_route().route_table_id(id).destination_cidr_block(range);
                call.set_gateway_id(gateway).set_nat_gateway_id(nat).send().await.during(doing)?;
            }
        }
        for range in from.keys().filter(|range| !to.contains_key(*range)) {
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

    /// Make the subnets that use the table equal to the wish.
    async fn set_subnets(&self, live: &Live, change: &Change) -> Result<(), Error> {
        let id = &live.physical;
        let list = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let (from, to) = (list(&change.from), list(&change.to));
        for subnet in from.iter().filter(|subnet| !to.contains(subnet)) {
            self.disassociate(live, subnet).await?;
        }
        let mut each = Vec::new();
        for subnet in to.iter().filter(|subnet| !from.contains(subnet)) {
            each.push(self.associate(id, subnet));
        }
        join_all(each).await.into_iter().collect()
    }

    async fn associate(&self, id: &str, subnet: &str) -> Result<(), Error> {
        let call = self.0.associate_route_table().route_table_id(id).subnet_id(subnet);
        call.send().await.during(|| format!("giving {subnet} the route table {id}")).map(drop)
    }

    async fn set(&self, cx: &Context, live: &Live, wish: &Wish, change: &Change) -> Result<(), Error> {
        match change.field.as_str() {
            "routes" => self.set_routes(&live.physical, change).await,
            "subnets" => self.set_subnets(live, change).await,
            _ => retag(&self.0, cx, "route-table", live, wish).await,
        }
    }

    async fn disassociate(&self, live: &Live, subnet: &str) -> Result<(), Error> {
        // The live thing keeps its associations as `subnet=association` pairs.
        let pairs = live.facts.get("associations").map(String::as_str).unwrap_or_default();
        let pair = pairs.split(' ').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == subnet);
        let Some((_, association)) = pair else { return Ok(()) };
        let call = self.0.disassociate_route_table().association_id(association);
        call.send().await.during(|| format!("taking the route table {} from {subnet}", live.physical)).map(drop)
    }
}

#[async_trait]
impl Untyped for RouteTable {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let nat = strata_state::layers::net::egress(&cx.doc.pipeline) == Egress::Nat;
        let private = if nat { json!({ ANYWHERE: cx.physical("nat-gateway", "main") }) } else { json!({}) };
        let public = json!({ ANYWHERE: cx.physical("internet-gateway", "main") });
        let wish = |side: &str, routes: Value| {
            let mut subnets = [1, 2].map(|number| cx.physical("subnet", &format!("{side}-{number}")));
            subnets.sort_by_key(ToString::to_string);
            Wish::new(side, cx.name(Kind::Network, side))
                .prop("vpc_id", cx.physical("vpc", "main"))
                .prop("routes", routes)
                .prop("subnets", json!(subnets))
                .fixed(&["vpc_id"])
        };
        Ok(vec![wish("public", public), wish("private", private)])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut pages = self.0.describe_route_tables().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut lives = Vec::new();
        while let Some(table) = pages.next().await {
            let table = table.during(|| "listing route tables".into())?;
            lives.push(live(cx, &table));
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let vpc = Wish {
            props: wish.props.iter().filter(|(name, _)| **name == "vpc_id").map(|(k, v)| (*k, v.clone())).collect(),
            ..wish.clone()
        };
        let call = self
            .0
            .create_route_table()
            .client_token(cx.token("route-table", &vpc))
            .vpc_id(wish.text("vpc_id"))
            .tag_specifications(specification(cx, "route-table", wish, ResourceType::RouteTable));
        call.send().await.during(|| format!("creating route table {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let mut each = Vec::new();
        for change in changes {
            each.push(self.set(cx, live, wish, change));
        }
        join_all(each).await.into_iter().collect()
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let mut each = Vec::new();
        for subnet in live.props.get("subnets").and_then(Value::as_array).into_iter().flatten() {
            each.push(self.disassociate(live, subnet.as_str().unwrap_or_default()));
        }
        join_all(each).await.into_iter().collect::<Result<(), Error>>()?;
        let id = &live.physical;
        let call = self.0.delete_route_table().route_table_id(id);
        call.send().await.during(|| format!("deleting route table {id}")).map(drop)
    }
}

fn live(cx: &Context, table: &Table) -> Live {
    let routes: Map<String, Value> = table.routes().iter().filter_map(route).collect();
    let associations: Vec<(&str, &str)> = table
        .associations()
        .iter()
        .filter_map(|association| Some((association.subnet_id()?, association.route_table_association_id()?)))
        .collect();
    let mut subnets: Vec<&str> = associations.iter().map(|(subnet, _)| *subnet).collect();
    subnets.sort_unstable();
    let pairs: Vec<String> = associations.iter().map(|(subnet, id)| format!("{subnet}={id}")).collect();
    Live::new("", table.route_table_id().unwrap_or_default())
        .tagged(cx, from_ec2(table.tags()))
        .prop("vpc_id", table.vpc_id())
        .prop("routes", Value::Object(routes))
        .prop("subnets", json!(subnets))
        .fact("associations", pairs.join(" "))
}

/// Destination and target; nothing for the VPC's own route and for those that a gateway endpoint adds by itself.
fn route(route: &Route) -> Option<(String, Value)> {
    let range = route.destination_cidr_block().or(route.destination_ipv6_cidr_block());
    let range = range.or(route.destination_prefix_list_id())?;
    let target = route.nat_gateway_id().or(route.gateway_id()).unwrap_or("another target");
    if target == "local" || target.starts_with("vpce-") {
        return None;
    }
    // A route whose target is gone counts as different from the wish, so it is replaced.
    let gone = if route.state() == Some(&RouteState::Blackhole) { " (blackhole)" } else { "" };
    Some((range.to_owned(), json!(format!("{target}{gone}"))))
}
