//! Wishes for roles that are refused, and those that are taken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::demand;
use crate::wish::Pipeline;
use serde_json::{Value, json};

fn pipeline(iam: Value) -> Pipeline {
    serde_json::from_value(json!({ "name": "some", "iam": iam })).unwrap()
}

fn problems(iam: Value) -> Vec<String> {
    let mut found = Vec::new();
    super::check(&pipeline(iam), &mut found);
    found
}

/// What is wrong with one role.
fn of_role(role: Value) -> Vec<String> {
    problems(json!({ "roles": { "workers": role } }))
}

fn of_rights(permissions: Value) -> Vec<String> {
    of_role(json!({ "service": "ec2.amazonaws.com", "permissions": permissions }))
}

#[test]
fn a_whole_wish_is_taken() {
    let rights = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:${partition}:s3:::${bucket}/*" },
        { "Effect": "Deny", "NotAction": ["s3:*"], "NotResource": "arn:aws:s3:::x/${aws:PrincipalTag/team}/*" },
    ] });
    let whole = json!({
        "boundary": "arn:${partition}:iam::${account}:policy/limits/most",
        "roles": {
            "workers": {
                "service": "ec2.amazonaws.com", "description": "Machines", "permissions": rights, "instance_profile": true,
                "managed": ["service-role/AWSGlueServiceRole", "AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
            },
            "tasks": { "service": "states.eu-central-1.amazonaws.com" },
        },
        "service_roles": {
            "dms-vpc-role": { "service": "dms.amazonaws.com", "managed": ["service-role/AmazonDMSVPCManagementRole"] },
        },
    });
    assert_eq!(problems(whole), Vec::<String>::new());
}

#[test]
fn names_are_held_to_what_aws_takes() {
    for (wish, said) in [
        (json!({ "boundary": "arn:aws:iam::1:policy/x" }), "pipeline.iam.boundary"),
        (json!({ "roles": { "Workers": { "service": "ec2.amazonaws.com" } } }), "lower-case letters"),
        (json!({ "roles": { "w": { "service": "ec2" } } }), "`ec2` is not the name of an AWS service"),
        (json!({ "roles": { "w": { "service": "*.amazonaws.com" } } }), "not the name of an AWS service"),
        (json!({ "roles": { "w": {} } }), "no layer of the pipeline demands this role"),
        (json!({ "service_roles": { "a role": { "service": "dms.amazonaws.com" } } }), "1 to 64 letters"),
        (json!({ "service_roles": { "AWSServiceRoleForRDS": { "service": "rds.amazonaws.com" } } }), "service-linked"),
    ] {
        let found = problems(wish);
        assert!(found.len() == 1 && found[0].contains(said), "{said}: {found:?}");
    }
    for name in ["policy/AmazonS3FullAccess", "Amazon S3", "", "arn:aws:s3:::x", "a//b", "${nothing}", "*"] {
        let found = of_role(json!({ "service": "ec2.amazonaws.com", "managed": [name] }));
        assert!(found.len() == 1 && found[0].starts_with("pipeline.iam.roles.workers.managed: "), "{name}: {found:?}");
    }
}

#[test]
fn documents_are_held_to_what_aws_takes() {
    let statement = |field: &str, value: Value| {
        let mut one = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
        one[field] = value;
        of_rights(json!({ "Version": "2012-10-17", "Statement": one }))
    };
    for (found, said) in [
        (of_rights(json!({})), "a list of statements"),
        (of_rights(json!({ "Version": "2008-10-17", "Statement": [] })), "2012-10-17"),
        (of_rights(json!({ "statement": [] })), "no `statement`"),
        (statement("Effect", json!("allow")), "\"Allow\" or \"Deny\""),
        (statement("Principal", json!("*")), "rights name no principal"),
        (statement("Actions", json!("s3:PutObject")), "no `Actions`"),
        (statement("NotAction", json!("s3:PutObject")), "either `Action` or `NotAction`"),
        (statement("Resource", json!([])), "a list of texts"),
        (statement("Sid", json!("no spaces")), "letters and digits"),
        (statement("Resource", json!("arn:aws:s3:::${bukket}/*")), "unknown placeholder `bukket`"),
    ] {
        assert!(found.iter().any(|text| text.contains(said)), "{said}: {found:?}");
        assert!(found.iter().all(|text| text.starts_with("pipeline.iam.roles.workers.permissions")), "{found:?}");
    }
    let twice = json!([
        { "Sid": "One", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" },
        { "Sid": "One", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" },
    ]);
    assert_eq!(of_rights(json!({ "Statement": twice })).len(), 1);
}

#[test]
fn rights_are_added_to_a_role_that_a_layer_demands() {
    let more = json!({ "Statement": [{ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*" }] });
    let iam = json!({ "roles": { "glue": { "permissions": more, "managed": ["ReadOnlyAccess"] } } });
    let mut with_jobs = pipeline(iam);
    with_jobs.jobs = Some(Default::default());
    let mut found = Vec::new();
    super::check(&with_jobs, &mut found);
    assert_eq!(found, Vec::<String>::new());
    let roles = demand::roles(&with_jobs);
    assert_eq!(roles.len(), 1);
    let glue = &roles[0];
    assert_eq!((&*glue.id, &*glue.file, glue.trust.len(), glue.permissions.len()), ("glue", "glue", 1, 2));
    assert_eq!(
        (&*glue.description, &glue.managed),
        ("Glue crawlers and jobs of the pipeline", &vec!["ReadOnlyAccess".into()])
    );
}

#[test]
fn fixed_names_are_demanded_in_order() {
    let one = |policy: &str| json!({ "service": "dms.amazonaws.com", "managed": [policy] });
    let roles = demand::service_roles(&pipeline(json!({ "service_roles": { "b": one("x"), "a": one("y") } })));
    let names: Vec<&str> = roles.iter().map(|role| &*role.name).collect();
    assert_eq!(names, ["a", "b"]);
}
