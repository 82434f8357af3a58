//! `keys`: a key comes, stays, goes into its pending time, and comes back with the pipeline.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use strata_testkit::{Endpoint, World};
use strata_tests::{done, json as parse, layer, wishes};

fn wish() -> Value {
    wishes("keys")[0].wish.clone()
}

struct Site {
    endpoint: Endpoint,
    world: World,
}

impl Site {
    fn new() -> Self {
        let endpoint = Endpoint::start();
        let world = World::of(&endpoint);
        Self { endpoint, world }
    }

    fn run(&self, verb: &[&str], document: &str) -> String {
        done("keys", verb, document, &self.endpoint.env())
    }

    /// The calls that `verb` makes.
    fn calls(&self, verb: &[&str], document: &str) -> (String, Vec<String>) {
        let before = self.endpoint.count();
        let printed = self.run(verb, document);
        let lock = |call: &String| call == "logs:CreateLogGroup" || call == "logs:DeleteLogGroup";
        (printed, self.endpoint.mutating_since(before).into_iter().filter(|call| !lock(call)).collect())
    }

    fn key(&self, id: &str) -> Value {
        self.world.call("kms", "describe_key", json!({ "KeyId": id }))["KeyMetadata"].clone()
    }

    /// Ids of all keys that carry this pipeline's tags.
    fn ours(&self) -> Vec<String> {
        let keys = self.world.call("kms", "list_keys", json!({}))["Keys"].clone();
        let ids = keys.as_array().unwrap().iter().map(|key| key["KeyId"].as_str().unwrap().to_owned());
        let ours = |id: &String| {
            let tags = self.world.call("kms", "list_resource_tags", json!({ "KeyId": id }))["Tags"].to_string();
            tags.contains("minimal") && tags.contains("strata:pipeline")
        };
        ids.filter(ours).collect()
    }
}

#[test]
fn a_key_comes_stays_goes_into_its_pending_time_and_comes_back() {
    let site = Site::new();
    let wish = wish().to_string();
    let (first, calls) = site.calls(&["up"], &wish);
    assert_eq!(calls, ["kms:CreateKey", "kms:EnableKeyRotation", "kms:CreateAlias"], "{first}");
    let section = parse(&first)["keys"].clone();
    let id = section["key_id"].as_str().unwrap().to_owned();
    assert_eq!((&section["alias"], site.ours()), (&json!("alias/minimal-dev"), vec![id.clone()]));
    assert_eq!((&site.key(&id)["KeyState"], &site.key(&id)["Arn"]), (&json!("Enabled"), &section["arn"]));
    let rotation = site.world.call("kms", "get_key_rotation_status", json!({ "KeyId": id }));
    assert_eq!((&rotation["KeyRotationEnabled"], &rotation["RotationPeriodInDays"]), (&json!(true), &json!(365)));

    // Again, also without the document: nothing is done, and the same is printed.
    for document in [&first, &wish] {
        assert_eq!(site.calls(&["up"], document), (first.clone(), Vec::new()));
    }

    // Down: the alias is gone, the key waits, and that is shown and not left.
    let (gone, calls) = site.calls(&["down", "--yes"], &first);
    assert_eq!(calls, ["kms:DeleteAlias", "kms:ScheduleKeyDeletion"]);
    assert_eq!((parse(&gone).get("keys"), &site.key(&id)["KeyState"]), (None, &json!("PendingDeletion")));
    let status = layer("keys", &["status"], &wish, &site.endpoint.env());
    let about = parse(&status.stdout);
    assert_eq!((status.status, &about["resources"]), (Some(4), &json!([])), "{about}");
    assert_eq!((&about["missing"], &about["dormant"][0]["id"]), (&json!(["key.main", "alias.main"]), &json!(id)));
    assert!(
        status.stderr.contains("pending deletion on 2") && status.stderr.contains("restores it"),
        "{}",
        status.stderr
    );
    assert_eq!(site.calls(&["down", "--yes"], &wish).1, Vec::<String>::new(), "what is pending is not deleted again");

    // Up in that time: the same key, in use again.
    let plan = layer("keys", &["plan"], &wish, &site.endpoint.env());
    assert!(plan.stderr.contains("key main: update") && plan.stderr.contains("deletion: 2"), "{}", plan.stderr);
    let (again, calls) = site.calls(&["up"], &wish);
    assert_eq!(calls[..2], ["kms:CancelKeyDeletion", "kms:EnableKey"], "{calls:?}");
    assert_eq!((again, site.ours()), (first, vec![id.clone()]));
    assert_eq!(site.key(&id)["KeyState"], "Enabled");
}

