//! VPC endpoints. The one for S3 is free and takes the data's traffic off the NAT gateway, so it is always made where
//! there is a way out; it is tied to the route table that the private subnets really use. With egress `endpoints`, MWAA
//! and the DAG's services get theirs, too (MWAA guide: creating the required VPC service endpoints).

use crate::ec2::{from_ec2, ours, retag, specification};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{ResourceType, VpcEndpoint, VpcEndpointType};
use serde_json::{Value, json};
use std::time::Duration;
use strata_aws::{During, Error, Pace};
use strata_layer::{Change, Context, Live, State, Untyped, Wish, async_trait};
use strata_state::{Kind, layers::net::Egress};

pub(crate) struct Endpoint(pub(crate) Client);

/// What MWAA needs, and what the DAG calls: Glue, Athena and STS.
const INTERFACES: [&str; 12] = [
    "airflow.api",
    "airflow.env",
    "airflow.ops",
    "athena",
    "ecr.api",
    "ecr.dkr",
    "glue",
    "kms",
    "logs",
    "monitoring",
    "sqs",
    "sts",
];

fn service(cx: &Context, name: &str) -> String {
    let prefix = if cx.session.partition == "aws-cn" && name != "s3" { "cn." } else { "" };
    format!("{prefix}com.amazonaws.{}.{name}", cx.session.region)
}

#[async_trait]
impl Untyped for Endpoint {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let egress = strata_state::layers::net::egress(&cx.doc.pipeline);
        let vpc = cx.physical("vpc", "main");
        let wish = |name: &str| {
            let service = service(cx, name);
            let id = name.replace('.', "-");
            let physical = cx.name(Kind::Network, &id);
            Wish::new(id, physical).prop("vpc_id", vpc.clone()).prop("service", service).fixed(&["vpc_id", "service"])
        };
        let mut wishes = Vec::new();
        if egress != Egress::None {
            let tables = json!([cx.physical("route-table", "private")]);
            wishes.push(wish("s3").prop("route_tables", tables));
        }
        if egress == Egress::Endpoints {
            let mut subnets = ["private-1", "private-2"].map(|id| cx.physical("subnet", id));
            subnets.sort_by_key(ToString::to_string);
            let groups = json!([cx.physical("security-group", "main")]);
            let interface = |name: &&str| {
                wish(name)
                    .prop("subnets", json!(subnets))
                    .prop("security_groups", groups.clone())
                    .prop("private_dns", true)
            };
            wishes.extend(INTERFACES.iter().map(interface));
        }
        Ok(wishes)
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut pages = self.0.describe_vpc_endpoints().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut lives = Vec::new();
        while let Some(endpoint) = pages.next().await {
            let endpoint = endpoint.during(|| "listing VPC endpoints".into())?;
            lives.extend(live(cx, &endpoint));
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let list = |name: &str| -> Option<Vec<String>> {
            let items = wish.props.get(name)?.as_array()?;
            Some(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
        };
        let gateway = wish.props.contains_key("route_tables");
        let call = self
            .0
            .create_vpc_endpoint()
            .client_token(cx.token("endpoint", wish))
            .vpc_id(wish.text("vpc_id"))
            .service_name(wish.text("service"))
            .vpc_endpoint_type(if gateway { VpcEndpointType::Gateway } else { VpcEndpointType::Interface })
            .set_route_table_ids(list("route_tables"))
            .set_subnet_ids(list("subnets"))
            .set_security_group_ids(list("security_groups"))
            .set_private_dns_enabled((!gateway).then_some(true))
            .tag_specifications(specification(cx, "endpoint", wish, ResourceType::VpcEndpoint));
        call.send().await.during(|| format!("creating VPC endpoint {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let id = &live.physical;
        if changes.iter().any(|change| change.field == "tags") {
            retag(&self.0, cx, "endpoint", live, wish).await?;
        }
        let mut call = self.0.modify_vpc_endpoint().vpc_endpoint_id(id);
        let mut differs = false;
        for change in changes {
            let items = |value: &Value| -> Vec<String> {
                value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
            };
            let (from, to) = (items(&change.from), items(&change.to));
            let only = |left: &[String], right: &[String]| -> Option<Vec<String>> {
                let rest: Vec<String> = left.iter().filter(|item| !right.contains(item)).cloned().collect();
                (!rest.is_empty()).then_some(rest)
            };
            let (add, remove) = (only(&to, &from), only(&from, &to));
            differs |= change.field != "tags";
            call = match change.field.as_str() {
                "route_tables" => call.set_add_route_table_ids(add).set_remove_route_table_ids(remove),
                "subnets" => call.set_add_subnet_ids(add).set_remove_subnet_ids(remove),
                "security_groups" => call.set_add_security_group_ids(add).set_remove_security_group_ids(remove),
                "private_dns" => call.private_dns_enabled(true),
                _ => call,
            };
        }
        if differs {
            call.send().await.during(|| format!("changing VPC endpoint {id}"))?;
        }
        Ok(())
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let id = &live.physical;
        let answer = self.0.delete_vpc_endpoints().vpc_endpoint_ids(id).send().await;
        let answer = answer.during(|| format!("deleting VPC endpoint {id}"))?;
        // The call succeeds even where it did nothing; what failed stands in the answer.
        match answer.unsuccessful().first().and_then(|item| item.error()) {
            Some(error) => Err(Error {
                code: error.code().map(str::to_owned),
                ..Error::failed(format!("deleting VPC endpoint {id}"), error.message().unwrap_or_default())
            }),
            None => Ok(()),
        }
    }

    // One in each zone; a gateway endpoint has no subnets, and costs nothing.
    fn costs(&self, live: &Live) -> f64 {
        let zones = live.props.get("subnets").and_then(Value::as_array).map_or(0, Vec::len);
        0.01 * u32::try_from(zones).map_or(0.0, f64::from)
    }

    fn pace(&self) -> Pace {
        Pace::seconds(5, 900)
    }

    fn lasts(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn takes(&self) -> Option<&'static str> {
        Some("2 minutes")
    }

    fn leaves(&self) -> Option<&'static str> {
        Some("a minute or two")
    }
}

fn live(cx: &Context, endpoint: &VpcEndpoint) -> Option<Live> {
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
    let sorted = |items: &[String]| {
        let mut items = items.to_vec();
        items.sort();
        json!(items)
    };
    let groups: Vec<String> =
        endpoint.groups().iter().filter_map(|group| group.group_id().map(str::to_owned)).collect();
    let live = Live::new("", endpoint.vpc_endpoint_id().unwrap_or_default())
        .tagged(cx, from_ec2(endpoint.tags()))
        .state(state)
        .prop("vpc_id", endpoint.vpc_id())
        .prop("service", endpoint.service_name())
        .prop("route_tables", sorted(endpoint.route_table_ids()))
        .prop("subnets", sorted(endpoint.subnet_ids()))
        .prop("security_groups", sorted(&groups))
        .prop("private_dns", endpoint.private_dns_enabled());
    Some(live)
}
