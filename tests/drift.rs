//! Drift: `status` and `plan` name whatever is changed from outside, and `up` repairs it with one call. The list of
//! what can be changed is the plan of an empty world, so no property can be forgotten.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "drift/bench.rs"]
mod bench;
#[path = "drift/extras.rs"]
mod extras;
#[path = "drift/parts.rs"]
mod parts;
#[path = "drift/ways.rs"]
mod ways;

use bench::{Bench, Fields, Thing, seconds, text, wish};
use extras::{EXTRAS, Tags, tag, take_away};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;
use strata_testkit::{Endpoint, World};
use strata_tests::{LAYERS, done, json as parse, layer, up};
use ways::{Way, another_policy, way};

/// Every property of every resource, as the plan of an empty world names them: layer, resource, fields.
fn properties(document: &str) -> Vec<(&'static str, String, Vec<String>)> {
    let empty = Endpoint::start();
    let mut all = Vec::new();
    for name in LAYERS.iter().copied() {
        // What a layer needs is missing there, which the plan says; it lists all the same.
        let plan = layer(name, &["plan"], document, &empty.env());
        for change in parse(&plan.stdout)["changes"].as_array().unwrap() {
            assert_eq!(change["action"], "create", "{name}: {change}");
            let fields = change["fields"].as_array().unwrap().iter().map(|field| text(&field["field"])).collect();
            all.push((name, text(&change["resource"]), fields));
        }
    }
    all
}

/// The figures of the table that is printed at the end.
#[derive(Default)]
struct Figures {
    tried: usize,
    fixed: BTreeMap<String, &'static str>,
    elsewhere: BTreeMap<String, &'static str>,
}

/// One property of one thing.
struct Try<'a> {
    thing: &'a Thing,
    field: &'a str,
    /// All properties of the thing.
    fields: &'a [String],
    way: Way,
}

impl Try<'_> {
    /// Change it from outside; what differs then.
    fn act(&self, bench: &Bench) -> Vec<&str> {
        let (also, act): (&[&str], _) = match self.way {
            Way::Change(act) => (&[], act),
            Way::With(also, act) => (also, act),
            Way::Fixed(_) | Way::Elsewhere(_) => return Vec::new(),
        };
        act(bench, self.thing, self.field);
        let has = |field: &&str| self.fields.iter().any(|own| own == field);
        also.iter().copied().filter(has).chain([self.field]).collect()
    }
}

fn way_of(layer: &str, kind: &str, field: &str) -> Option<Way> {
    parts::of(layer).map_or_else(|| way(kind, field), |drift| (drift.way)(kind, field))
}

fn tags_of(layer: &str, kind: &str) -> Option<Tags> {
    parts::of(layer).map_or_else(|| extras::tags(kind), |drift| (drift.tags)(kind))
}

fn tag_one(layer: &str, bench: &Bench, thing: &Thing, key: &str, value: Option<&str>) {
    parts::of(layer).map_or(tag as fn(&Bench, &Thing, &str, Option<&str>), |drift| drift.tag)(bench, thing, key, value);
}

/// A thing of the endpoint for each resource of the plan.
fn thing<'a>(things: &'a [Thing], resource: &str) -> &'a Thing {
    // A role is listed under its name in AWS as long as its tag does not say which it is.
    things.iter().find(|thing| thing.resource() == resource).unwrap_or_else(|| panic!("no {resource} in {things:?}"))
}

#[test]
fn every_property_that_is_changed_from_outside_is_found_and_mended_with_one_call() {
    let begun = Instant::now();
    let mut bench = Bench::start();
    prepare(&bench);
    let properties = properties(&bench.document);
    let mut figures = Figures::default();
    for name in LAYERS.iter().copied() {
        let since = Instant::now();
        let before = figures.tried;
        // A file that was written again has a new version, which the environment takes over.
        bench.document = done(name, &["up"], &bench.document, &bench.endpoint.env());
        let things = bench.things(name);
        // The nth property of every resource at once: each differs in one field, and takes one call.
        let mut rounds: Vec<Vec<Try>> = Vec::new();
        for (_, resource, fields) in properties.iter().filter(|(layer, ..)| *layer == name) {
            let thing = thing(&things, resource);
            let mut nth = 0;
            for field in fields {
                let property = format!("{}.{field}", thing.kind);
                match way_of(name, &thing.kind, field)
                    .unwrap_or_else(|| panic!("{property}: there is no way to change it here"))
                {
                    Way::Fixed(why) => drop(figures.fixed.insert(property, why)),
                    Way::Elsewhere(why) => drop(figures.elsewhere.insert(property, why)),
                    way => {
                        if rounds.len() <= nth {
                            rounds.push(Vec::new());
                        }
                        rounds[nth].push(Try { thing, field, fields, way });
                        nth += 1;
                    }
                }
            }
        }
        for round in &rounds {
            let mut differs = Fields::new();
            for one in round {
                differs.extend(one.act(&bench).into_iter().map(|field| (one.thing.resource(), field.to_owned())));
            }
            bench.found(name, &differs, &[]);
            let calls = bench.repaired(name, round.len(), &format!("{differs:?}"));
            assert!(calls.len() == round.len());
            figures.tried += round.len();
        }
        let tried = figures.tried - before;
        eprintln!("drift: {name}: {tried} properties tried, found, repaired with one call each, {}", seconds(since));
    }
    for (property, why) in figures.fixed.iter().chain(&figures.elsewhere) {
        eprintln!("drift: {property}: not tried here: {why}");
    }
    eprintln!("drift: {} properties in all, {}", figures.tried, seconds(begun));
    assert!(figures.tried > 250, "{}", figures.tried);
}

