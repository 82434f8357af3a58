//! Roles that several layers share.

use crate::demand::Role;

/// What crawlers and jobs of Glue run with.
#[must_use]
pub(crate) fn glue() -> Role {
    Role {
        id: "glue",
        file: "glue",
        description: "Glue crawlers and jobs of the pipeline",
        trust: include_str!("../../../policies/roles/glue.trust.json"),
        permissions: vec![include_str!("../../../policies/roles/glue.permissions.json")],
        managed: Vec::new(),
        instance_profile: false,
    }
}
