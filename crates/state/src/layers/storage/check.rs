//! What a wish for buckets must hold to.

use super::{bucket, lifecycle};
use crate::demand::MAIN_BUCKET;
use crate::wish::{Pipeline, bucket_problem, words};
use std::collections::BTreeMap;

/// Everything that is wrong with it, one sentence each.
pub(crate) fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let storage = pipeline.storage();
    let path = "pipeline.storage";
    bucket::days(found, &format!("{path}.query_results_days"), storage.query_results_days);
    for (id, bucket) in storage.all() {
        let is_main = id == MAIN_BUCKET;
        let (path, own) = if is_main {
            (path.to_owned(), format!("{path}.bucket"))
        } else {
            let path = format!("{path}.buckets.{id}");
            (path.clone(), format!("{path}.name"))
        };
        if let Some(name) = &bucket.name
            && let Some(why) = bucket_problem(name)
        {
            found.push(format!("{own}: AWS would refuse `{name}`: {why}"));
        }
        // The main bucket has two rules of its own, each other one has one.
        lifecycle::check(found, &path, &bucket, if is_main { 2 } else { 1 });
        bucket::days(found, &format!("{path}.old_versions_days"), bucket.old_versions_days);
        bucket::days(found, &format!("{path}.unfinished_uploads_days"), bucket.unfinished_uploads_days);
    }
    names(pipeline, found);
}

/// Ids and names of the buckets besides the main one.
fn names(pipeline: &Pipeline, found: &mut Vec<String>) {
    let buckets = &pipeline.storage().buckets;
    // Where the region is not known yet, a short one: what is too long there is too long anywhere.
    let region = pipeline.region.as_deref().unwrap_or("us-east-1");
    let physical = |id: &str| pipeline.bucket_of(id, "123456789012", region);
    let mut seen = BTreeMap::from([(physical(MAIN_BUCKET), MAIN_BUCKET)]);
    for (id, bucket) in buckets {
        let path = format!("pipeline.storage.buckets.{id}");
        if id == MAIN_BUCKET {
            // Its name is compared with itself otherwise.
            found.push(format!("{path}: the fields of the main bucket are in pipeline.storage itself"));
            continue;
        }
        words::name(found, "pipeline.storage.buckets", id, 1, 24);
        let name = physical(id);
        if bucket.name.is_none()
            && let Some(why) = bucket_problem(&name)
        {
            found.push(format!(
                "{path}: its name would be `{name}`, and AWS requires {why}; give `name`, or a shorter id"
            ));
        }
        if let Some(other) = seen.insert(name.clone(), id) {
            let why = "a pattern in pipeline.names.bucket needs {name}";
            found.push(format!("{path}: its name `{name}` is that of bucket `{other}`, too; {why}"));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Section, Wish};
    use super::*;
    use serde_json::{Value, json};

    fn pipeline(storage: Value) -> Pipeline {
        serde_json::from_value(json!({ "name": "some", "env": "dev", "storage": storage })).unwrap()
    }

    fn said(pipeline: &Pipeline) -> Vec<String> {
        let mut found = Vec::new();
        check(pipeline, &mut found);
        found
    }

    #[test]
    fn a_bucket_is_called_by_its_id_or_as_the_wish_says() {
        let mut pipeline = pipeline(json!({ "buckets": { "archive": {}, "landing": { "name": "my-landing" } } }));
        let name = |pipeline: &Pipeline, id| pipeline.bucket_of(id, "123456789012", "eu-central-1");
        assert_eq!(name(&pipeline, MAIN_BUCKET), "some-dev-123456789012-eu-central-1-an");
        assert_eq!(name(&pipeline, "archive"), "some-dev-archive-123456789012-eu-central-1-an");
        assert_eq!(name(&pipeline, "landing"), "my-landing");
        assert_eq!(said(&pipeline), [""; 0]);
        pipeline.names.insert("bucket".into(), "{pipeline}-{name}".into());
        assert_eq!(
            (name(&pipeline, MAIN_BUCKET), name(&pipeline, "archive")),
            ("some-data".into(), "some-archive".into())
        );
    }

    #[test]
    fn names_and_ids_that_cannot_be_are_refused() {
        let refused = |storage: Value, pattern: Option<&str>, words: &str| {
            let mut pipeline = pipeline(storage);
            pipeline.names.extend(pattern.map(|pattern| ("bucket".to_owned(), pattern.to_owned())));
            let said = said(&pipeline);
            assert!(said.len() == 1 && said.concat().contains(words), "{said:?}");
        };
        refused(json!({ "buckets": { "main": {} } }), None, "fields of the main bucket are in pipeline.storage itself");
        refused(json!({ "buckets": { "a": { "name": "A" } } }), None, "buckets.a.name: AWS would refuse `A`");
        refused(
            json!({ "buckets": { "a": { "old_versions_days": 0 } } }),
            None,
            "buckets.a.old_versions_days: 0 is less",
        );
        refused(json!({ "buckets": { "a-very-long-id-of-24-char": {} } }), None, "1 to 24 lower-case letters");
        refused(json!({ "buckets": { "a": {} } }), Some("x-{pipeline}"), "is that of bucket `main`, too");
        let twice = json!({ "buckets": { "a": { "name": "same" }, "b": { "name": "same" } } });
        refused(twice, None, "buckets.b: its name `same` is that of bucket `a`, too");
        refused(
            json!({ "bucket": "same", "buckets": { "a": { "name": "same" } } }),
            None,
            "is that of bucket `main`, too",
        );
    }

    #[test]
    fn what_is_not_said_is_in_no_document() {
        let wish: Wish = serde_json::from_value(json!({ "buckets": { "a": {} } })).unwrap();
        let text = serde_json::to_value(&wish).unwrap();
        assert_eq!(text["buckets"]["a"], json!({ "old_versions_days": 30, "unfinished_uploads_days": 1 }));
        assert_eq!(text.as_object().unwrap().len(), 4);
        assert!(!wish.wants_key());
        let wish: Wish = serde_json::from_value(json!({ "buckets": { "a": { "encryption": "key" } } })).unwrap();
        assert!(wish.wants_key());
        let section = serde_json::to_value(Section::default()).unwrap();
        assert_eq!(section.as_object().unwrap().keys().collect::<Vec<_>>(), ["arn", "bucket", "files"]);
    }
}
