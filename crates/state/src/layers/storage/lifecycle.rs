//! What happens to objects as they grow old, held to S3's own rules (S3 user guide: transitioning objects, lifecycle
//! configuration elements), which S3 tells one at a time and only after everything else is there.

use super::Bucket;
use super::bucket::days;
use crate::wish::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What happens to the objects below a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What their keys begin with; empty for all objects of the bucket.
    pub prefix: String,
    /// Days after which they are deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// Storage classes that they move to, each later than the one before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// Days after which replaced and deleted versions are deleted, where that is sooner than for the whole bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_versions_days: Option<i32>,
}

/// A move to another storage class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Days since the object was written.
    pub days: i32,
    /// The storage class.
    pub class: StorageClass,
}

/// A storage class that objects can move to, the warmest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names are AWS's own")]
pub enum StorageClass {
    StandardIa,
    IntelligentTiering,
    OnezoneIa,
    GlacierIr,
    Glacier,
    DeepArchive,
}

impl StorageClass {
    /// AWS's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StandardIa => "STANDARD_IA",
            Self::IntelligentTiering => "INTELLIGENT_TIERING",
            Self::OnezoneIa => "ONEZONE_IA",
            Self::GlacierIr => "GLACIER_IR",
            Self::Glacier => "GLACIER",
            Self::DeepArchive => "DEEP_ARCHIVE",
        }
    }

    /// Whether an object has to be restored before it can be read.
    #[must_use]
    pub fn is_archive(self) -> bool {
        matches!(self, Self::Glacier | Self::DeepArchive)
    }

    /// Days that an object has to be old before S3 moves it here.
    fn earliest(self) -> i32 {
        match self {
            Self::StandardIa | Self::OnezoneIa => 30,
            _ => 0,
        }
    }

    /// Days that an object has to stay here before a rule can move it on.
    fn stays(self) -> i32 {
        match self {
            Self::StandardIa | Self::OnezoneIa => 30,
            Self::GlacierIr | Self::Glacier => 90,
            Self::IntelligentTiering | Self::DeepArchive => 1,
        }
    }

    /// Whether S3 moves objects from here to there.
    fn moves_to(self, next: Self) -> bool {
        self < next && (self, next) != (Self::OnezoneIa, Self::GlacierIr)
    }
}

/// Rules that S3 takes for one bucket.
const MOST: usize = 1000;
/// The longest prefix, so that it fits into the rule's id.
const LONGEST: usize = 200;

/// Everything that is wrong with the rules of a bucket, which has `own` rules besides them.
pub(super) fn check(found: &mut Vec<String>, path: &str, bucket: &Bucket, own: usize) {
    let rules = &bucket.lifecycle;
    if rules.len() + own > MOST {
        found.push(format!("{path}.lifecycle: {} rules; there may be {}", rules.len(), MOST - own));
    }
    let mut prefixes = BTreeSet::new();
    for (index, rule) in rules.iter().enumerate() {
        let path = format!("{path}.lifecycle[{index}]");
        if !rule.prefix.is_empty() {
            words::prefix(found, &format!("{path}.prefix"), &rule.prefix);
        }
        if rule.prefix.len() > LONGEST {
            found.push(format!("{path}.prefix: {} characters; there may be {LONGEST}", rule.prefix.len()));
        }
        if !prefixes.insert(&rule.prefix) {
            found.push(format!("{path}.prefix: another rule has `{}`, too", rule.prefix));
        }
        if rule.days.is_none() && rule.transitions.is_empty() && rule.old_versions_days.is_none() {
            found.push(format!("{path}: it does nothing; give `days`, `transitions` or `old_versions_days`"));
        }
        if let Some(old) = rule.old_versions_days {
            let path = format!("{path}.old_versions_days");
            days(found, &path, old);
            if old >= bucket.old_versions_days {
                let whole = bucket.old_versions_days;
                found.push(format!(
                    "{path}: {old} has no effect, since old versions of the whole bucket are deleted after {whole} days"
                ));
            }
        }
        if let Some(expiry) = rule.days {
            days(found, &format!("{path}.days"), expiry);
        }
        transitions(found, &path, rule);
    }
}

