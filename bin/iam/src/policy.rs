//! The policy documents of the roles.

use serde_json::Value;
use strata_state::demand::Text;
use strata_state::policy::Values;

/// AWS's limit for all inline policies of a role, not counting white space.
const LONGEST: usize = 10_240;

/// The documents of a role as one, filled in, if it is not too long for a role.
pub(crate) fn join(documents: &[Text], values: &Values) -> Result<Value, String> {
    let document = strata_state::policy::join(documents, values)?;
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
