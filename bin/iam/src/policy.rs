//! The policy documents of the roles.

use serde_json::Value;
pub(crate) use strata_state::policy::{Values, normal, values};

/// A role's documents.
pub(crate) struct Documents {
    /// Which role.
    pub(crate) role: &'static str,
    /// What the console shows.
    pub(crate) description: &'static str,
    /// Who may assume it.
    pub(crate) trust: &'static str,
    /// What it may do.
    pub(crate) permissions: &'static str,
}

/// All roles.
pub(crate) const ROLES: [Documents; 2] = [
    Documents {
        role: "airflow",
        description: "MWAA runs the pipeline with it",
        trust: include_str!("../../../policies/roles/airflow.trust.json"),
        permissions: include_str!("../../../policies/roles/airflow.permissions.json"),
    },
    Documents {
        role: "glue",
        description: "Glue crawlers and jobs of the pipeline",
        trust: include_str!("../../../policies/roles/glue.trust.json"),
        permissions: include_str!("../../../policies/roles/glue.permissions.json"),
    },
];

/// AWS's limit for all inline policies of a role, not counting white space.
const LONGEST: usize = 10_240;

/// The document with its placeholders filled in, if it is not too long for a role.
pub(crate) fn fill(document: &str, values: &Values) -> Result<Value, String> {
    let document = strata_state::policy::fill(document, values)?;
    let length = document.to_string().len();
    if length > LONGEST {
        return Err(format!(
            "it has {length} characters and AWS takes {LONGEST}: the pipeline has too many jobs for one role"
        ));
    }
    Ok(document)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "policy_tests.rs"]
mod tests;
