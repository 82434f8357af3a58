//! The policy documents of the roles.

use serde_json::Value;
pub(crate) use strata_state::policy::{Values, normal, values};
use strata_state::wish::AirflowKind;

/// A role's documents.
pub(crate) struct Documents {
    /// Which role.
    pub(crate) role: &'static str,
    /// What the files of its documents are called.
    pub(crate) file: &'static str,
    /// Which kind of orchestration it is for, where only one has it.
    pub(crate) kind: Option<AirflowKind>,
    /// What the console shows.
    pub(crate) description: &'static str,
    /// Who may assume it.
    pub(crate) trust: &'static str,
    /// What it may do.
    pub(crate) permissions: &'static str,
}

/// All roles. Of the two called `airflow` a pipeline has one.
pub(crate) const ROLES: [Documents; 3] = [
    Documents {
        role: "airflow",
        file: "airflow",
        kind: Some(AirflowKind::Environment),
        description: "MWAA runs the pipeline with it",
        trust: include_str!("../../../policies/roles/airflow.trust.json"),
        permissions: include_str!("../../../policies/roles/airflow.permissions.json"),
    },
    Documents {
        role: "airflow",
        file: "workflow",
        kind: Some(AirflowKind::Serverless),
        description: "MWAA Serverless runs the pipeline with it",
        trust: include_str!("../../../policies/roles/workflow.trust.json"),
        permissions: include_str!("../../../policies/roles/workflow.permissions.json"),
    },
    Documents {
        role: "glue",
        file: "glue",
        kind: None,
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
