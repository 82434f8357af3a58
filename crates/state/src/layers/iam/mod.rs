//! `iam`: the roles that other layers demand, and those that a person asks for.

pub(crate) mod check;
mod wish;

pub use wish::{Role, Section, ServiceRole, Wish};

use crate::demand::Text;
use crate::layer::Layer;
use crate::wish::Pipeline;
use serde_json::{Value, json};

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "iam",
    about: "The roles that AWS's services assume, with least rights",
    asked: |pipeline| pipeline.iam.is_some(),
    roles,
    service_roles,
    ..Layer::NONE
};

fn texts(names: &[String]) -> Vec<Text> {
    names.iter().map(|name| name.clone().into()).collect()
}

fn roles(pipeline: &Pipeline) -> Vec<crate::demand::Role> {
    let role = |(id, role): (&String, &Role)| crate::demand::Role {
        id: id.clone().into(),
        file: "".into(),
        description: role.description.clone().unwrap_or_default().into(),
        trust: role.service.iter().map(|service| trust(service).into()).collect(),
        permissions: role
            .permissions
            .iter()
            .cloned()
            .map(|document| Value::Object(document).to_string().into())
            .collect(),
        managed: texts(&role.managed),
        instance_profile: role.instance_profile,
    };
    pipeline.iam().roles.iter().map(role).collect()
}

fn service_roles(pipeline: &Pipeline) -> Vec<crate::demand::ServiceRole> {
    let role = |(name, role): (&String, &ServiceRole)| crate::demand::ServiceRole {
        name: name.clone().into(),
        service: role.service.clone().into(),
        managed: texts(&role.managed),
    };
    pipeline.iam().service_roles.iter().map(role).collect()
}

/// A trust policy for one service.
#[must_use]
pub fn trust(service: &str) -> String {
    let statement = json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}
