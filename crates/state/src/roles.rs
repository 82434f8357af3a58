//! Roles that several layers share.

use crate::demand::Role;

/// The id of [`glue`], in the document and in AWS.
pub const GLUE: &str = "glue";

/// What crawlers and jobs of Glue run with.
#[must_use]
pub(crate) fn glue() -> Role {
    Role {
        id: GLUE.into(),
        file: "glue".into(),
        description: "Glue crawlers and jobs of the pipeline".into(),
        trust: vec![include_str!("../../../policies/roles/glue.trust.json").into()],
        permissions: vec![include_str!("../../../policies/roles/glue.permissions.json").into()],
        ..Role::default()
    }
}
