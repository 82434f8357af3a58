//! A role with a fixed name, and every call that changes anything refused, or with its answer lost: `up` comes to the same end.
//! (`tests/fault_sweep.rs` has no such roles: they stay when a pipeline goes.)

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
fn up_comes_to_its_end_whatever_call_fails() {
    let endpoint = Endpoint::start();
    let world = World::of(&endpoint);
    let wish = shop(json!({ "service_roles": whole()["service_roles"] }));
    let document = up(&endpoint, &wish);
    let up_calls = endpoint.mutating_since(0).len() as u64;
    forget(&world, "undisturbed");
    // The role, its policy and its mark, and the lock.
    assert_eq!(up_calls, 5);
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
            forget(&world, &point);
        }
    }
}
