//! The roles that a person asks for, and what the document says of all roles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a person asks for besides the roles that the layers demand.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// The managed policy that limits what each role of the pipeline may do, its permissions boundary: an ARN, or path and name
    /// of one of AWS's own. Without it, a boundary that is set on a role stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boundary: Option<String>,
    /// Roles by id: lower-case letters, digits and hyphens. Under the id of a role that a layer demands (`glue`, `airflow`),
    /// rights are added to that role.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
    /// Roles by the name that an AWS service fixes, such as `dms-vpc-role`. They belong to the account: a role is created
    /// where it is missing, and never changed or deleted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub service_roles: BTreeMap<String, ServiceRole>,
}

/// A role of the pipeline's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Role {
    /// The service that may assume it: `ec2.amazonaws.com`. A role that a layer demands has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What the console shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Managed policies that are attached: AWS's own by path and name, such as `service-role/AWSGlueServiceRole`, others by
    /// ARN, in which placeholders are filled in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub managed: Vec<String>,
    /// What it may do: a policy document with placeholders, see policies/README.md.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Map<String, Value>>,
    /// Whether machines of EC2 can have it: it gets an instance profile of its name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub instance_profile: bool,
}

/// A role with a name that an AWS service fixes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceRole {
    /// The service that may assume it: `dms.amazonaws.com`.
    pub service: String,
    /// Managed policies that it is created with, named as those of a role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed: Vec<String>,
}

/// ARNs by role.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// ARN by role.
    pub role_arns: BTreeMap<String, String>,
    /// ARN of the instance profile by role, for roles that have one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub instance_profile_arns: BTreeMap<String, String>,
}
