//! Two emulators' views of the same things, made comparable, and the list of where they differ.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use strata_testkit::{World, repository};

/// What an endpoint chooses: no opinion.
const CHOSEN: [&str; 23] = [
    "AllocationId",
    "AssociationId",
    "AvailabilityZoneId",
    "CreateDate",
    "CreateTime",
    "CreatedAt",
    "CreatedOn",
    "CreationDate",
    "CreationTime",
    "CreationTimestamp",
    "LastModified",
    "LastModifiedOn",
    "LastUpdated",
    "NetworkAclAssociationId",
    "PrivateIp",
    "PublicIp",
    "RequirementsS3ObjectVersion",
    "RoleId",
    "RouteTableAssociationId",
    "UpdateTime",
    "VersionId",
    "WebserverUrl",
    "creationTime",
];

/// disagreements.json.
pub(crate) fn list() -> Value {
    let path = repository().join("tests/other_emulator/disagreements.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The values of two snapshots, side by side.
#[derive(Default)]
pub(crate) struct Compared {
    pub(crate) same: usize,
    /// `kind.path` and an example: moto's value, and the other's.
    pub(crate) differ: BTreeMap<String, String>,
}

/// Things by kind and name; of one name there may be several.
type Things = BTreeMap<String, BTreeMap<String, Vec<Value>>>;

pub(crate) fn compare(moto: &Value, other: &Value) -> Compared {
    let (moto, other) = (things(moto), things(other));
    let mut compared = Compared::default();
    let (no_things, none) = (BTreeMap::new(), Vec::new());
    for kind in moto.keys().chain(other.keys()).collect::<BTreeSet<_>>() {
        let (left, right) = (moto.get(kind).unwrap_or(&no_things), other.get(kind).unwrap_or(&no_things));
        for name in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
            let (left, right) = (left.get(name).unwrap_or(&none), right.get(name).unwrap_or(&none));
            if left.len() != right.len() {
                let example = format!("{} at moto, {} at the other: {right:?}", left.len(), right.len());
                compared.differ.insert(format!("{kind} {name}"), example);
                continue;
            }
            for (left, right) in left.iter().zip(right) {
                values(kind, left, right, &mut compared);
            }
        }
    }
    compared
}

fn values(path: &str, left: &Value, right: &Value, compared: &mut Compared) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for key in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
                let null = &Value::Null;
                let (left, right) = (left.get(key).unwrap_or(null), right.get(key).unwrap_or(null));
                values(&format!("{path}.{key}"), left, right, compared);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (left, right) in left.iter().zip(right) {
                values(path, left, right, compared);
            }
        }
        // A word that is left out says the same as an empty one.
        (left, right) if left == right || (is_empty(left) && is_empty(right)) => compared.same += 1,
        (left, right) => drop(compared.differ.insert(path.to_owned(), format!("{left} at moto, {right} at the other"))),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        _ => false,
    }
}

/// A snapshot without the account's own VPC and workgroup, with names for ids.
fn things(snapshot: &Value) -> Things {
    let kinds = snapshot.as_object().unwrap();
    let mut names = BTreeMap::new();
    let mut strangers: Vec<String> = Vec::new();
    for (kind, all) in kinds {
        for (id, thing) in all.as_object().unwrap() {
            let tags = thing["Tags"].as_array().into_iter().flatten();
            let name = tags.filter(|tag| tag["Key"] == "strata:id").find_map(|tag| tag["Value"].as_str());
            let name = name.map_or_else(|| format!("<{kind}>"), |name| format!("<{name}>"));
            let looks_like_an_id = id.rsplit_once('-').is_some_and(|(_, end)| end.len() >= 8 && hexadecimal(end));
            if looks_like_an_id {
                names.insert(id.clone(), name);
            }
            if kind == "vpc" && thing["IsDefault"] == true {
                strangers.push(id.clone());
            }
        }
    }
    // What is in the account's own VPC, and then what belongs to that.
    for _ in 0..2 {
        let known = strangers.clone();
        for (id, thing) in kinds.values().flat_map(|all| all.as_object().unwrap()) {
            let text = thing.to_string();
            if !known.contains(id) && known.iter().any(|stranger| text.contains(stranger.as_str())) {
                strangers.push(id.clone());
            }
        }
    }
    strangers.push("primary".to_owned());
    let mut found = Things::new();
    for (kind, all) in kinds {
        for (id, thing) in all.as_object().unwrap().iter().filter(|(id, _)| !strangers.contains(id)) {
            let named = |text: String| names.iter().fold(text, |text, (id, name)| text.replace(id, name));
            let thing = plain(&serde_json::from_str(&named(thing.to_string())).unwrap());
            let name = named(id.split('@').next().unwrap().to_owned());
            found.entry(kind.clone()).or_default().entry(name).or_default().push(thing);
        }
    }
    for things in found.values_mut().flat_map(BTreeMap::values_mut) {
        things.sort_by_key(Value::to_string);
    }
    found
}

