//! The policy documents of the roles.

use serde_json::{Value, json};
use strata_state::policy::{Values, normal};

/// AWS's limit for all inline policies of a role, not counting white space.
const LONGEST: usize = 10_240;

/// The document with its placeholders filled in, if it is not too long for a role.
pub(crate) fn fill(document: &str, values: &Values) -> Result<Value, String> {
    fits(strata_state::policy::fill(document, values)?)
}

fn fits(document: Value) -> Result<Value, String> {
    let length = document.to_string().len();
    if length > LONGEST {
        return Err(format!(
            "it has {length} characters and AWS takes {LONGEST}: the pipeline has too many jobs for one role"
        ));
    }
    Ok(document)
}

/// The documents of a role's rights as one: statement after statement.
pub(crate) fn join(documents: &[&str], values: &Values) -> Result<Value, String> {
    let mut statements = Vec::new();
    for document in documents {
        let filled = strata_state::policy::fill(document, values)?;
        statements.extend(filled.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default());
    }
    let document = normal(json!({ "Version": "2012-10-17", "Statement": statements }));
    fits(document)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "policy_tests.rs"]
mod tests;