/// What changes from outside point at: a role and a bucket that MWAA takes, too.
fn prepare(bench: &Bench) {
    let place = json!({ "LocationConstraint": "eu-central-1" });
    let name = "another-airflow-bucket";
    bench.call("s3", "create_bucket", json!({ "Bucket": name, "CreateBucketConfiguration": place }));
    let on = json!({ "Bucket": name, "VersioningConfiguration": { "Status": "Enabled" } });
    bench.call("s3", "put_bucket_versioning", on);
    let block = json!({
        "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true,
    });
    bench.call("s3", "put_public_access_block", json!({ "Bucket": name, "PublicAccessBlockConfiguration": block }));
    // MWAA looks for the requirements in whatever bucket it is given, and at the version that it was given.
    let ours = bench.call("iam", "get_role", json!({ "RoleName": "driven-data-dev-eu-central-1-airflow" }));
    let trust = ours["Role"]["AssumeRolePolicyDocument"].to_string();
    bench.call("iam", "create_role", json!({ "RoleName": "another-airflow-role", "AssumeRolePolicyDocument": trust }));
    let statement = json!({ "Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "*" });
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let words = json!({ "RoleName": "another-airflow-role", "PolicyName": "x", "PolicyDocument": policy });
    bench.call("iam", "put_role_policy", words);
    let csv = json!({ "Name": "another", "Delimiter": ";" });
    bench.call("glue", "create_classifier", json!({ "CsvClassifier": csv }));
    bench.call("glue", "create_database", json!({ "DatabaseInput": { "Name": "another_db" } }));
    bench.call("iam", "create_policy", json!({ "PolicyName": "another", "PolicyDocument": another_policy() }));
    let trust = trust.replace("airflow-env.amazonaws.com", "glue.amazonaws.com");
    bench.call("iam", "create_role", json!({ "RoleName": "another-role", "AssumeRolePolicyDocument": trust }));
}

#[test]
fn what_somebody_adds_is_found_and_what_somebody_takes_away_comes_back() {
    let mut bench = Bench::start();
    for extra in EXTRAS.iter().chain(parts::DRIFTS.iter().flat_map(|(_, drift)| drift.extras)) {
        let things = bench.things(extra.layer);
        let (kind, id) = extra.resource;
        let thing = things.iter().find(|thing| thing.kind == kind && (thing.id == id || thing.physical == id));
        let thing = thing.unwrap_or_else(|| panic!("no {kind} {id}")).clone();
        (extra.act)(&bench, &thing);
        bench.found(extra.layer, &Fields::from([(thing.resource(), extra.field.to_owned())]), &[]);
        bench.repaired(extra.layer, 1, &format!("{}: {}", thing.resource(), extra.what));
    }
    let mut gone = 0;
    for name in LAYERS.iter().copied() {
        let mut kinds = BTreeSet::new();
        for thing in bench.things(name) {
            let take = parts::of(name).map_or(take_away as fn(&Bench, &Thing) -> bool, |drift| drift.take_away);
            if !kinds.contains(&thing.kind) && take(&bench, &thing) {
                kinds.insert(thing.kind.clone());
                gone += 1;
                bench.found(name, &Fields::new(), &[thing.resource()]);
                // These take a second call, a role for its rights; all else is made whole. (A log group's first one is not
                // counted: it looks like the lock's.)
                let calls = if ["role", "instance-profile"].contains(&thing.kind.as_str()) { 2 } else { 1 };
                bench.repaired(name, calls, &format!("removing {}", thing.resource()));
            }
        }
    }
    eprintln!("drift: {} additions found and taken back, {gone} things taken away and made again", EXTRAS.len());
}

#[test]
fn tags_that_change_are_found_and_a_persons_own_tags_stay() {
    let mut bench = Bench::start();
    let all: Vec<(&str, Vec<Thing>)> = LAYERS.iter().map(|name| (*name, bench.things(name))).collect();
    let (mut tried, mut untagged) = (0, BTreeMap::new());
    for (name, things) in &all {
        let tagged: Vec<&Thing> = things
            .iter()
            .filter(|thing| match tags_of(name, &thing.kind) {
                Some(Tags::Has) => true,
                Some(Tags::None(why)) => {
                    untagged.insert(thing.kind.clone(), why);
                    false
                }
                None => panic!("{}: it is not listed whether it has tags", thing.kind),
            })
            .collect();
        for thing in &tagged {
            tag_one(name, &bench, thing, "Owner", Some("a person"));
        }
        if !tagged.is_empty() {
            bench.repaired(name, 0, "tags of a person's own");
        }
        for (key, value) in [("Project", None), ("Name", Some("another name")), ("strata:expires", Some("2099-01-01"))]
        {
            for thing in &tagged {
                tag_one(name, &bench, thing, key, value);
            }
            let differs = tagged.iter().map(|thing| (thing.resource(), "tags".to_owned())).collect();
            if !tagged.is_empty() {
                bench.found(name, &differs, &[]);
                bench.repaired(name, tagged.len(), &format!("the tag {key}"));
                tried += tagged.len();
            }
        }
    }
    let seen = bench.world.snapshot();
    // A profile shows its role's tags, too: each thing counts once.
    let things = seen.as_object().unwrap().values().flat_map(|things| things.as_object().unwrap().values());
    let owners = things.filter(|thing| thing.to_string().contains("a person")).count();
    let tagged = all
        .iter()
        .flat_map(|(name, things)| things.iter().map(move |thing| (name, thing)))
        .filter(|(name, thing)| matches!(tags_of(name, &thing.kind), Some(Tags::Has)));
    assert_eq!(owners, tagged.count(), "every thing still has its person's own tag");
    eprintln!("drift: kinds without tags: {untagged:?}");
    eprintln!("drift: {tried} tags tried, found, repaired with one call each; {owners} own tags stayed");
}

/// A pipeline without a NAT gateway has an endpoint for each service, and its gateway can be detached.
#[test]
fn a_network_of_endpoints_drifts_and_is_mended() {
    let mut document = wish();
    document["pipeline"]["net"]["egress"] = json!("endpoints");
    let endpoint = Endpoint::start();
    let world = World::of(&endpoint);
    let env = endpoint.env();
    let document = up(&["net"], &document.to_string(), &env);
    let mut bench = Bench { endpoint, world, document };
    let things = bench.things("net");
    let of = |kind: &str| -> Vec<&Thing> { things.iter().filter(|thing| thing.kind == kind).collect() };
    let gateway = of("internet-gateway")[0];
    let vpc = parse(&bench.document)["net"]["vpc_id"].clone();
    let words = json!({ "InternetGatewayId": gateway.physical, "VpcId": vpc });
    bench.call("ec2", "detach_internet_gateway", words);
    bench.found("net", &Fields::from([(gateway.resource(), "vpc_id".to_owned())]), &[]);
    bench.repaired("net", 1, "detaching the gateway");

    let ends: Vec<&Thing> = of("endpoint").into_iter().filter(|thing| thing.id != "s3").collect();
    assert!(ends.len() > 5, "{ends:?}");
    let other = json!({ "GroupName": "another", "Description": "x", "VpcId": vpc });
    let other = bench.call("ec2", "create_security_group", other)["GroupId"].clone();
    let section = parse(&bench.document)["net"].clone();
    for (field, words) in [
        ("subnets", json!({ "RemoveSubnetIds": [section["private_subnet_ids"][1]] })),
        ("security_groups", json!({ "AddSecurityGroupIds": [other] })),
        ("private_dns", json!({ "PrivateDnsEnabled": false })),
    ] {
        for thing in &ends {
            let mut words = words.clone();
            words["VpcEndpointId"] = json!(thing.physical);
            bench.call("ec2", "modify_vpc_endpoint", words);
        }
        let differs = ends.iter().map(|thing| (thing.resource(), field.to_owned())).collect();
        bench.found("net", &differs, &[]);
        bench.repaired("net", ends.len(), field);
    }
    let known: Value = ["subnets", "security_groups", "private_dns", "vpc_id", "service"].into();
    let empty = Endpoint::start();
    let plan = parse(&layer("net", &["plan"], &bench.document, &empty.env()).stdout);
    for change in plan["changes"].as_array().unwrap().iter().filter(|change| {
        let resource = text(&change["resource"]);
        resource.starts_with("endpoint.") && resource != "endpoint.s3"
    }) {
        for field in change["fields"].as_array().unwrap() {
            assert!(known.as_array().unwrap().contains(&field["field"]), "{field}: there is no way to change it here");
        }
    }
    bench.call("ec2", "delete_security_group", json!({ "GroupId": other }));
    done("net", &["down", "--yes"], &bench.document, &bench.endpoint.env());
}
