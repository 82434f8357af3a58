//! Instance profiles: repaired, removed when no longer demanded, and not taken from others.

use crate::kit::{WORKERS, boto, iam, repaired, seen, shop, up, whole};
use serde_json::json;
use strata_testkit::Endpoint;

#[test]
fn what_somebody_does_to_a_profile_is_mended() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &shop(whole()));
    let tags = seen(
        &endpoint,
        &format!("iam.get_instance_profile(InstanceProfileName='{WORKERS}')['InstanceProfile']['Tags']"),
    );
    assert!(tags.to_string().contains("instance-profile.workers"), "{tags}");

    let take = format!("iam.remove_role_from_instance_profile(InstanceProfileName='{WORKERS}', RoleName='{WORKERS}')");
    boto(&endpoint, &take);
    repaired(&endpoint, &document, "roles", &["iam:AddRoleToInstanceProfile"]);
    let other = format!(
        "{take}\niam.add_role_to_instance_profile(InstanceProfileName='{WORKERS}', RoleName='shop-dev-eu-central-1-tasks')"
    );
    boto(&endpoint, &other);
    repaired(&endpoint, &document, "roles", &["iam:RemoveRoleFromInstanceProfile", "iam:AddRoleToInstanceProfile"]);
    boto(&endpoint, &format!("iam.untag_instance_profile(InstanceProfileName='{WORKERS}', TagKeys=['Name'])"));
    repaired(&endpoint, &document, "tags", &["iam:TagInstanceProfile"]);
}

#[test]
fn a_profile_that_is_no_longer_demanded_goes_before_its_role() {
    let endpoint = Endpoint::start();
    up(&endpoint, &shop(whole()));
    let mut wish = whole();
    wish["roles"]["workers"]["instance_profile"] = json!(false);
    let before = endpoint.count();
    let without = up(&endpoint, &shop(wish.clone()));
    let calls = endpoint.mutating_since(before);
    let own: Vec<&String> = calls.iter().filter(|call| call.starts_with("iam:")).collect();
    assert_eq!(own, ["iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"]);
    assert!(!without.contains("instance_profile_arns"), "{without}");

    up(&endpoint, &shop(whole()));
    wish["roles"].as_object_mut().unwrap().remove("workers");
    let before = endpoint.count();
    up(&endpoint, &shop(wish));
    let calls = endpoint.mutating_since(before);
    let at = |name: &str| calls.iter().position(|call| call == name).unwrap_or_else(|| panic!("{name}: {calls:?}"));
    assert!(at("iam:DeleteInstanceProfile") < at("iam:DeleteRole"), "{calls:?}");
    assert_eq!(seen(&endpoint, "iam.list_instance_profiles()['InstanceProfiles']"), json!([]));
}

#[test]
fn somebody_elses_profile_is_not_touched() {
    let endpoint = Endpoint::start();
    boto(&endpoint, &format!("iam.create_instance_profile(InstanceProfileName='{WORKERS}')"));
    let before = endpoint.count();
    let output = iam(&endpoint, &["up"], &shop(whole()));
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("instance-profile") && output.stderr.contains("belongs to"), "{}", output.stderr);
    let down = iam(&endpoint, &["down", "--yes"], &shop(whole()));
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
}