fn transitions(found: &mut Vec<String>, path: &str, rule: &Rule) {
    for (index, transition) in rule.transitions.iter().enumerate() {
        let Transition { days, class } = transition;
        let (path, name) = (format!("{path}.transitions[{index}]"), class.as_str());
        if *days < class.earliest() {
            found.push(format!(
                "{path}: S3 moves objects to {name} after {} days or more, not after {days}",
                class.earliest()
            ));
        }
        let Some(before) = index.checked_sub(1).and_then(|before| rule.transitions.get(before)) else { continue };
        let warmer = before.class.as_str();
        if !before.class.moves_to(*class) {
            found.push(format!("{path}: S3 does not move objects from {warmer} to {name}"));
        } else if *days < before.days.saturating_add(before.class.stays()) {
            let stays = before.class.stays();
            found.push(format!("{path}: {days} has to be at least {stays} more than the {} of {warmer}", before.days));
        }
    }
    if let (Some(expiry), Some(last)) = (rule.days, rule.transitions.last())
        && expiry <= last.days
    {
        found.push(format!(
            "{path}.days: objects are deleted after {expiry} days, and would move to {} after {}",
            last.class.as_str(),
            last.days
        ));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// What is wrong with one rule below `data/`.
    fn wrong(mut rule: Value) -> Vec<String> {
        rule["prefix"] = json!("data/");
        let bucket = Bucket { lifecycle: vec![serde_json::from_value(rule).unwrap()], ..Bucket::default() };
        let mut found = Vec::new();
        check(&mut found, "it", &bucket, 1);
        found
    }

    fn path(of: &[(i32, &str)]) -> Value {
        of.iter().map(|(days, class)| json!({ "days": days, "class": class })).collect()
    }

    #[test]
    fn s3s_ways_down_are_taken() {
        for of in [
            &[(30, "STANDARD_IA")][..],
            &[(0, "INTELLIGENT_TIERING")],
            &[(0, "GLACIER")],
            &[
                (30, "STANDARD_IA"),
                (60, "INTELLIGENT_TIERING"),
                (61, "GLACIER_IR"),
                (151, "GLACIER"),
                (241, "DEEP_ARCHIVE"),
            ],
            &[(30, "ONEZONE_IA"), (60, "GLACIER"), (150, "DEEP_ARCHIVE")],
        ] {
            let last = of.last().unwrap().0;
            assert_eq!(wrong(json!({ "transitions": path(of), "days": last + 1 })), [""; 0], "{of:?}");
            let said = wrong(json!({ "transitions": path(of), "days": last }));
            assert!(said.last().is_some_and(|said| said.contains("and would move to")), "{said:?}");
        }
    }

    #[test]
    fn what_s3_would_refuse_is_refused_by_name() {
        for (of, says) in [
            (
                &[(29, "STANDARD_IA")][..],
                "transitions[0]: S3 moves objects to STANDARD_IA after 30 days or more, not after 29",
            ),
            (&[(0, "ONEZONE_IA")], "transitions[0]: S3 moves objects to ONEZONE_IA after 30 days or more, not after 0"),
            (&[(-1, "GLACIER")], "transitions[0]: S3 moves objects to GLACIER after 0 days or more, not after -1"),
            (
                &[(30, "STANDARD_IA"), (59, "GLACIER")],
                "transitions[1]: 59 has to be at least 30 more than the 30 of STANDARD_IA",
            ),
            (
                &[(1, "GLACIER"), (90, "DEEP_ARCHIVE")],
                "transitions[1]: 90 has to be at least 90 more than the 1 of GLACIER",
            ),
            (&[(1, "GLACIER"), (100, "GLACIER")], "transitions[1]: S3 does not move objects from GLACIER to GLACIER"),
            (&[(1, "DEEP_ARCHIVE"), (400, "GLACIER")], "does not move objects from DEEP_ARCHIVE to GLACIER"),
            (&[(30, "ONEZONE_IA"), (90, "GLACIER_IR")], "does not move objects from ONEZONE_IA to GLACIER_IR"),
            (&[(1, "INTELLIGENT_TIERING"), (90, "STANDARD_IA")], "from INTELLIGENT_TIERING to STANDARD_IA"),
            (&[(i32::MAX, "GLACIER"), (0, "DEEP_ARCHIVE")], "has to be at least 90 more"),
        ] {
            let said = wrong(json!({ "transitions": path(of) }));
            assert!(said.len() == 1 && said.concat().contains(says), "{of:?}: {said:?}");
        }
        for (rule, says) in [
            (json!({}), "it does nothing"),
            (json!({ "days": 0 }), "days: 0 is less than 1 day"),
            (json!({ "old_versions_days": 0 }), "old_versions_days: 0 is less than 1 day"),
            (
                json!({ "old_versions_days": 30 }),
                "has no effect, since old versions of the whole bucket are deleted after 30",
            ),
        ] {
            let said = wrong(rule);
            assert!(said.len() == 1 && said.concat().contains(says), "{said:?}");
        }
    }

    #[test]
    fn prefixes_and_their_number_are_limited() {
        let rule = |prefix: String| Rule { prefix, days: Some(1), transitions: Vec::new(), old_versions_days: None };
        let said = |prefixes: Vec<String>| {
            let bucket = Bucket { lifecycle: prefixes.into_iter().map(rule).collect(), ..Bucket::default() };
            let mut found = Vec::new();
            check(&mut found, "it", &bucket, 2);
            found
        };
        assert_eq!(said(vec![String::new(), "data/raw/".into(), "logs".into()]), [""; 0]);
        assert_eq!(said((0..998).map(|n| format!("p{n}/")).collect()), [""; 0]);
        assert_eq!(said((0..999).map(|n| format!("p{n}/")).collect()), ["it.lifecycle: 999 rules; there may be 998"]);
        assert_eq!(said(vec!["a/".into(), "a/".into()]), ["it.lifecycle[1].prefix: another rule has `a/`, too"]);
        assert!(said(vec!["a/*".into()]).concat().contains("prefix: `a/*` has to be"));
        assert!(said(vec!["a".repeat(201)]).concat().contains("201 characters; there may be 200"));
    }
}
