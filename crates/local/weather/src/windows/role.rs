//! New roles: IAM itself does not know them everywhere yet, and services cannot assume them yet. AWS says so in many ways, which
//! the climates have.

use std::time::Instant;

use serde_json::Value;

use super::{Refusal, Windows};
use crate::climates::Climates;
use crate::strike::Strike;
use strata_local_wire::form::parameter;
use strata_local_wire::{AwsError, Seen};

/// A role that was made or changed a moment ago.
pub(super) struct NewRole {
    /// IAM does not find it until then.
    known: Instant,
    /// Services cannot use it so long.
    usable: Refusal,
}

/// Calls to IAM that may not find a new role.
const LOOKS: [&str; 7] = [
    "GetRole",
    "GetRolePolicy",
    "ListRolePolicies",
    "ListAttachedRolePolicies",
    "ListRoleTags",
    "PutRolePolicy",
    "AttachRolePolicy",
];

impl Windows {
    pub(super) fn refuse_role(&mut self, call: &Seen, climates: &Climates) -> Option<Strike> {
        let (name, error) = match (call.service, call.operation) {
            ("iam", operation) if LOOKS.contains(&operation) => {
                let name = in_form(call)?;
                if Instant::now() >= self.roles.get(&name)?.known {
                    return None;
                }
                let why = format!("The role with name {name} cannot be found.");
                ("not_found", AwsError::new("NoSuchEntity", why).with_status(404))
            }
            ("kms", "CreateKey" | "PutKeyPolicy") => {
                self.named_in_policy(call)?;
                let why = "Policy contains a statement with one or more invalid principals.";
                ("role", AwsError::new("MalformedPolicyDocumentException", why))
            }
            _ => {
                let new = climates.of(call.service).new_role?;
                let body =
                    new.operations.contains(&call.operation).then(|| self.unusable(call, new.member)).flatten()?;
                ("role", (new.refused)(&body, self.draw(&format!("{} role", call.service))))
            }
        };
        Some(Strike::refusal(name, error))
    }

    /// The parameters of a call whose role cannot be used yet.
    fn unusable(&mut self, call: &Seen, member: &str) -> Option<Value> {
        let body: Value = serde_json::from_slice(call.body).ok()?;
        let name = body[member].as_str()?.rsplit('/').next()?;
        self.roles.get_mut(name)?.usable.refuses().then_some(body)
    }

    /// Whether the policy of a call names a role that cannot be used yet.
    fn named_in_policy(&mut self, call: &Seen) -> Option<()> {
        let body: Value = serde_json::from_slice(call.body).ok()?;
        let policy = body["Policy"].as_str()?;
        let mut named = self.roles.iter_mut().filter(|(name, _)| policy.contains(&format!("/{name}\"")));
        named.any(|(_, role)| role.usable.refuses()).then_some(())
    }

    pub(super) fn learn_role(&mut self, call: &Seen) {
        let Some(name) = in_form(call) else { return };
        match call.operation {
            "CreateRole" => {
                let known = self.until("role known", 50, 0.1, 1.0);
                let usable = self.refusal("role usable", 70, 0.2, 2.0, 3);
                self.roles.insert(name, NewRole { known, usable });
            }
            "PutRolePolicy" | "AttachRolePolicy" | "UpdateAssumeRolePolicy" => {
                let usable = self.refusal("role usable", 70, 0.2, 2.0, 3);
                self.roles.entry(name).or_insert(NewRole { known: Instant::now(), usable }).usable = usable;
            }
            "DeleteRole" => {
                self.roles.remove(&name);
            }
            _ => {}
        }
    }
}

fn in_form(call: &Seen) -> Option<String> {
    parameter(std::str::from_utf8(call.body).ok()?, "RoleName")
}
