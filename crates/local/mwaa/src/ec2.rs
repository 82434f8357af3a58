//! What the network checks read from EC2.

use crate::principal::CALLER;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use strata_local_cloud::Cloud;

use strata_local_wire::AwsError;

/// EC2's lists: `<xSet><item>...</item></xSet>`.
#[derive(Debug, Deserialize)]
pub(crate) struct Set<T> {
    #[serde(default = "Vec::new")]
    pub item: Vec<T>,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { item: Vec::new() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subnets {
    #[serde(default)]
    pub subnet_set: Set<Subnet>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subnet {
    pub subnet_id: String,
    pub vpc_id: String,
    pub availability_zone: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RouteTables {
    #[serde(default)]
    pub route_table_set: Set<RouteTable>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RouteTable {
    pub route_table_id: String,
    #[serde(default)]
    pub route_set: Set<Route>,
    #[serde(default)]
    pub association_set: Set<Association>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Route {
    pub destination_cidr_block: Option<String>,
    pub gateway_id: Option<String>,
    pub nat_gateway_id: Option<String>,
    pub state: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Association {
    pub subnet_id: Option<String>,
    #[serde(default)]
    pub main: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NatGateways {
    #[serde(default)]
    pub nat_gateway_set: Set<NatGateway>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NatGateway {
    pub nat_gateway_id: String,
    pub state: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Endpoints {
    #[serde(default)]
    pub vpc_endpoint_set: Set<Endpoint>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Endpoint {
    pub service_name: String,
    pub state: String,
    #[serde(default)]
    pub vpc_endpoint_type: String,
    #[serde(default)]
    pub private_dns_enabled: bool,
    #[serde(default)]
    pub route_table_id_set: Set<String>,
    #[serde(default)]
    pub subnet_id_set: Set<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Groups {
    #[serde(default)]
    pub security_group_info: Set<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub group_id: String,
    pub vpc_id: Option<String>,
    #[serde(default)]
    pub ip_permissions: Set<Permission>,
    #[serde(default)]
    pub ip_permissions_egress: Set<Permission>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Permission {
    pub ip_protocol: String,
    pub from_port: Option<i64>,
    pub to_port: Option<i64>,
    #[serde(default)]
    pub groups: Set<Pair>,
    #[serde(default)]
    pub ip_ranges: Set<Range>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pair {
    pub group_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Range {
    pub cidr_ip: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Interfaces {
    #[serde(default)]
    pub network_interface_set: Set<Interface>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Interface {
    pub network_interface_id: String,
}

/// Asks EC2 and reads its answer.
pub(crate) async fn ask<T: DeserializeOwned>(
    cloud: &Cloud,
    region: &str,
    action: &str,
    params: &[(&str, &str)],
) -> Result<T, AwsError> {
    let mut all = vec![("Action", action), ("Version", "2016-11-15")];
    all.extend_from_slice(params);
    let text = cloud.query(&CALLER, region, "ec2", &all).await?;
    quick_xml::de::from_str(&text).map_err(|why| {
        AwsError::new("InternalServerException", format!("reading the answer to {action}: {why}")).with_status(500)
    })
}
