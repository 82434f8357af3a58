//! One endpoint with the whole pipeline, and the four runs that each change from outside is put through.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use strata_testkit::{Endpoint, World, eventually};
use strata_tests::{LAYERS, done, json as parse, layer, pipeline, up, with_all_layers};

/// What differs: a resource and a field, `vpc.main` and `dns_support`.
pub(crate) type Fields = BTreeSet<(String, String)>;

/// A pipeline that is up, and its witness.
pub(crate) struct Bench {
    pub(crate) endpoint: Endpoint,
    pub(crate) world: World,
    /// The document with every section, as each layer printed it.
    pub(crate) document: String,
}

/// One thing of a layer.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    /// `subnet`.
    pub(crate) kind: String,
    /// `private-1`.
    pub(crate) id: String,
    /// Its id or name in AWS.
    pub(crate) physical: String,
}

impl Thing {
    pub(crate) fn resource(&self) -> String {
        format!("{}.{}", self.kind, self.id)
    }
}

/// The pipeline with everything in it that a pipeline can have.
pub(crate) fn wish() -> Value {
    let mut document = pipeline();
    let wish = &mut document["pipeline"];
    wish["expires"] = json!("2030-01-01");
    wish["transforms"][0]["engine"] = json!("spark");
    wish["net"]["database_subnets"] = json!(["10.0.5.0/24", "10.0.6.0/24"]);
    // Two groups that name each other.
    let from = |port: u16, group: &str| json!({ "port": port, "group": group, "description": "" });
    wish["net"]["groups"] = json!({
        "app": { "ingress": [from(8080, "data")] }, "data": { "ingress": [from(3306, "app"), from(33060, "data")] },
    });
    wish["airflow"]["config"] = json!({ "core.default_timezone": "utc" });
    // One declared table of each format.
    wish["tables"]["given"] = json!({
        "format": "csv", "path": "data/given/", "file": "given_{date}.csv", "columns": ["a string", "b int"]
    });
    with_all_layers(document)
}

impl Bench {
    pub(crate) fn start() -> Self {
        let endpoint = Endpoint::start();
        let world = World::of(&endpoint);
        let document = up(&LAYERS, &wish().to_string(), &endpoint.env());
        Self { endpoint, world, document }
    }

    pub(crate) fn call(&self, service: &str, operation: &str, parameters: Value) -> Value {
        self.world.call(service, operation, parameters)
    }

    /// What `status` says exists, with its id in AWS.
    pub(crate) fn things(&self, name: &str) -> Vec<Thing> {
        let status = layer(name, &["status"], &self.document, &self.endpoint.env());
        let thing = |resource: &Value| {
            let (kind, id) = resource["resource"].as_str().unwrap().split_once('.').unwrap();
            let physical = resource["id"].as_str().unwrap().to_owned();
            Thing { kind: kind.to_owned(), id: id.to_owned(), physical }
        };
        parse(&status.stdout)["resources"].as_array().unwrap().iter().map(thing).collect()
    }

    /// `status` and `plan` name exactly these; `missing` are not there at all.
    pub(crate) fn found(&self, name: &str, fields: &Fields, missing: &[String]) {
        let env = self.endpoint.env();
        let status = layer(name, &["status"], &self.document, &env);
        assert_eq!(status.status, Some(4), "{name} status does not see {fields:?} {missing:?}: {}", status.stderr);
        let status = parse(&status.stdout);
        let mut seen = Fields::new();
        for resource in status["resources"].as_array().unwrap() {
            for drift in resource["drift"].as_array().unwrap() {
                seen.insert((text(&resource["resource"]), text(&drift["field"])));
            }
        }
        assert_eq!(&seen, fields, "{name} status");
        let gone: Vec<String> = status["missing"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(gone, missing, "{name} status");

        let plan = parse(&layer(name, &["plan"], &self.document, &env).stdout);
        let (mut seen, mut creates) = (Fields::new(), Vec::new());
        for change in plan["changes"].as_array().unwrap() {
            match change["action"].as_str().unwrap() {
                "create" => creates.push(text(&change["resource"])),
                "update" => seen.extend(
                    change["fields"].as_array().unwrap().iter().map(|f| (text(&change["resource"]), text(&f["field"]))),
                ),
                action => panic!("{name} plan: {action} of {}", change["resource"]),
            }
        }
        assert_eq!(&seen, fields, "{name} plan");
        assert_eq!(creates, missing, "{name} plan");
    }

    /// `up` repairs it with as many calls, the document is the same, and `status` is content. Returns the calls.
    pub(crate) fn repaired(&mut self, name: &str, calls: usize, what: &str) -> Vec<String> {
        let env = self.endpoint.env();
        let before = self.endpoint.count();
        let printed = done(name, &["up"], &self.document, &env);
        // The lock of a run that makes something is a log group, which comes and goes.
        let lock = |call: &String| call == "logs:CreateLogGroup" || call == "logs:DeleteLogGroup";
        let made: Vec<String> = self.endpoint.mutating_since(before).into_iter().filter(|call| !lock(call)).collect();
        assert_eq!(made.len(), calls, "{name} up after {what}: {made:?}");
        if what.contains("file.") {
            // S3 gives an object that is written again a new version, and the document names versions.
            let (mut old, mut new) = (parse(&self.document), parse(&printed));
            for document in [&mut old, &mut new] {
                document["storage"]["files"].as_object_mut().unwrap().values_mut().for_each(|v| *v = Value::Null);
            }
            assert_eq!(new, old, "{name} up after {what}");
            self.document = printed;
        } else {
            assert_eq!(printed, self.document, "{name} up after {what}");
        }
        let status = layer(name, &["status"], &self.document, &env);
        assert_eq!(status.status, Some(0), "{name} status after {what}: {} {}", status.stderr, status.stdout);
        made
    }

    /// Wait until MWAA has done what it was asked for.
    pub(crate) fn settled(&self) {
        eventually("the environment to rest", Duration::from_secs(30), || {
            let name = json!({ "Name": "driven-data-dev-airflow" });
            let status = self.call("mwaa", "get_environment", name);
            (status["Environment"]["Status"] == "AVAILABLE").then_some(())
        });
    }
}

/// One tag in the form of most services.
pub(crate) fn another_tag(key: &str, value: &str) -> Value {
    json!({ "Key": key, "Value": value })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// How long something took, for the table that is printed at the end.
pub(crate) fn seconds(since: Instant) -> String {
    format!("{:.1} s", since.elapsed().as_secs_f64())
}