fn hexadecimal(text: &str) -> bool {
    text.chars().all(|sign| sign.is_ascii_hexdigit())
}

/// A value without what the endpoint chooses, tags as a map, lists in one order.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !CHOSEN.contains(&name.as_str()));
            Value::Object(kept.map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        Value::Array(items) if !items.is_empty() && items.iter().all(|item| item.get("Key").is_some()) => {
            let pair = |item: &Value| Some((item["Key"].as_str()?.to_owned(), item["Value"].clone()));
            let mut tags: Map<String, Value> = items.iter().filter_map(pair).collect();
            // The moment of asking.
            tags.remove("strata:created");
            Value::Object(tags)
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(plain).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        // IAM and S3 keep a policy's text as it came or in another form.
        Value::String(text) if text.starts_with('{') => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}

/// What each program was answered for each operation: `ok`, or AWS's code.
pub(crate) fn codes(calls: &[Value]) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut codes: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for call in calls.iter().filter(|call| !call["program"].is_null()) {
        let text = |field: &str| call[field].as_str().unwrap_or_default().to_owned();
        let status = call["status"].as_u64().unwrap();
        let code = if status < 400 {
            "ok".to_owned()
        } else if call["code"].is_null() {
            status.to_string()
        } else {
            text("code")
        };
        let key = (text("program"), format!("{}:{}", text("service"), text("operation")));
        // An environment may go between the list and the look, or not; the list's `agreements` hold what both say then.
        if key.1 == "airflow:GetEnvironment" && code == "ResourceNotFoundException" {
            continue;
        }
        codes.entry(key).or_default().insert(code);
    }
    codes
}

/// What an emulator says to the calls of an entry: the value at `look` of the last answer, or `error <code>`. `$0/Vpc/VpcId`
/// in a call is a value of the first answer.
pub(crate) fn sees(world: &World, entry: &Value) -> Value {
    let mut answers: Vec<Value> = Vec::new();
    for call in entry["calls"].as_array().unwrap() {
        let (service, operation) = (call[0].as_str().unwrap(), call[1].as_str().unwrap());
        match world.attempt(service, operation, filled(&call[2], &answers)) {
            Ok(answer) => answers.push(answer),
            Err(message) => {
                let code = message.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(code, _)| code);
                return json!(format!("error {}", code.unwrap_or(&message)));
            }
        }
    }
    let value = answers.last().unwrap().pointer(entry["look"].as_str().unwrap()).cloned().unwrap_or_default();
    // An id is no opinion: that there is one is.
    match value.as_str() {
        Some(text) if text.rsplit_once('-').is_some_and(|(_, end)| end.len() >= 8 && hexadecimal(end)) => {
            json!("an id")
        }
        _ => value,
    }
}

fn filled(words: &Value, answers: &[Value]) -> Value {
    match words {
        Value::String(text) if text.starts_with('$') => {
            let (number, pointer) = text[1..].split_once('/').unwrap();
            let answer = &answers[number.parse::<usize>().unwrap()];
            answer.pointer(&format!("/{pointer}")).unwrap_or_else(|| panic!("no {pointer} in {answer}")).clone()
        }
        Value::Object(fields) => fields.iter().map(|(name, word)| (name.clone(), filled(word, answers))).collect(),
        Value::Array(items) => items.iter().map(|item| filled(item, answers)).collect(),
        other => other.clone(),
    }
}
