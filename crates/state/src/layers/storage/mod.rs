//! `storage`: buckets, and the files that other layers demand in them.

mod bucket;
mod lifecycle;

pub use bucket::{Bucket, Encryption};
pub use lifecycle::{Rule, StorageClass, Transition};

use super::Layer;
use crate::Document;
use crate::demand::MAIN_BUCKET;
use crate::policy::{Added, Place};
use crate::wish::{Pipeline, bucket_problem, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "storage",
    about: "The buckets: versioned, encrypted, closed to the public; and the DAGs, scripts and SQL in them",
    asked: |pipeline| pipeline.storage.is_some(),
    uses: &["keys"],
    needs: |pipeline| if pipeline.storage().wants_key() { LAYER.uses.to_vec() } else { Vec::new() },
    check,
    values,
    ..Layer::NONE
};

/// Where Athena writes its results, in the main bucket.
pub const RESULTS: &str = "athena-results/";

/// The main bucket, and any others: each versioned, encrypted, closed to the public, TLS only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// A name of your own for the main bucket. Without it the name ends in account and region, and nobody else can hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Days after which replaced and deleted versions of an object are deleted.
    pub old_versions_days: i32,
    /// Days after which Athena's result files are deleted.
    pub query_results_days: i32,
    /// Days after which unfinished uploads are deleted.
    pub unfinished_uploads_days: i32,
    /// What encrypts new objects of the main bucket.
    #[serde(skip_serializing_if = "Encryption::is_default")]
    pub encryption: Encryption,
    /// What happens to objects of the main bucket as they grow old, by prefix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lifecycle: Vec<Rule>,
    /// Buckets besides the main one, by id; the id becomes part of the name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub buckets: BTreeMap<String, Bucket>,
}

impl Default for Wish {
    fn default() -> Self {
        let Bucket { old_versions_days, unfinished_uploads_days, encryption, .. } = Bucket::default();
        Self {
            bucket: None,
            old_versions_days,
            query_results_days: 7,
            unfinished_uploads_days,
            encryption,
            lifecycle: Vec::new(),
            buckets: BTreeMap::new(),
        }
    }
}

impl Wish {
    /// All buckets by id, the main one among them.
    #[must_use]
    pub fn all(&self) -> BTreeMap<&str, Bucket> {
        let main = Bucket {
            name: self.bucket.clone(),
            old_versions_days: self.old_versions_days,
            unfinished_uploads_days: self.unfinished_uploads_days,
            encryption: self.encryption,
            lifecycle: self.lifecycle.clone(),
        };
        let others = self.buckets.iter().map(|(id, bucket)| (id.as_str(), bucket.clone()));
        others.chain([(MAIN_BUCKET, main)]).collect()
    }

    /// Whether a bucket is encrypted with the pipeline's own key.
    #[must_use]
    pub fn wants_key(&self) -> bool {
        self.all().values().any(|bucket| bucket.encryption == Encryption::Key)
    }
}

/// The buckets and the files that strata put into them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Name of the main bucket.
    pub bucket: String,
    /// ARN of the main bucket.
    pub arn: String,
    /// Version id by key, of the files that strata uploaded to the main bucket.
    pub files: BTreeMap<String, String>,
    /// Buckets besides the main one, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub buckets: BTreeMap<String, OtherBucket>,
}

/// A bucket besides the main one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherBucket {
    /// Bucket name.
    pub name: String,
    /// Bucket ARN.
    pub arn: String,
    /// Version id by key, of the files that strata uploaded to it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
}

impl Section {
    /// Name of each bucket, by id.
    #[must_use]
    pub fn names(&self) -> BTreeMap<&str, &str> {
        let others = self.buckets.iter().map(|(id, other)| (id.as_str(), other.name.as_str()));
        others.chain([(MAIN_BUCKET, self.bucket.as_str())]).collect()
    }
}

fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
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
            found
                .push(format!("{path}: its name would be `{name}`, and AWS wants {why}; give `name`, or a shorter id"));
        }
        if let Some(other) = seen.insert(name.clone(), id) {
            let why = "a pattern in pipeline.names.bucket needs {name}";
            found.push(format!("{path}: its name `{name}` is that of bucket `{other}`, too; {why}"));
        }
    }
}

fn values(document: &Document, place: &Place) -> Added {
    let pipeline = &document.pipeline;
    let buckets = pipeline.storage().buckets.keys();
    let wished = buckets.map(|id| pipeline.bucket_of(id, &place.account, &place.region));
    // A bucket that is there is still used under its name.
    let there = document.storage.iter().flat_map(|section| section.buckets.values().map(|other| other.name.clone()));
    let mut names: Vec<String> = wished.chain(there).collect();
    names.sort();
    names.dedup();
    // Which key it is, its tags say: policies are written before there is one.
    let key = pipeline.storage().wants_key().then(|| "*".to_owned());
    vec![("other_bucket", names), ("bucket_key", key.into_iter().collect())]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
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
