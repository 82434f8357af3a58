//! Security groups, and the rules between them.

use crate::kit::{ec2, gone, settled, small};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use strata_testkit::Endpoint;
use strata_tests::{done, json as parse, layer};

/// Two groups that name each other, and themselves.
fn wish() -> Value {
    small(json!({ "groups": {
        "app": { "description": "Web servers", "ingress": [
            { "port": 8080, "group": "data", "description": "Callbacks" },
            { "port": 443, "cidr": "10.0.0.0/16", "description": "HTTPS" },
        ] },
        "data": { "ingress": [
            { "port": 3306, "group": "app", "description": "MySQL" },
            { "port": 33060, "group": "data", "description": "Replication" },
        ] },
    } }))
}

/// What a group lets in: port and source by description.
fn rules(endpoint: &Endpoint, group: &str) -> BTreeMap<String, (i64, String)> {
    let filter = format!("Filters=[dict(Name='group-id', Values=['{group}'])]");
    let found = ec2(endpoint, &format!("ec2.describe_security_group_rules({filter})['SecurityGroupRules']"));
    let inbound = found.as_array().unwrap().iter().filter(|rule| rule["IsEgress"] == false);
    let rule = |rule: &Value| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let from = text(&rule["CidrIpv4"]).or(text(&rule["ReferencedGroupInfo"]["GroupId"])).unwrap();
        (text(&rule["Description"]).unwrap_or_default(), (rule["FromPort"].as_i64().unwrap_or(-1), from))
    };
    inbound.map(rule).collect()
}

#[test]
fn groups_that_name_each_other_come_up_and_go_down() {
    let endpoint = Endpoint::start();
    let net = settled(&endpoint, &wish());
    let id = |group: &str| net["security_group_ids"][group].as_str().unwrap().to_owned();
    let (app, data) = (id("app"), id("data"));
    let expected = [("Callbacks", 8080, &data), ("HTTPS", 443, &"10.0.0.0/16".to_owned())];
    let as_map = |rules: &[(&str, i64, &String)]| -> BTreeMap<String, (i64, String)> {
        rules.iter().map(|(why, port, from)| ((*why).to_owned(), (*port, (*from).clone()))).collect()
    };
    assert_eq!(rules(&endpoint, &app), as_map(&expected));
    assert_eq!(rules(&endpoint, &data), as_map(&[("MySQL", 3306, &app), ("Replication", 33060, &data)]));
    let about = format!(
        "[group['Description'] for group in ec2.describe_security_groups(GroupIds=['{app}', '{data}'])['SecurityGroups']]"
    );
    let about = ec2(&endpoint, &about);
    assert!(about == json!(["Web servers", "data in the pipeline small"]) || about[1] == "Web servers", "{about}");
    assert_eq!(net["security_group_id"], net["security_group_ids"]["main"]);
    gone(&endpoint, &wish());
}

#[test]
fn a_rule_that_changes_is_one_call() {
    let endpoint = Endpoint::start();
    let net = settled(&endpoint, &wish());
    let data = net["security_group_ids"]["data"].as_str().unwrap();
    let calls = |wish: &Value| {
        let before = endpoint.count();
        done("net", &["up"], &wish.to_string(), &endpoint.env());
        let status = layer("net", &["status"], &wish.to_string(), &endpoint.env());
        assert_eq!(status.status, Some(0), "{}", status.stdout);
        endpoint.mutating_since(before)
    };
    let mut other = wish();
    other["pipeline"]["net"]["groups"]["data"]["ingress"][0]["port"] = json!(3307);
    assert_eq!(calls(&other), ["ec2:ModifySecurityGroupRules"]);
    assert_eq!(rules(&endpoint, data)["MySQL"].0, 3307);
    other["pipeline"]["net"]["groups"]["data"]["ingress"][0]["description"] = json!("The database");
    assert_eq!(calls(&other), ["ec2:ModifySecurityGroupRules"]);
    assert_eq!(rules(&endpoint, data)["The database"].0, 3307);
    // Another source is another rule.
    other["pipeline"]["net"]["groups"]["data"]["ingress"][0]["group"] = json!("main");
    assert_eq!(calls(&other), ["ec2:RevokeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupIngress"]);
    assert_eq!(rules(&endpoint, data)["The database"].1, net["security_group_id"].as_str().unwrap());
    // The text of a group is said once: AWS cannot change it.
    other["pipeline"]["net"]["groups"]["app"]["description"] = json!("Something else");
    assert_eq!(calls(&other), Vec::<String>::new());
    gone(&endpoint, &other);
}