#[test]
fn teardown_counts_a_pending_key_as_gone_and_another_pipelines_key_stays() {
    let site = Site::new();
    let other =
        site.world.call("kms", "create_key", json!({ "Description": "theirs" }))["KeyMetadata"]["KeyId"].clone();
    let mut sibling = wish();
    sibling["pipeline"]["name"] = json!("minimal-two");
    let sibling = parse(&site.run(&["up"], &sibling.to_string()))["keys"]["key_id"].clone();
    site.run(&["up"], &wish().to_string());
    let down = layer("teardown", &["--yes"], &wish().to_string(), &site.endpoint.env());
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    assert!(down.stderr.contains("KMS keys") && down.stderr.contains("nothing is left"), "{}", down.stderr);
    for key in [other, sibling] {
        assert_eq!(site.key(key.as_str().unwrap())["KeyState"], "Enabled");
    }
}

#[test]
fn an_alias_of_somebody_else_is_refused_and_nothing_is_made() {
    let site = Site::new();
    let other = site.world.call("kms", "create_key", json!({}))["KeyMetadata"]["KeyId"].clone();
    site.world.call("kms", "create_alias", json!({ "AliasName": "alias/minimal-dev", "TargetKeyId": other }));
    let before = site.endpoint.count();
    let up = layer("keys", &["up"], &wish().to_string(), &site.endpoint.env());
    assert_ne!(up.status, Some(0));
    assert!(up.stderr.contains("alias/minimal-dev") && up.stderr.contains("belongs to"), "{}", up.stderr);
    assert_eq!(site.endpoint.mutating_since(before), Vec::<String>::new());
}

#[test]
fn the_policy_names_the_account_and_services_only() {
    let site = Site::new();
    let mut wish = wish();
    wish["pipeline"]["keys"] = json!({ "services": ["logs.eu-central-1.amazonaws.com"], "rotation_days": 0 });
    let key = parse(&site.run(&["up"], &wish.to_string()))["keys"]["key_id"].clone();
    let policy = site.world.call("kms", "get_key_policy", json!({ "KeyId": key, "PolicyName": "default" }));
    let policy = parse(policy["Policy"].as_str().unwrap());
    let principals: Vec<&Value> = policy["Statement"].as_array().unwrap().iter().map(|one| &one["Principal"]).collect();
    let root = json!({ "AWS": "arn:aws:iam::123456789012:root" });
    assert_eq!(principals, [&root, &json!({ "Service": "logs.eu-central-1.amazonaws.com" })]);
    assert_eq!(policy["Statement"][1]["Condition"]["StringEquals"]["aws:SourceAccount"], "123456789012");
    let rotation = site.world.call("kms", "get_key_rotation_status", json!({ "KeyId": key }));
    assert_eq!(rotation["KeyRotationEnabled"], false);
}

#[test]
fn rotation_can_be_left_out_and_asked_for_again() {
    let site = Site::new();
    let mut wish = wish();
    let id = parse(&site.run(&["up"], &wish.to_string()))["keys"]["key_id"].as_str().unwrap().to_owned();
    for (days, call) in [(0, "kms:DisableKeyRotation"), (90, "kms:EnableKeyRotation")] {
        wish["pipeline"]["keys"]["rotation_days"] = json!(days);
        let (_, calls) = site.calls(&["up"], &wish.to_string());
        assert_eq!(calls, [call]);
        let rotation = site.world.call("kms", "get_key_rotation_status", json!({ "KeyId": id }));
        assert_eq!(rotation["KeyRotationEnabled"], days > 0, "{rotation}");
        assert_eq!(rotation.get("RotationPeriodInDays").and_then(Value::as_i64).unwrap_or(0), days, "{rotation}");
        assert_eq!(site.calls(&["up"], &wish.to_string()).1, [""; 0]);
    }
}

#[test]
fn wishes_that_kms_would_refuse() {
    for (field, value, says) in [
        ("rotation_days", json!(30), "neither 0 nor between 90 and 2560"),
        ("pending_days", json!(3), "not between 7 and 30"),
        ("services", json!(["logs"]), "is no service such as"),
    ] {
        let mut wish = wish();
        wish["pipeline"]["keys"][field] = value;
        let up = layer("keys", &["up"], &wish.to_string(), &[]);
        assert_eq!(up.status, Some(2), "{}", up.stderr);
        assert!(up.stderr.contains(says), "{}", up.stderr);
    }
}
