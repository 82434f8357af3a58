//! What S3 removes by itself: old versions, unfinished uploads, and Athena's result files. Never the data.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use serde_json::{Map, Value, json};
use strata_aws::{During, Error};
use strata_state::layers::storage::Wish as Storage;

/// Where Athena writes its results; the workgroup says the same.
const RESULTS: &str = "athena-results/";

/// The rules as they are compared: by id, only what is set.
pub(crate) fn wished(wish: &Storage) -> Value {
    json!({
        "old-versions": {
            "prefix": "",
            "old_versions_days": wish.old_versions_days,
            "unfinished_uploads_days": wish.unfinished_uploads_days,
            "lone_delete_markers": true,
        },
        "query-results": { "prefix": RESULTS, "days": wish.query_results_days },
    })
}

/// What S3 answered, in the same form.
pub(crate) fn normal(rules: &[LifecycleRule]) -> Value {
    let by_id = |rule: &LifecycleRule| (rule.id().unwrap_or_default().to_owned(), one(rule));
    Value::Object(rules.iter().map(by_id).collect())
}

fn one(rule: &LifecycleRule) -> Value {
    let mut parts = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            parts.insert(name.to_owned(), value);
        }
    };
    let prefix = rule.filter().and_then(LifecycleRuleFilter::prefix).unwrap_or_default();
    set("prefix", Some(json!(prefix)));
    let old = rule.noncurrent_version_expiration().and_then(NoncurrentVersionExpiration::noncurrent_days);
    set("old_versions_days", old.map(Value::from));
    let unfinished = rule.abort_incomplete_multipart_upload();
    let unfinished = unfinished.and_then(AbortIncompleteMultipartUpload::days_after_initiation);
    set("unfinished_uploads_days", unfinished.map(Value::from));
    set("days", rule.expiration().and_then(LifecycleExpiration::days).map(Value::from));
    let markers = rule.expiration().and_then(LifecycleExpiration::expired_object_delete_marker);
    set("lone_delete_markers", markers.filter(|set| *set).map(Value::from));
    // What is off, or moves data elsewhere, or has a filter of another kind is none of ours.
    set("disabled", (rule.status() != &ExpirationStatus::Enabled).then_some(json!(true)));
    let moves = !rule.transitions().is_empty() || !rule.noncurrent_version_transitions().is_empty();
    set("moves", moves.then_some(json!(true)));
    let kept = rule.noncurrent_version_expiration().and_then(NoncurrentVersionExpiration::newer_noncurrent_versions);
    set("versions_kept", kept.map(Value::from));
    set("date", rule.expiration().and_then(LifecycleExpiration::date).map(|date| json!(date.to_string())));
    let size = |filter: &LifecycleRuleFilter| {
        filter.object_size_greater_than().is_some() || filter.object_size_less_than().is_some()
    };
    let narrow = rule.filter().is_some_and(|filter| filter.tag().is_some() || filter.and().is_some() || size(filter));
    set("narrower", narrow.then_some(json!(true)));
    Value::Object(parts)
}

/// Replace all rules of the bucket.
pub(crate) async fn set(s3: &Client, bucket: &str, wish: &Storage) -> Result<(), Error> {
    let doing = || format!("setting the lifecycle of bucket {bucket}");
    let wrong = |error: aws_sdk_s3::error::BuildError| Error::failed(doing(), error.to_string());
    let filter = |prefix: &str| LifecycleRuleFilter::builder().prefix(prefix).build();
    let old = NoncurrentVersionExpiration::builder().noncurrent_days(wish.old_versions_days).build();
    let unfinished =
        AbortIncompleteMultipartUpload::builder().days_after_initiation(wish.unfinished_uploads_days).build();
    let versions = LifecycleRule::builder()
        .id("old-versions")
        .status(ExpirationStatus::Enabled)
        .filter(filter(""))
        .noncurrent_version_expiration(old)
        .abort_incomplete_multipart_upload(unfinished)
        .expiration(LifecycleExpiration::builder().expired_object_delete_marker(true).build());
    let results = LifecycleRule::builder()
        .id("query-results")
        .status(ExpirationStatus::Enabled)
        .filter(filter(RESULTS))
        .expiration(LifecycleExpiration::builder().days(wish.query_results_days).build());
    let rules = vec![versions.build().map_err(wrong)?, results.build().map_err(wrong)?];
    let rules = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build().map_err(wrong)?;
    let call = s3.put_bucket_lifecycle_configuration().bucket(bucket).lifecycle_configuration(rules);
    call.send().await.during(doing).map(drop)
}
