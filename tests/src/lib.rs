//! What several test files need: the pipeline as JSON, with changes, and chains of layers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod airflow;
mod checkout;
mod wishes;

pub use airflow::{added_packages, airflow};
pub use checkout::{Checkout, Said};
pub use wishes::{Asked, wishes, with_all_layers};

use serde_json::Value;
use std::sync::LazyLock;
use strata_testkit::{Output, bin, repository, run};

/// All layers in the order of `up`, from the table: what a pipeline does not ask for, it passes on.
pub static LAYERS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| strata_state::layers::all().iter().map(|layer| layer.name).collect());

/// The layers that `layer` may use, in the order of `up`.
pub fn below(layer: &str) -> Vec<&'static str> {
    let uses = |name: &str| strata_state::layers::find(name).unwrap_or_else(|| panic!("no layer {name}")).uses;
    let mut all: Vec<&str> = uses(layer).to_vec();
    let mut at = 0;
    while let Some(name) = all.get(at) {
        all.extend(uses(name));
        at += 1;
    }
    LAYERS.iter().copied().filter(|name| all.contains(name)).collect()
}

/// `layer` and all that it may use, in the order of `up`.
pub fn until(layer: &'static str) -> Vec<&'static str> {
    [below(layer), vec![layer]].concat()
}

/// The driven-data pipeline as it is checked in.
pub fn pipeline() -> Value {
    pipeline_of("driven-data")
}

/// A pipeline as it is checked in. `minimal` has one CSV table and one transform, no network and no Airflow: what a test
/// takes that is not about those.
pub fn pipeline_of(name: &str) -> Value {
    let path = repository().join(format!("pipelines/{name}/pipeline.json"));
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

/// Whether a log group is one of Glue's that all of an account share: it stays when a pipeline goes.
pub fn is_shared_log(name: &str) -> bool {
    let kinds = ["jobs/output", "jobs/error", "jobs/logs-v2", "python-jobs/output", "python-jobs/error", "crawlers"];
    name.strip_prefix("/aws-glue/").is_some_and(|rest| kinds.contains(&rest))
}

/// A document as JSON.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not one JSON document: {error}: {text}"))
}

/// Whether two documents say the same but for what AWS chooses; where not, the paths that differ.
pub fn assert_same(what: &str, document: &str, expected: &str) {
    let blanked = |text: &str| {
        let mut document = json(text);
        blank_ids(&mut document);
        document
    };
    let differences = strata_testkit::world::differences(&blanked(expected), &blanked(document));
    assert!(differences.is_empty(), "{what}: {differences:#?}");
}

/// Replace what AWS chooses, so that two runs can be compared.
pub fn blank_ids(value: &mut Value) {
    match value {
        Value::String(text) => {
            let chosen = ["vpc-", "subnet-", "igw-", "nat-", "eipalloc-", "rtb-", "sg-", "vpce-"];
            if let Some(prefix) = chosen.iter().find(|prefix| text.starts_with(**prefix)) {
                *text = format!("{prefix}x");
            } else if is_uuid(Some(text)) || (text.len() == 32 && text.bytes().all(is_of_a_version)) {
                "a version, or another id".clone_into(text);
            } else if let Some(at) = (0..text.len().saturating_sub(35)).find(|at| is_uuid(text.get(*at..at + 36))) {
                text.replace_range(at..at + 36, "uuid");
            } else if let Some((name, end)) = text.rsplit_once('-').filter(|(name, _)| name.contains(":workflow/")) {
                *text = format!("{name}-{}", "x".repeat(end.len()));
            } else if text.parse::<std::net::Ipv4Addr>().is_ok() {
                "x.x.x.x".clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(blank_ids),
        Value::Object(fields) => fields.values_mut().for_each(blank_ids),
        _ => {}
    }
}

/// The form of a version id, or of a web server's name.
/// Of S3's objects, and of workflows.
fn is_of_a_version(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_uuid(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.split('-').map(str::len).eq([8, 4, 4, 4, 12]))
}