#[test]
fn a_group_that_is_not_asked_for_goes_with_the_rules_that_name_it() {
    let endpoint = Endpoint::start();
    settled(&endpoint, &wish());
    let mut less = wish();
    less["pipeline"]["net"]["groups"].as_object_mut().unwrap().remove("data");
    less["pipeline"]["net"]["groups"]["app"]["ingress"].as_array_mut().unwrap().remove(0);
    let plan = parse(&layer("net", &["plan"], &less.to_string(), &endpoint.env()).stdout);
    let planned: Vec<(&str, &str)> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["action"].as_str().unwrap(), change["resource"].as_str().unwrap()))
        .collect();
    assert_eq!(planned, [("update", "security-group.app"), ("delete", "security-group.data")]);
    let net = settled(&endpoint, &less);
    assert_eq!(net["security_group_ids"].as_object().unwrap().keys().collect::<Vec<_>>(), ["app", "main"]);
    gone(&endpoint, &less);
}

#[test]
fn what_somebody_changes_in_a_rule_between_groups_is_set_back() {
    let endpoint = Endpoint::start();
    let net = settled(&endpoint, &wish());
    let data = net["security_group_ids"]["data"].as_str().unwrap();
    let filter = format!("Filters=[dict(Name='group-id', Values=['{data}'])]");
    let mysql = format!(
        "[rule['SecurityGroupRuleId'] for rule in ec2.describe_security_group_rules({filter})['SecurityGroupRules'] if rule.get('Description') == 'MySQL']"
    );
    let changes = [
        format!("ec2.revoke_security_group_ingress(GroupId='{data}', SecurityGroupRuleIds={mysql})"),
        format!(
            "ec2.authorize_security_group_ingress(GroupId='{data}', IpPermissions=[dict(IpProtocol='tcp', FromPort=22, ToPort=22, UserIdGroupPairs=[dict(GroupId='{data}')])])"
        ),
    ];
    let expected = rules(&endpoint, data);
    for (change, call) in changes.iter().zip(["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]) {
        ec2(&endpoint, change);
        assert_ne!(rules(&endpoint, data), expected, "{change}");
        assert_eq!(layer("net", &["status"], &wish().to_string(), &endpoint.env()).status, Some(4), "{change}");
        let before = endpoint.count();
        done("net", &["up"], &wish().to_string(), &endpoint.env());
        assert_eq!(endpoint.mutating_since(before), [call], "{change}");
        assert_eq!(rules(&endpoint, data), expected, "{change}");
    }
    gone(&endpoint, &wish());
}

/// One that lost the tag that says which it is has still its name.
#[test]
fn a_group_without_its_id_is_known_by_its_name() {
    let endpoint = Endpoint::start();
    let net = settled(&endpoint, &wish());
    let data = net["security_group_ids"]["data"].as_str().unwrap();
    ec2(&endpoint, &format!("ec2.delete_tags(Resources=['{data}'], Tags=[dict(Key='strata:id')])"));
    let before = endpoint.count();
    assert_eq!(parse(&done("net", &["up"], &wish().to_string(), &endpoint.env()))["net"], net);
    assert_eq!(endpoint.mutating_since(before), ["ec2:CreateTags"]);
    gone(&endpoint, &wish());
}
