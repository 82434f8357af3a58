//! What several test files need: the pipeline as JSON, with changes, and chains of layers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use strata_testkit::{Output, bin, repository, run};

/// The layers in the order of `up`.
pub const LAYERS: [&str; 6] = ["net", "iam", "storage", "catalog", "jobs", "airflow"];

/// The driven-data pipeline as it is checked in.
pub fn pipeline() -> Value {
    let path = repository().join("pipelines/driven-data/pipeline.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The pipeline with one value changed; `pointer` is a JSON pointer below `/pipeline`.
pub fn changed(pointer: &str, value: impl Into<Value>) -> Value {
    let mut document = pipeline();
    *document.pointer_mut(&format!("/pipeline{pointer}")).unwrap_or_else(|| panic!("no {pointer}")) = value.into();
    document
}

/// Run one program's verb on a document.
pub fn layer(name: &str, words: &[&str], document: &str, env: &[(&str, &str)]) -> Output {
    run(bin(name), words, document, env)
}

/// Run one program's verb, which has to succeed, and return what it printed.
pub fn done(name: &str, words: &[&str], document: &str, env: &[(&str, &str)]) -> String {
    let output = layer(name, words, document, env);
    assert_eq!(output.status, Some(0), "{name} {words:?}: {}", output.stderr);
    output.stdout
}

/// `up` of these layers, each reading what the one before printed.
pub fn up(layers: &[&str], document: &str, env: &[(&str, &str)]) -> String {
    layers.iter().fold(document.to_owned(), |document, name| done(name, &["up"], &document, env))
}

/// A document as JSON.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not one JSON document: {error}: {text}"))
}
