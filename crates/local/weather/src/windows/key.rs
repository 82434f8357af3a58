//! Eventual consistency of KMS: new keys and aliases are unknown, and changed settings are outdated, in some answers. Within
//! a window each call draws which state it sees, as KMS's answers alternate.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::{Value, json};

use super::Windows;
use crate::strike::Strike;
use strata_local_wire::{AwsError, Seen};

/// A recently created key.
pub(super) struct NewKey {
    arn: String,
    /// Calls that name it may fail until then.
    known: Instant,
    /// Listings do not have it until then.
    listed: Instant,
}

/// The former state of a recent change; null for what did not exist.
pub(super) struct Old {
    was: Value,
    until: Instant,
}

/// Which read shows the effect of a change.
const SHOWN: [(&str, &str); 11] = [
    ("CancelKeyDeletion", "DescribeKey"),
    ("DisableKey", "DescribeKey"),
    ("DisableKeyRotation", "GetKeyRotationStatus"),
    ("EnableKey", "DescribeKey"),
    ("EnableKeyRotation", "GetKeyRotationStatus"),
    ("PutKeyPolicy", "GetKeyPolicy"),
    ("RotateKeyOnDemand", "DescribeKey"),
    ("ScheduleKeyDeletion", "DescribeKey"),
    ("TagResource", "ListResourceTags"),
    ("UntagResource", "ListResourceTags"),
    ("UpdateKeyDescription", "DescribeKey"),
];

/// A read operation and the key or alias that it shows.
type Read = (String, String);

/// All open windows of KMS.
#[derive(Default)]
pub(super) struct Keys {
    new: HashMap<String, NewKey>,
    /// The latest answers of reads.
    told: HashMap<Read, Value>,
    old: HashMap<Read, Old>,
}

impl Windows {
    pub(super) fn refuse_key(&mut self, call: &Seen) -> Option<Strike> {
        let id = key(call)?;
        let new = self.keys.new.get(&id).filter(|new| Instant::now() < new.known)?;
        let why = format!("Key '{}' does not exist", new.arn);
        let other_part = self.happens("key unknown", 50);
        other_part.then(|| Strike::refusal("not_found", AwsError::new("NotFoundException", why)))
    }

    /// Learns from a call that succeeded. Returns the outdated answer where this call sees one.
    pub(super) fn learn_key(&mut self, call: &Seen, answer: &str) -> Option<String> {
        let answer: Value = serde_json::from_str(answer).unwrap_or_default();
        match call.operation {
            "CreateKey" => self.learn_new_key(&answer["KeyMetadata"]),
            "CreateAlias" | "UpdateAlias" | "DeleteAlias" => self.learn_alias(call),
            "ListKeys" => return self.listed_keys(answer),
            "ListAliases" => return self.listed_aliases(answer),
            operation => {
                let id = key(call)?;
                if let Some((_, read)) = SHOWN.iter().find(|(change, _)| *change == operation) {
                    self.changed(((*read).to_string(), id), "key settled");
                } else {
                    return self.told((operation.to_string(), id), answer);
                }
            }
        }
        None
    }

    fn learn_new_key(&mut self, about: &Value) {
        let text = |name: &str| about[name].as_str().unwrap_or_default().to_string();
        let known = self.until("key known", 50, 0.1, 1.0);
        let listed = self.until("key listed", 40, 0.1, 2.0);
        self.keys.new.insert(text("KeyId"), NewKey { arn: text("Arn"), known, listed });
    }

    fn learn_alias(&mut self, call: &Seen) {
        let body: Value = serde_json::from_slice(call.body).unwrap_or_default();
        self.changed(alias(&body), "alias settled");
    }

    /// Opens a window in which the latest answer is outdated.
    fn changed(&mut self, read: Read, topic: &str) {
        let was = self.keys.told.remove(&read).unwrap_or_default();
        let until = self.until(topic, 40, 0.1, 1.0);
        self.keys.old.insert(read, Old { was, until });
    }

    /// Stores an answer; returns the outdated one where this call sees it.
    fn told(&mut self, read: Read, answer: Value) -> Option<String> {
        let was = self.was(&read).filter(|was| !was.is_null());
        self.keys.told.insert(read, answer);
        was.map(|was| was.to_string())
    }

    /// The former state, if a window is open and this call sees it.
    fn was(&mut self, read: &Read) -> Option<Value> {
        let old = self.keys.old.get(read).filter(|old| Instant::now() < old.until)?;
        let was = old.was.clone();
        self.happens("key outdated", 50).then_some(was)
    }

    fn listed_keys(&mut self, mut answer: Value) -> Option<String> {
        let now = Instant::now();
        let keys = answer["Keys"].as_array_mut()?;
        let all = keys.len();
        keys.retain(|one| {
            let new = one["KeyId"].as_str().and_then(|id| self.keys.new.get(id));
            new.is_none_or(|new| now >= new.listed)
        });
        let hidden = keys.len() < all;
        hidden.then(|| answer.to_string())
    }

    fn listed_aliases(&mut self, mut answer: Value) -> Option<String> {
        let mut shown = answer["Aliases"].as_array()?.clone();
        let listed = shown.clone();
        let changed: Vec<Read> = self.keys.old.keys().filter(|(read, _)| read == "alias").cloned().collect();
        for read in changed {
            let Some(was) = self.was(&read) else { continue };
            shown.retain(|one| alias(one) != read);
            shown.extend((!was.is_null()).then_some(was));
        }
        for one in &listed {
            self.keys.told.insert(alias(one), one.clone());
        }
        let late = shown != listed;
        answer["Aliases"] = json!(shown);
        late.then(|| answer.to_string())
    }
}

/// The entry of an alias.
fn alias(about: &Value) -> Read {
    ("alias".to_string(), about["AliasName"].as_str().unwrap_or_default().to_string())
}

/// The id of the key that a call names by id or ARN.
fn key(call: &Seen) -> Option<String> {
    let body: Value = serde_json::from_slice(call.body).ok()?;
    let name = body["KeyId"].as_str().or_else(|| body["TargetKeyId"].as_str())?;
    Some(name.rsplit("key/").next().unwrap_or(name).to_string())
}
