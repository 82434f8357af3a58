//! Every call that changes anything, refused and with its answer lost: `up` and `down` come to the same end. (The sweep of
//! driven-data has no instance profiles and no fixed names.)

use crate::kit::{FIXED, iam, shop, up, whole};
use serde_json::{Value, json};
use strata_testkit::{Endpoint, World};

fn weather(kind: &str, call: u64) -> Value {
    let mut fault = json!({ "mutating": call, "kind": kind });
    if kind == "error" {
        fault["code"] = json!("AccessDenied");
        fault["status"] = json!(403);
        fault["message"] = json!("You may not do this.");
    }
    json!({ "faults": [fault] })
}

/// Calls that change anything since the `n`th.
fn many(endpoint: &Endpoint, n: u64) -> u64 {
    endpoint.mutating_since(n).len() as u64
}

fn attached(world: &World) -> Vec<Value> {
    let found = world.call("iam", "list_attached_role_policies", json!({ "RoleName": FIXED }));
    found["AttachedPolicies"].as_array().unwrap().iter().map(|policy| policy["PolicyArn"].clone()).collect()
}

/// Nothing is left but the account's role, and that goes, too, so that the next run creates it again.
fn forget(world: &World, point: &str) {
    for arn in attached(world) {
        world.call("iam", "detach_role_policy", json!({ "RoleName": FIXED, "PolicyArn": arn }));
    }
    world.call("iam", "delete_role", json!({ "RoleName": FIXED }));
    let roles = world.call("iam", "list_roles", json!({}));
    let profiles = world.call("iam", "list_instance_profiles", json!({}));
    assert_eq!((&roles["Roles"], &profiles["InstanceProfiles"]), (&json!([]), &json!([])), "{point}");
}

#[test]
fn up_and_down_come_to_their_end_whatever_call_fails() {
    let endpoint = Endpoint::start();
    let world = World::of(&endpoint);
    let wish = shop(whole());
    let document = up(&endpoint, &wish);
    let up_calls = many(&endpoint, 0);
    let before = endpoint.count();
    assert_eq!(iam(&endpoint, &["down", "--yes"], &wish).status, Some(0));
    let down_calls = many(&endpoint, before);
    forget(&world, "undisturbed");
    assert!(up_calls > 10 && down_calls > 5, "{up_calls} {down_calls}");
    for kind in ["lost", "error"] {
        for call in 1..=up_calls {
            endpoint.weather(&weather(kind, call));
            let output = iam(&endpoint, &["up"], &wish);
            endpoint.clear_weather();
            let point = format!("up, call {call}, {kind}: {}", output.stderr);
            if kind == "lost" {
                assert_eq!(output.stdout, document, "{point}");
            }
            assert_eq!(up(&endpoint, &wish), document, "{point}");
            assert_eq!(iam(&endpoint, &["status"], &document).status, Some(0), "{point}");
            assert_eq!(attached(&world).len(), 1, "{point}");

            let down_call = 1 + call % down_calls;
            endpoint.weather(&weather(kind, down_call));
            let output = iam(&endpoint, &["down", "--yes"], &document);
            endpoint.clear_weather();
            let point = format!("down, call {down_call}, {kind}: {}", output.stderr);
            if kind == "lost" {
                assert_eq!(output.status, Some(0), "{point}");
            }
            assert_eq!(iam(&endpoint, &["down", "--yes"], &document).status, Some(0), "{point}");
            forget(&world, &point);
        }
    }
}
