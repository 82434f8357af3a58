//! Pipelines that have a layer: driven-data where it has it, and what is in `tests/wishes/`.

use crate::{pipeline, pipeline_of};
use serde_json::Value;
use strata_testkit::repository;

/// A pipeline that asks for a layer.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What tables of figures call it: the layer, and the way where it has several.
    pub label: String,
    /// What goes to the first program's stdin.
    pub wish: Value,
    /// Whether `up` after `down` finds what AWS still keeps, and takes it again by other calls.
    pub returns: bool,
}

/// Pipelines that ask for `layer`: driven-data itself where it has the layer, and a pipeline for each file
/// `tests/wishes/<layer>.json` and `tests/wishes/<layer>.<way>.json`: `{"of": "minimal", "with": {merge patch}}`, with
/// `"returns": true` where AWS keeps for days what `down` removed.
pub fn wishes(layer: &str) -> Vec<Asked> {
    let mut found = Vec::new();
    let own = pipeline();
    let document = strata_state::read(&own.to_string()).unwrap();
    if strata_state::layers::is_asked(layer, &document.pipeline) {
        found.push(Asked { label: layer.to_owned(), wish: own, returns: false });
    }
    let folder = repository().join("tests/wishes");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let way = name.strip_prefix(layer).filter(|way| way.is_empty() || way.starts_with('.'));
        let Some(way) = way else { continue };
        let about: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let mut wish = pipeline_of(about["of"].as_str().unwrap_or("minimal"));
        patch(&mut wish["pipeline"], &about["with"]);
        let way = if way.is_empty() && !found.is_empty() { "more" } else { way.trim_start_matches('.') };
        let label = if way.is_empty() { layer.to_owned() } else { format!("{layer}, {way}") };
        found.push(Asked { label, wish, returns: about["returns"] == true });
    }
    assert!(!found.is_empty(), "no pipeline has the layer {layer}: write tests/wishes/{layer}.json");
    found
}

/// The pipeline with every layer that `tests/wishes/<layer>.json` brings.
pub fn with_all_layers(mut wish: Value) -> Value {
    for layer in strata_state::layers::all() {
        let file = repository().join(format!("tests/wishes/{}.json", layer.name));
        if let Ok(text) = std::fs::read_to_string(file) {
            let about: Value = serde_json::from_str(&text).unwrap();
            patch(&mut wish["pipeline"], &about["with"]);
        }
    }
    wish
}

/// A JSON merge patch (RFC 7396).
fn patch(base: &mut Value, with: &Value) {
    let Some(fields) = with.as_object() else { return with.clone_into(base) };
    if !base.is_object() {
        *base = Value::Object(serde_json::Map::new());
    }
    for (name, value) in fields {
        match (value, base.as_object_mut()) {
            (Value::Null, Some(base)) => drop(base.remove(name)),
            (value, Some(base)) => patch(base.entry(name.clone()).or_insert(Value::Null), value),
            (_, None) => {}
        }
    }
}
