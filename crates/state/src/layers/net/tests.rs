//! The shape of a network, and what a wish for it has to hold to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::demand::Class;
use crate::wish::Pipeline;
use serde_json::{Value, json};

fn pipeline(wish: Value) -> Pipeline {
    let mut all = json!({ "name": "some" });
    all.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn problems(wish: Value) -> Vec<String> {
    let mut found = Vec::new();
    check::check(&pipeline(wish), &mut found);
    found
}

fn counts(pipeline: &Pipeline) -> [usize; 3] {
    Class::ALL.map(|class| subnets(pipeline, class).len())
}

#[test]
fn a_class_that_nobody_names_is_not_made() {
    let none = pipeline(json!({}));
    assert_eq!((counts(&none), zones(&none), groups(&none).len()), ([0, 0, 0], 0, 0));
    let own = pipeline(json!({ "net": {} }));
    assert_eq!((counts(&own), zones(&own), egress(&own), reaches_s3(&own)), ([2, 2, 0], 2, Egress::None, false));
    let some = pipeline(json!({ "net": { "public_subnets": [], "private_subnets": ["10.0.1.0/24"] } }));
    assert_eq!((counts(&some), zones(&some)), ([0, 1, 0], 1));
    let data =
        json!({ "public_subnets": [], "private_subnets": [], "database_subnets": ["10.0.5.0/24", "10.0.6.0/24"] });
    let data = pipeline(json!({ "net": data }));
    assert_eq!((counts(&data), reaches_s3(&data)), ([0, 0, 2], true));
    // An environment needs private subnets and a way out, and a NAT gateway a public one.
    let airflow = pipeline(json!({ "airflow": {} }));
    assert_eq!((counts(&airflow), egress(&airflow), reaches_s3(&airflow)), ([2, 2, 0], Egress::Nat, true));
}

#[test]
fn groups_are_those_of_the_wish_and_of_the_layers() {
    let main = groups(&pipeline(json!({ "airflow": {} })));
    assert_eq!(main.keys().collect::<Vec<_>>(), [MAIN]);
    assert_eq!(main[MAIN].description, "Everything in the pipeline some");
    let itself = Rule { from: Origin::Itself, port: None, description: String::new() };
    assert_eq!(main[MAIN].rules, std::slice::from_ref(&itself));

    let from_app = json!({ "port": 3306, "group": "app", "description": "" });
    let from_itself = json!({ "port": 80, "group": "app", "description": "x" });
    let wish = json!({ "net": { "groups": {
        "app": { "ingress": [from_itself] },
        "data": { "description": "MySQL", "ingress": [from_app] },
    } } });
    let found = groups(&pipeline(wish));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["app", "data", "main"]);
    assert_eq!(
        (found["app"].description.as_str(), found["data"].description.as_str()),
        ("app in the pipeline some", "MySQL")
    );
    assert_eq!(found["app"].rules[0].from, Origin::Itself);
    assert_eq!(found["data"].rules[0].from, Origin::Group("app".into()));
    assert_eq!(found[MAIN].rules, [itself]);
}

#[test]
fn endpoints_have_a_group_of_their_own_where_others_than_main_call_them() {
    let wish = |groups: Value| pipeline(json!({ "airflow": {}, "net": { "egress": "endpoints", "groups": groups } }));
    assert_eq!(groups(&wish(json!({}))).keys().collect::<Vec<_>>(), [MAIN]);
    let found = groups(&wish(json!({ "app": {} })));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["app", ENDPOINTS, MAIN]);
    let rule = &found[ENDPOINTS].rules[0];
    assert_eq!((&rule.from, rule.port), (&Origin::Range("10.0.0.0/16".into()), Some(443)));
}

#[test]
fn what_aws_would_refuse_is_found() {
    let ranges = |first: u8, many: u8| (first..first + many).map(|n| format!("10.0.{n}.0/24")).collect::<Vec<_>>();
    let rule = |rule: Value| {
        let mut all = json!({ "port": 443, "description": "" });
        all.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        json!({ "net": { "groups": { "app": { "ingress": [all] } } } })
    };
    let own = |net: Value| json!({ "net": net });
    let airflow = |net: Value| json!({ "airflow": {}, "net": net });
    let app = |id: &str| json!({ "net": { "groups": { id: {} } } });
    let cases = [
        (
            own(json!({ "public_subnets": ranges(20, 7) })),
            "net.public_subnets: there may be up to 6, one per zone, and here are 7",
        ),
        (
            own(json!({ "database_subnets": ["10.0.1.0/25"] })),
            "database_subnets[0]: `10.0.1.0/25` overlaps `10.0.1.0/24` of",
        ),
        (own(json!({ "database_subnets": ["10.1.1.0/24"] })), "database_subnets[0]: `10.1.1.0/24` does not fit"),
        (
            airflow(json!({ "private_subnets": ["10.0.1.0/24"] })),
            "private_subnets: `airflow` needs two at least, one per zone, and here are 1",
        ),
        (
            airflow(json!({ "public_subnets": [] })),
            "public_subnets: a NAT gateway needs a public subnet, and here is none",
        ),
        (
            airflow(json!({ "egress": "nat-per-zone", "private_subnets": ranges(20, 3) })),
            "`nat-per-zone` needs one in each zone of a private subnet, 3 of them, and here are 2",
        ),
        (own(json!({ "zones": ["eu-central-1a", "eu-central-1a"] })), "net.zones: name 2 different zones"),
        (
            own(json!({ "zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c"] })),
            "net.zones: name 2 different zones",
        ),
        (rule(json!({})), "net.groups.app.ingress[0]: give either `cidr` or `group`"),
        (rule(json!({ "cidr": "10.0.0.0/16", "group": "main" })), "ingress[0]: give either `cidr` or `group`"),
        (rule(json!({ "group": "mian" })), "ingress[0].group: there is no security group `mian`; known are app, main"),
        (rule(json!({ "cidr": "10.0.0.1/16" })), "ingress[0].cidr: `10.0.0.1/16` has bits"),
        (rule(json!({ "group": "app", "port": 0 })), "ingress[0].port: a TCP port is"),
        (rule(json!({ "group": "app", "description": "a'b" })), "ingress[0].description: "),
        (app("default"), "net.groups.default: AWS keeps"),
        (app("sg-1"), "net.groups.sg-1: AWS keeps"),
        (app("App"), "net.groups.App: `App` has to be"),
    ];
    for (wish, says) in cases {
        let found = problems(wish.clone());
        assert!(found.len() == 1 && found[0].contains(says), "{wish}: `{says}` is not all of {found:#?}");
    }
    let twice = json!({ "port": 443, "cidr": "10.0.0.0/16", "description": "" });
    let found = problems(own(json!({ "ingress": [twice, twice] })));
    assert!(found.len() == 1 && found[0].starts_with("pipeline.net.ingress[1]: the same source"), "{found:#?}");
}

#[test]
fn up_to_six_zones_are_taken() {
    let ranges = |first: u8, many: u8| (first..first + many).map(|n| format!("10.0.{n}.0/24")).collect::<Vec<_>>();
    let net = json!({
        "public_subnets": ranges(10, 6), "private_subnets": ranges(20, 6), "database_subnets": ranges(30, 2),
        "egress": "nat-per-zone",
    });
    let wish = json!({ "airflow": {}, "net": net });
    assert_eq!(problems(wish.clone()), Vec::<String>::new());
    assert_eq!((zones(&pipeline(wish.clone())), egress(&pipeline(wish))), (6, Egress::NatPerZone));
}
