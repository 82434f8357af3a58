//! An endpoint with the roles and the bucket of the pipeline, and another AWS client to look with.
#![allow(dead_code, reason = "each test program uses its part")]

use serde_json::{Value, json};
use strata_testkit::{Endpoint, Output, python, repository, run};
use strata_tests::{layer, up};

/// The name that the bucket gets in the endpoint's account.
pub(crate) const BUCKET: &str = "driven-data-dev-123456789012-eu-central-1-an";

/// One test's world.
pub(crate) struct World {
    pub(crate) endpoint: Endpoint,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { endpoint: Endpoint::start() }
    }

    /// States last longer, so that a test can see them.
    pub(crate) fn slow() -> Self {
        Self { endpoint: Endpoint::start_with(&["--pace", "1500"]) }
    }

    /// `up` of these layers, each of which has to work.
    pub(crate) fn up(&self, layers: &[&str], document: &str) -> String {
        up(layers, document, &self.endpoint.env())
    }

    /// One program's verb.
    pub(crate) fn run(&self, program: &str, words: &[&str], document: &str) -> Output {
        layer(program, words, document, &self.endpoint.env())
    }

    /// One program's verb, which has to work; what it printed.
    pub(crate) fn done(&self, program: &str, words: &[&str], document: &str) -> String {
        strata_tests::done(program, words, document, &self.endpoint.env())
    }

    /// The mutating calls that `work` makes.
    pub(crate) fn calls(&self, work: impl FnOnce()) -> Vec<String> {
        let before = self.endpoint.count();
        work();
        self.endpoint.mutating_since(before)
    }

    /// One call of boto3.
    pub(crate) fn boto(&self, service: &str, operation: &str, arguments: Value) -> Value {
        let script = repository().join("tests/catalog/call.py");
        let words = [script.to_str().unwrap(), service, operation, &arguments.to_string()];
        let mut env = self.endpoint.env().to_vec();
        // A bytecode folder in the repository would be a file that no commit has.
        env.push(("PYTHONDONTWRITEBYTECODE", "1"));
        let output = run(python(), &words, "", &env);
        assert_eq!(output.status, Some(0), "{service} {operation}: {}", output.stderr);
        serde_json::from_str(&output.stdout).unwrap()
    }

    /// Write an object into the bucket.
    pub(crate) fn put(&self, key: &str, text: &str) {
        self.boto("s3", "put_object", json!({ "Bucket": BUCKET, "Key": key, "Body": text }));
    }

    /// The version ids of the objects below a prefix, by key.
    pub(crate) fn objects(&self, prefix: &str) -> Value {
        let found = self.boto("s3", "list_object_versions", json!({ "Bucket": BUCKET, "Prefix": prefix }));
        let latest = found["Versions"].as_array().into_iter().flatten().filter(|version| version["IsLatest"] == true);
        latest.map(|version| (version["Key"].as_str().unwrap().to_owned(), version["VersionId"].clone())).collect()
    }

    /// The rows of a query.
    pub(crate) fn query(&self, document: &str, sql: &str) -> Value {
        strata_tests::json(&self.done("catalog", &["query", sql, "--format", "json"], document))
    }
}

/// The real day.
pub(crate) fn day() -> String {
    std::fs::read_to_string(repository().join("tests/fixtures/batch_2024-09-15.csv")).unwrap()
}

/// The key of a day's raw file.
pub(crate) fn raw(date: &str) -> String {
    format!("data/raw/raw_batch_data_{date}.csv")
}

/// The values of one field, sorted.
pub(crate) fn sorted(values: &Value) -> Vec<&str> {
    let mut texts: Vec<&str> = values.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect();
    texts.sort_unstable();
    texts
}
