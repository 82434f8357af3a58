//! What S3 removes or moves by itself: old versions, unfinished uploads and Athena's result files; data only where the wish
//! says so.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration, Transition, TransitionStorageClass,
};
use serde::Serialize;
use std::collections::BTreeMap;
use strata_aws::{During, Error};
use strata_state::layers::storage::{self, Bucket, RESULTS};

/// The rules of a bucket by id, each with only what is set.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Rules(BTreeMap<String, Rule>);

/// One rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
struct Rule {
    prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_versions_days: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished_uploads_days: Option<i32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lone_delete_markers: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transitions: Vec<Move>,
    /// What no rule of strata has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<&'static str>,
}

/// A move to another storage class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Move {
    days: i32,
    class: String,
}

impl Rules {
    /// The rules of a bucket, in which Athena's results stay so many days if any are there.
    pub(crate) fn wished(wish: &Bucket, results: Option<i32>) -> Self {
        let versions = Rule {
            old_versions_days: Some(wish.old_versions_days),
            unfinished_uploads_days: Some(wish.unfinished_uploads_days),
            lone_delete_markers: true,
            ..Rule::default()
        };
        let results = results.map(|days| {
            let rule = Rule { prefix: RESULTS.into(), days: Some(days), ..Rule::default() };
            ("query-results".to_owned(), rule)
        });
        let own = [("old-versions".to_owned(), versions)].into_iter().chain(results);
        let theirs = wish.lifecycle.iter().map(|rule| (format!("prefix-{}", rule.prefix), Rule::wished(rule)));
        Self(own.chain(theirs).collect())
    }

    /// What S3 answered.
    pub(crate) fn from_s3(rules: &[LifecycleRule]) -> Self {
        Self(rules.iter().map(|rule| (rule.id().unwrap_or_default().to_owned(), Rule::from_s3(rule))).collect())
    }
}

impl Rule {
    fn wished(rule: &storage::Rule) -> Self {
        let moves = rule.transitions.iter().map(|to| Move { days: to.days, class: to.class.as_str().to_owned() });
        Self {
            prefix: rule.prefix.clone(),
            days: rule.days,
            old_versions_days: rule.old_versions_days,
            transitions: moves.collect(),
            ..Self::default()
        }
    }

    fn from_s3(rule: &LifecycleRule) -> Self {
        let expiry = rule.expiration();
        let old = rule.noncurrent_version_expiration();
        let unfinished = rule.abort_incomplete_multipart_upload();
        let narrow = rule.filter().is_some_and(|filter| {
            let size = filter.object_size_greater_than().is_some() || filter.object_size_less_than().is_some();
            filter.tag().is_some() || filter.and().is_some() || size
        });
        let dated = rule.transitions().iter().any(|to| to.date().is_some());
        let moves = rule.transitions().iter().map(|to| Move {
            days: to.days().unwrap_or_default(),
            class: to.storage_class().map(|class| class.as_str().to_owned()).unwrap_or_default(),
        });
        let mut transitions: Vec<Move> = moves.collect();
        transitions.sort();
        let others = [
            ("disabled", rule.status() != &ExpirationStatus::Enabled),
            ("moves old versions", !rule.noncurrent_version_transitions().is_empty()),
            ("keeps versions", old.and_then(NoncurrentVersionExpiration::newer_noncurrent_versions).is_some()),
            ("has a date", dated || expiry.and_then(LifecycleExpiration::date).is_some()),
            ("is narrower", narrow),
        ];
        Self {
            prefix: rule.filter().and_then(LifecycleRuleFilter::prefix).unwrap_or_default().to_owned(),
            days: expiry.and_then(LifecycleExpiration::days),
            old_versions_days: old.and_then(NoncurrentVersionExpiration::noncurrent_days),
            unfinished_uploads_days: unfinished.and_then(AbortIncompleteMultipartUpload::days_after_initiation),
            lone_delete_markers: expiry.and_then(LifecycleExpiration::expired_object_delete_marker).unwrap_or_default(),
            transitions,
            others: others.into_iter().filter_map(|(what, has)| has.then_some(what)).collect(),
        }
    }

    fn to_s3(&self, id: &str) -> Result<LifecycleRule, BuildError> {
        let old =
            self.old_versions_days.map(|days| NoncurrentVersionExpiration::builder().noncurrent_days(days).build());
        let unfinished = self
            .unfinished_uploads_days
            .map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build());
        let markers = self.lone_delete_markers.then_some(true);
        let expiry = (self.days.is_some() || self.lone_delete_markers).then(|| {
            LifecycleExpiration::builder().set_days(self.days).set_expired_object_delete_marker(markers).build()
        });
        let moves = self.transitions.iter().map(|to| {
            let class = TransitionStorageClass::from(to.class.as_str());
            Transition::builder().days(to.days).storage_class(class).build()
        });
        LifecycleRule::builder()
            .id(id)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(&self.prefix).build())
            .set_expiration(expiry)
            .set_transitions((!self.transitions.is_empty()).then(|| moves.collect()))
            .set_noncurrent_version_expiration(old)
            .set_abort_incomplete_multipart_upload(unfinished)
            .build()
    }
}

/// Replace all rules of the bucket.
pub(crate) async fn set(s3: &Client, bucket: &str, rules: &Rules) -> Result<(), Error> {
    let doing = || format!("setting the lifecycle of bucket {bucket}");
    let rules = rules.0.iter().map(|(id, rule)| rule.to_s3(id)).collect::<Result<Vec<_>, _>>();
    let rules = rules.and_then(|rules| BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build());
    let rules = rules.map_err(|error| Error::failed(doing(), error.to_string()))?;
    let call = s3.put_bucket_lifecycle_configuration().bucket(bucket).lifecycle_configuration(rules);
    call.send().await.during(doing).map(drop)
}
