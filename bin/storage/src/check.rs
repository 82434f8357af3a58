//! What the buckets have to be like for the files that layers want in them. Nothing has been touched yet.

use strata_aws::Error;
use strata_state::demand::{self, Body, File, MAIN_BUCKET};
use strata_state::layers::storage::Rule;
use strata_state::policy::Place;
use strata_state::wish::Pipeline;

/// All files that layers want. Neither keys nor folders depend on where things are.
pub(crate) fn demanded(pipeline: &Pipeline) -> Vec<File> {
    let nowhere = Place { partition: String::new(), account: String::new(), region: String::new(), program: None };
    demand::files(pipeline, &nowhere)
}

/// Refuse a file whose bucket is not asked for, and a rule that would take files of strata away.
pub(crate) fn check(pipeline: &Pipeline) -> Result<(), Error> {
    let buckets = pipeline.storage().all();
    for file in demanded(pipeline) {
        let Some(bucket) = buckets.get(file.bucket.as_str()) else {
            let message = format!("there is no bucket `{}` in pipeline.storage.buckets", file.bucket);
            return Err(Error::usage(format!("looking for the bucket of {}", file.key), message));
        };
        if let Some(index) = bucket.lifecycle.iter().position(|rule| takes(rule, &file)) {
            let path = match file.bucket.as_str() {
                MAIN_BUCKET => String::new(),
                id => format!(".buckets.{id}"),
            };
            let message = format!("{} would be deleted or archived, and has to be readable", file.key);
            let error = Error::usage(format!("checking pipeline.storage{path}.lifecycle[{index}]"), message);
            return Err(error.advise("give the rule a longer prefix, such as that of a table"));
        }
    }
    Ok(())
}

/// Whether objects that a rule deletes, or archives until they are restored, are this file.
fn takes(rule: &Rule, file: &File) -> bool {
    let within = matches!(file.body, Body::Folder(_)) && rule.prefix.starts_with(&file.key);
    let away = rule.days.is_some() || rule.transitions.iter().any(|transition| transition.class.is_archive());
    away && (within || file.key.starts_with(&rule.prefix))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn said(rule: Value) -> String {
        let wish = json!({ "name": "some", "airflow": {}, "storage": { "lifecycle": [rule] } });
        check(&serde_json::from_value(wish).unwrap()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn files_of_strata_are_neither_deleted_nor_archived() {
        let archive = json!([{ "days": 1, "class": "GLACIER" }]);
        let move_on = json!([{ "days": 30, "class": "STANDARD_IA" }, { "days": 60, "class": "GLACIER_IR" }]);
        for prefix in ["", "da", "dags/", "dags/own/", "requirements.txt"] {
            let refused = "checking pipeline.storage.lifecycle[0]: ";
            assert!(said(json!({ "prefix": prefix, "days": 1 })).starts_with(refused), "{prefix}");
            assert!(said(json!({ "prefix": prefix, "transitions": archive })).starts_with(refused), "{prefix}");
            assert_eq!(said(json!({ "prefix": prefix, "transitions": move_on, "old_versions_days": 1 })), "");
        }
        for prefix in ["data/", "requirements.txt.old", "x"] {
            assert_eq!(said(json!({ "prefix": prefix, "days": 1, "transitions": archive })), "");
        }
    }
}
