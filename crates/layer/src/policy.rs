//! The rights that a program needs, as an IAM policy: its document in `policies/deployer/`, filled in for one pipeline
//! in one account. `scripts/policies` makes those documents from the calls that the tests record.

use crate::Context;
use serde_json::{Value, json};
use strata_aws::Error;
use strata_state::policy::{fill, values};

const POLICIES: [(&str, &str); 7] = [
    ("net", include_str!("../../../policies/deployer/net.json")),
    ("iam", include_str!("../../../policies/deployer/iam.json")),
    ("storage", include_str!("../../../policies/deployer/storage.json")),
    ("catalog", include_str!("../../../policies/deployer/catalog.json")),
    ("jobs", include_str!("../../../policies/deployer/jobs.json")),
    ("airflow", include_str!("../../../policies/deployer/airflow.json")),
    ("datagen", include_str!("../../../policies/deployer/datagen.json")),
];

/// What AWS takes as one managed policy, and as all inline policies of a role; white space is not counted.
const MANAGED: usize = 6_144;
const INLINE: usize = 10_240;

/// The policy of the program; all programs' in one for a program that has none of its own: `teardown` runs the others.
pub(crate) fn text(cx: &Context) -> Result<String, Error> {
    let own = POLICIES.iter().any(|(name, _)| *name == cx.layer);
    let mut statements = Vec::new();
    for (name, document) in POLICIES.iter().filter(|(name, _)| !own || *name == cx.layer) {
        let document =
            filled(cx, document).map_err(|why| Error::usage(format!("writing the policy of {name}"), why))?;
        let list = document.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default();
        for statement in list {
            add(&mut statements, statement, name);
        }
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let length = policy.to_string().len();
    if length > MANAGED {
        let fits = if length > INLINE { "and 10,240 as a role's own" } else { "but it fits as a role's own (10,240)" };
        cx.report.say(&format!(
            "{}: the policy has {length} characters; AWS takes 6,144 as a managed policy, {fits}",
            cx.layer
        ));
    }
    Ok(format!("{policy:#}\n"))
}

fn filled(cx: &Context, document: &str) -> Result<Value, String> {
    let session = &cx.session;
    let mut values = values(&cx.doc.pipeline, &session.partition, &session.account, &session.region);
    // A bucket that is there goes on being used under its name.
    if let (Some(storage), Some(buckets)) = (&cx.doc.storage, values.get_mut("bucket"))
        && !buckets.contains(&storage.bucket)
    {
        buckets.push(storage.bucket.clone());
    }
    fill(document, &values)
}

/// Adds a statement to those of other programs: rights on the same resources, under the same condition, become one.
fn add(statements: &mut Vec<Value>, mut new: Value, program: &str) {
    let same = |old: &&mut Value| ["Effect", "Resource", "Condition"].iter().all(|part| old.get(part) == new.get(part));
    if let Some(old) = statements.iter_mut().find(same) {
        let mut rights = texts(old.get("Action"));
        rights.extend(texts(new.get("Action")));
        rights.sort();
        rights.dedup();
        old["Action"] = json!(rights);
        return;
    }
    // Names are unique in a policy.
    if statements.iter().any(|old| old.get("Sid") == new.get("Sid")) {
        let sid = new.get("Sid").and_then(Value::as_str).unwrap_or_default();
        new["Sid"] = format!("{sid}Of{}{}", program[..1].to_uppercase(), &program[1..]).into();
    }
    statements.push(new);
}

/// One text or a list of them.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
