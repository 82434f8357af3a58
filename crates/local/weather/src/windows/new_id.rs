//! New ids of EC2: some parts of it do not know them yet, and list them later, and their tags later still.

use std::time::Instant;

use super::Windows;
use crate::strike::Strike;
use strata_local_wire::form::pairs;
use strata_local_wire::xml::first_element;
use strata_local_wire::{AwsError, Seen};

/// A thing of EC2 that was made a moment ago.
pub(super) struct NewId {
    /// Calls that name it fail until then.
    known: Instant,
    /// Listings do not have it until then.
    pub listed: Instant,
    /// They have it without its tags until then.
    pub tagged: Instant,
}

/// What EC2 calls a kind of thing.
pub(super) struct Names {
    create: &'static str,
    /// The element that holds the id, in the answers to both calls.
    pub id: &'static str,
    pub describe: &'static str,
    /// The element that holds all of them.
    pub set: &'static str,
}

/// `create`, `id`, `describe`, `set`, `code`, and the message before and after the id.
type Row = [&'static str; 7];

const ROWS: [Row; 8] = [
    ["CreateVpc", "vpcId", "DescribeVpcs", "vpcSet", "InvalidVpcID.NotFound", "The vpc ID '", "' does not exist"],
    [
        "CreateSubnet",
        "subnetId",
        "DescribeSubnets",
        "subnetSet",
        "InvalidSubnetID.NotFound",
        "The subnet ID '",
        "' does not exist",
    ],
    [
        "CreateInternetGateway",
        "internetGatewayId",
        "DescribeInternetGateways",
        "internetGatewaySet",
        "InvalidInternetGatewayID.NotFound",
        "The internetGateway ID '",
        "' does not exist",
    ],
    [
        "CreateRouteTable",
        "routeTableId",
        "DescribeRouteTables",
        "routeTableSet",
        "InvalidRouteTableID.NotFound",
        "The routeTable ID '",
        "' does not exist",
    ],
    [
        "CreateSecurityGroup",
        "groupId",
        "DescribeSecurityGroups",
        "securityGroupInfo",
        "InvalidGroup.NotFound",
        "The security group '",
        "' does not exist",
    ],
    [
        "AllocateAddress",
        "allocationId",
        "DescribeAddresses",
        "addressesSet",
        "InvalidAllocationID.NotFound",
        "The allocation ID '",
        "' does not exist",
    ],
    [
        "CreateNatGateway",
        "natGatewayId",
        "DescribeNatGateways",
        "natGatewaySet",
        "NatGatewayNotFound",
        "NatGateway ",
        " was not found",
    ],
    [
        "CreateVpcEndpoint",
        "vpcEndpointId",
        "DescribeVpcEndpoints",
        "vpcEndpointSet",
        "InvalidVpcEndpointId.NotFound",
        "The Vpc Endpoint Id '",
        "' does not exist",
    ],
];

/// Parameters with these beginnings ask or describe; the others name what a call works on.
const NO_IDS: [&str; 4] = ["Filter", "TagSpecification", "ClientToken", "Tag."];

pub(super) fn names() -> impl Iterator<Item = Names> {
    ROWS.into_iter().map(|[create, id, describe, set, ..]| Names { create, id, describe, set })
}

impl Windows {
    pub(super) fn refuse_new_id(&mut self, call: &Seen) -> Option<Strike> {
        // It answers with a list of errors, and is asked again anyway.
        if self.ids.is_empty() || call.operation == "DeleteVpcEndpoints" {
            return None;
        }
        let now = Instant::now();
        let id = named(call).into_iter().find(|id| self.ids.get(id).is_some_and(|new| now < new.known))?;
        Some(Strike::refusal("not_found", unknown(call, &id)))
    }

    pub(super) fn learn_new_id(&mut self, call: &Seen, answer: &str) {
        let Some(names) = names().find(|names| names.create == call.operation) else { return };
        let Some(id) = first_element(answer, names.id) else { return };
        // A second answer for the same client token.
        if self.ids.contains_key(&id) {
            return;
        }
        let topic = |what: &str| format!("{} {what}", names.create);
        let known = self.until(&topic("known"), 40, 0.1, 2.0);
        let listed = self.until(&topic("listed"), 40, 0.1, 2.0);
        let tagged = listed.max(self.until(&topic("tagged"), 30, 0.1, 2.0));
        self.ids.insert(id, NewId { known, listed, tagged });
    }
}

/// The ids that a call names.
pub(super) fn named(call: &Seen) -> Vec<String> {
    let pairs = pairs(call.body).filter(|(key, _)| !NO_IDS.iter().any(|start| key.starts_with(start)));
    pairs.map(|(_, value)| value).filter(|value| value.contains('-')).collect()
}

/// AWS's error for an id that it does not know.
fn unknown(call: &Seen, id: &str) -> AwsError {
    let prefixes = ["vpc-", "subnet-", "igw-", "rtb-", "sg-", "eipalloc-", "nat-", "vpce-"];
    let at = prefixes.iter().position(|prefix| id.starts_with(prefix)).unwrap_or_default();
    if id.starts_with("nat-") && call.operation.ends_with("Route") {
        return AwsError::new("InvalidNatGatewayID.NotFound", format!("The natGateway ID '{id}' does not exist"));
    }
    let [_, _, _, _, code, before, after] = ROWS[at];
    AwsError::new(code, format!("{before}{id}{after}"))
}
