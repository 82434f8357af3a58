//! Roles that several layers share.

use crate::demand::Role;

/// What crawlers and jobs of Glue run with.
#[must_use]
pub(crate) fn glue() -> Role {
    Role {
        id: "glue".into(),
        file: "glue".into(),
        description: "Glue crawlers and jobs of the pipeline".into(),
        trust: vec![include_str!("../../../policies/roles/glue.trust.json").into()],
        permissions: vec![include_str!("../../../policies/roles/glue.permissions.json").into()],
        ..Role::default()
    }
}
