//! A site to break, and what it means that a bug is caught.

use serde_json::Value;
use std::time::{Duration, Instant};
use strata_testkit::{Endpoint, World};
use strata_tests::{done, json as parse, layer, pipeline, up};

/// The longest that a plan may take.
const LIMIT: Duration = Duration::from_secs(5);

/// An endpoint with some layers in place, and the document of that.
pub(crate) struct Site {
    pub(crate) endpoint: Endpoint,
    pub(crate) world: World,
    pub(crate) document: Value,
}

impl Site {
    /// driven-data with these layers.
    pub(crate) fn new(layers: &[&str]) -> Self {
        Self::of(&pipeline(), layers)
    }

    /// Another wish with these layers.
    pub(crate) fn of(wish: &Value, layers: &[&str]) -> Self {
        let endpoint = Endpoint::start();
        let document = parse(&up(layers, &wish.to_string(), &endpoint.env()));
        let world = World::of(&endpoint);
        Self { endpoint, world, document }
    }

    /// The document with one value changed.
    pub(crate) fn with(&self, pointer: &str, value: Value) -> Value {
        let mut document = self.document.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            fields => fields[name] = value,
        }
        document
    }

    /// A value of the document as text.
    pub(crate) fn id(&self, pointer: &str) -> String {
        self.document.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer}")).to_owned()
    }

    /// Set the endpoint's weather.
    pub(crate) fn weather(&self, weather: &Value) {
        self.endpoint.weather(weather);
    }

    /// `airflow plan` names it with its remedy, in time and without a change; `airflow up` refuses. Gives all findings.
    pub(crate) fn caught(&self, bug: &str, document: &Value, what: &str, remedy: &str) -> Vec<Value> {
        let (env, text) = (self.endpoint.env(), document.to_string());
        let (before, start) = (self.endpoint.count(), Instant::now());
        let plan = layer("airflow", &["plan"], &text, &env);
        let took = start.elapsed();
        let findings = parse(&plan.stdout)["findings"].as_array().cloned().unwrap_or_default();
        let calls = self.endpoint.requests(before).len();
        eprintln!("{bug}: {:.2} s, {calls} calls, {} findings", took.as_secs_f64(), findings.len());
        assert_eq!(plan.status, Some(1), "{bug}: {}", plan.stderr);
        assert!(took < LIMIT, "{bug}: {took:?}");
        let has = |finding: &&Value, field: &str, part: &str| {
            finding[field].as_str().is_some_and(|text| text.contains(part) && !text.contains('\n'))
        };
        let named = findings.iter().find(|finding| has(finding, "what", what));
        let named = named.unwrap_or_else(|| panic!("{bug}: nothing says `{what}`: {findings:#?}"));
        assert!(has(&named, "remedy", remedy), "{bug}: {named}");
        assert!(plan.stderr.contains(what), "{bug}: {}", plan.stderr);

        let refused = layer("airflow", &["up"], &text, &env);
        assert_eq!(refused.status, Some(2), "{bug}: {}", refused.stderr);
        assert_eq!(parse(&refused.stdout)["failed"]["layer"], "airflow", "{bug}");
        assert_eq!(self.endpoint.mutating_since(before), Vec::<String>::new(), "{bug}");
        findings
    }

    /// After what the remedy says, there is nothing left to say.
    pub(crate) fn repaired(&self, bug: &str, layer_name: &str) {
        let document = done(layer_name, &["up"], &self.document.to_string(), &self.endpoint.env());
        let plan = layer("airflow", &["plan"], &document, &self.endpoint.env());
        assert_eq!(plan.status, Some(0), "{bug} after `{layer_name} up`: {}", plan.stderr);
    }
}
