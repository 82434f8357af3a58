//! Roles that a person asks for: policies of AWS's, rights with placeholders, a boundary.

use crate::kit::{FIXED, WORKERS, boto, iam, repaired, seen, shop, up, whole};
use serde_json::{Value, json};
use strata_testkit::Endpoint;
use strata_tests::{json as parse, pipeline};

#[test]
fn roles_of_a_persons_own_come_stay_and_go() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &shop(whole()));
    let section = &parse(&document)["iam"];
    let arns = section["role_arns"].as_object().unwrap();
    assert_eq!(arns.keys().collect::<Vec<_>>(), ["tasks", "workers"]);
    let path = format!("arn:aws:iam::123456789012:instance-profile/strata/shop/dev/eu-central-1/{WORKERS}");
    assert_eq!(section["instance_profile_arns"], json!({ "workers": path }));

    let role = seen(&endpoint, &format!("iam.get_role(RoleName='{WORKERS}')['Role']"));
    assert_eq!(role["Description"], "Machines of the shop");
    assert_eq!(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"], "ec2.amazonaws.com");
    let attached = seen(
        &endpoint,
        &format!(
            "sorted(p['PolicyArn'] for p in iam.list_attached_role_policies(RoleName='{WORKERS}')['AttachedPolicies'])"
        ),
    );
    let aws = "arn:aws:iam::aws:policy";
    let managed = json!([
        format!("{aws}/AmazonS3ReadOnlyAccess"),
        format!("{aws}/service-role/AmazonElasticMapReduceforEC2Role")
    ]);
    assert_eq!(attached, managed);
    let rights =
        seen(&endpoint, &format!("iam.get_role_policy(RoleName='{WORKERS}', PolicyName='strata')['PolicyDocument']"));
    let bucket = "arn:aws:s3:::shop-dev-123456789012-eu-central-1-an";
    assert_eq!(rights["Statement"][0]["Resource"], json!([bucket, format!("{bucket}/${{aws:PrincipalTag/team}}/*")]));
    // A role without rights has no policy at all.
    let none = seen(&endpoint, "iam.list_role_policies(RoleName='shop-dev-eu-central-1-tasks')['PolicyNames']");
    assert_eq!(none, json!([]));

    let before = endpoint.count();
    assert_eq!(up(&endpoint, &document), document);
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    assert_eq!(iam(&endpoint, &["status"], &document).status, Some(0));

    let down = iam(&endpoint, &["down", "--pipeline", "shop"], "");
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    assert_eq!(seen(&endpoint, "[r['RoleName'] for r in iam.list_roles()['Roles']]"), json!([FIXED]));
    assert_eq!(seen(&endpoint, "iam.list_instance_profiles()['InstanceProfiles']"), json!([]));
}

#[test]
fn rights_from_outside_are_taken_away_where_none_are_asked_for() {
    let endpoint = Endpoint::start();
    let document = up(&endpoint, &shop(json!({ "roles": { "workers": { "service": "ec2.amazonaws.com" } } })));
    let all =
        "json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*'}]})";
    boto(&endpoint, &format!("iam.put_role_policy(RoleName='{WORKERS}', PolicyName='strata', PolicyDocument={all})"));
    repaired(&endpoint, &document, "permissions", &["iam:DeleteRolePolicy"]);
    let aws = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    boto(&endpoint, &format!("iam.attach_role_policy(RoleName='{WORKERS}', PolicyArn='{aws}')"));
    repaired(&endpoint, &document, "attached", &["iam:DetachRolePolicy"]);
}

/// Two managed policies of the account's own.
fn limits(endpoint: &Endpoint) {
    let all =
        "json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]})";
    let make = format!(
        "for name in ('most', 'other'): iam.create_policy(PolicyName=name, Path='/limits/', PolicyDocument={all})"
    );
    boto(endpoint, &make);
}

#[test]
fn a_boundary_is_on_every_role_and_comes_back() {
    let endpoint = Endpoint::start();
    limits(&endpoint);
    let mut wish = whole();
    wish["boundary"] = json!("arn:${partition}:iam::${account}:policy/limits/most");
    let document = up(&endpoint, &shop(wish.clone()));
    let boundary = |role: &str| {
        seen(&endpoint, &format!("iam.get_role(RoleName='{role}')['Role'].get('PermissionsBoundary', {{}})"))
            ["PermissionsBoundaryArn"]
            .clone()
    };
    let most = json!("arn:aws:iam::123456789012:policy/limits/most");
    for role in [WORKERS, "shop-dev-eu-central-1-tasks", FIXED] {
        assert_eq!(boundary(role), most, "{role}");
    }
    boto(&endpoint, &format!("iam.delete_role_permissions_boundary(RoleName='{WORKERS}')"));
    repaired(&endpoint, &document, "boundary", &["iam:PutRolePermissionsBoundary"]);
    let other = "arn:aws:iam::123456789012:policy/limits/other";
    boto(&endpoint, &format!("iam.put_role_permissions_boundary(RoleName='{WORKERS}', PermissionsBoundary='{other}')"));
    repaired(&endpoint, &document, "boundary", &["iam:PutRolePermissionsBoundary"]);

    // A pipeline that asks for none takes none away.
    wish.as_object_mut().unwrap().remove("boundary");
    let before = endpoint.count();
    up(&endpoint, &shop(wish));
    assert_eq!(endpoint.mutating_since(before), Vec::<String>::new());
    assert_eq!(boundary(WORKERS), most);
}

#[test]
fn a_person_adds_rights_to_a_role_that_a_layer_demands() {
    let endpoint = Endpoint::start();
    let mut document = pipeline();
    let plain = up(&endpoint, &document.to_string());
    let statement = json!({ "Sid": "Queue", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:${pipeline}" });
    document["pipeline"]["iam"] = json!({ "roles": { "glue": { "permissions": { "Statement": statement } } } });
    let before = endpoint.count();
    let more = up(&endpoint, &document.to_string());
    assert_eq!(endpoint.mutating_since(before), ["iam:PutRolePolicy"]);
    assert_eq!(parse(&more)["iam"], parse(&plain)["iam"]);
    let rights =
        "iam.get_role_policy(RoleName='driven-data-dev-eu-central-1-glue', PolicyName='strata')['PolicyDocument']";
    let rights = seen(&endpoint, rights);
    let sids: Vec<&Value> = rights["Statement"].as_array().unwrap().iter().map(|one| &one["Sid"]).collect();
    assert!(sids.len() > 2 && sids.contains(&&json!("Queue")), "{rights}");
    assert!(rights.to_string().contains("arn:aws:sqs:*:*:driven-data"), "{rights}");
}

#[test]
fn awss_own_policies_are_at_the_endpoint() {
    let endpoint = Endpoint::start();
    let listed = seen(
        &endpoint,
        "[len(p['Policies']) for p in iam.get_paginator('list_policies').paginate(Scope='AWS', PaginationConfig={'PageSize': 1000})]",
    );
    assert!(listed.as_array().unwrap().iter().filter_map(Value::as_u64).sum::<u64>() > 1000, "{listed}");
    assert_eq!(seen(&endpoint, "iam.list_policies(Scope='Local')['Policies']"), json!([]));
    let refused = "try: iam.put_role_permissions_boundary(RoleName='x', PermissionsBoundary='arn:aws:iam::123456789012:policy/none')\n\
                   except iam.exceptions.NoSuchEntityException as error: print(error.response['Error']['Code'])";
    assert_eq!(boto(&endpoint, refused), "NoSuchEntity");
}
