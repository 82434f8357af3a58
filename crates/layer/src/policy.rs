//! The rights that a program needs, as an IAM policy: its document in `policies/deployer/`, filled in for one pipeline
//! in one account. `scripts/policies` makes those documents from the calls that the tests record.

use crate::Context;
use strata_aws::Error;
use strata_state::policy::{fill, values};

/// What AWS takes as one managed policy, white space not counted. A role may have ten.
const MANAGED: usize = 6_144;

/// The policy of the program that `cx` belongs to, from its document in `policies/deployer/`.
pub(crate) fn text(cx: &Context, document: &str) -> Result<String, Error> {
    let doing = || format!("writing policies/deployer/{}.json", cx.layer);
    let mut values = values(&cx.doc, &cx.place());
    // A bucket that is there goes on being used under its name.
    if let (Some(storage), Some(buckets)) = (&cx.doc.storage, values.get_mut("bucket"))
        && !buckets.contains(&storage.bucket)
    {
        buckets.push(storage.bucket.clone());
    }
    let policy = fill(document, &values).map_err(|why| Error::usage(doing(), why))?;
    let length = policy.to_string().len();
    if length > MANAGED {
        let what =
            format!("{}: this policy has {length} characters, and AWS takes {MANAGED} as a managed policy", cx.layer);
        cx.report.say(&format!("{what}; a role's own policies (put-role-policy) may have 10240 together"));
    }
    Ok(format!("{policy:#}\n"))
}
