//! Classifiers. CSV classifiers are read by the crawler; the other kinds are kept as they come.

use crate::store::Shelf;
use crate::{check, page::page};
use serde_json::{Map, Value, json};
use strata_local_wire::{Answer, AwsError};

const KINDS: [&str; 4] = ["GrokClassifier", "XMLClassifier", "JsonClassifier", "CsvClassifier"];
const TYPES: [&str; 11] =
    ["BINARY", "BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "INT", "LONG", "SHORT", "STRING", "TIMESTAMP"];

/// The one kind in a request, by what the answer calls it.
fn wish(body: &Value) -> Result<(String, Value), AwsError> {
    let mut given =
        KINDS.iter().filter(|kind| body[**kind].is_object()).map(|kind| ((*kind).to_owned(), body[*kind].clone()));
    let first = given.next().ok_or_else(|| check::invalid("Exactly one classifier must be specified"))?;
    if given.next().is_some() {
        return Err(check::invalid("Exactly one classifier must be specified"));
    }
    check::name(&first.1, "Name")?;
    if first.0 == "CsvClassifier" {
        check_csv(&first.1)?;
    }
    Ok(first)
}

fn check_csv(csv: &Value) -> Result<(), AwsError> {
    check::one_of(csv, "ContainsHeader", &["UNKNOWN", "PRESENT", "ABSENT"])?;
    check::one_of(csv, "Serde", &["OpenCSVSerDe", "LazySimpleSerDe", "None"])?;
    for key in ["Delimiter", "QuoteSymbol"] {
        if csv[key].as_str().is_some_and(|text| text.chars().count() != 1) {
            return Err(check::invalid(format!("{key} must be a single character")));
        }
    }
    if csv["Delimiter"].is_string() && csv["Delimiter"] == csv["QuoteSymbol"] {
        return Err(check::invalid("Delimiter and quote symbol must be different"));
    }
    let types = csv["CustomDatatypes"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !types.is_empty() && csv["CustomDatatypeConfigured"] != json!(true) {
        return Err(check::invalid("Custom data types can only be given when CustomDatatypeConfigured is true"));
    }
    for kind in types.iter().filter_map(Value::as_str) {
        if !TYPES.contains(&kind.to_uppercase().as_str()) {
            return Err(check::invalid(format!("Unsupported custom data type: {kind}")));
        }
    }
    let header = csv["Header"].as_array().map_or(0, Vec::len);
    if header > 0 && !types.is_empty() && header != types.len() {
        return Err(check::invalid("Number of custom data types must be equal to the number of columns in the header"));
    }
    Ok(())
}

fn absent(name: &str) -> AwsError {
    check::missing(format!("Classifier entry with name {name} does not exist"))
}

pub(crate) fn create(shelf: &mut Shelf, body: &Value) -> Answer {
    let (kind, mut value) = wish(body)?;
    let name = check::name(&value, "Name")?.to_owned();
    if shelf.classifiers.contains_key(&name) {
        return Err(AwsError::new("AlreadyExistsException", format!("Classifier with name {name} already exists")));
    }
    value["Version"] = 1.into();
    value["CreationTime"] = check::now();
    value["LastUpdated"] = check::now();
    if kind == "CsvClassifier" && value["ContainsHeader"].is_null() {
        value["ContainsHeader"] = "UNKNOWN".into();
    }
    shelf.classifiers.insert(name, json!({ kind: value }));
    Ok(json!({}))
}

pub(crate) fn update(shelf: &mut Shelf, body: &Value) -> Answer {
    let (kind, value) = wish(body)?;
    let name = check::name(&value, "Name")?.to_owned();
    let old = shelf.classifiers.get_mut(&name).ok_or_else(|| absent(&name))?;
    let Some(kept) = old[&kind].as_object_mut() else {
        return Err(check::invalid(format!("Classifier {name} is of another kind than {kind}")));
    };
    // What the request leaves out stays as it is.
    kept.extend(value.as_object().cloned().unwrap_or_else(Map::new));
    kept.insert("LastUpdated".into(), check::now());
    let version = kept.get("Version").and_then(Value::as_i64).unwrap_or(1);
    kept.insert("Version".into(), (version + 1).into());
    Ok(json!({}))
}

pub(crate) fn delete(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "Name")?;
    shelf.classifiers.remove(name).map(|_| json!({})).ok_or_else(|| absent(name))
}

pub(crate) fn get(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "Name")?;
    shelf.classifiers.get(name).map(|value| json!({ "Classifier": value })).ok_or_else(|| absent(name))
}

pub(crate) fn list(shelf: &mut Shelf, body: &Value) -> Answer {
    page(body, "Classifiers", shelf.classifiers.values().cloned().collect())
}
