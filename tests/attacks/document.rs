//! The document's parser and merger.

use crate::kit::{HOSTILE, holds, hostile};
use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};
use strata_state::{Document, read};
use strata_tests::pipeline;

/// Any JSON value, not too large.
fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("JSON has no such number", steady),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number.prop_map(Value::from),
        hostile().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(hostile(), inner, 0..6).prop_map(|map| Map::from_iter(map).into()),
        ]
    })
}

/// A number with a point that serde_json reads back as it wrote it. Without its feature `float_roundtrip` it may be off
/// by the last of 53 bits; no number of the wish has so many digits.
fn steady(number: f64) -> Option<Number> {
    let text = Number::from_f64(number)?.to_string();
    serde_json::from_str::<f64>(&text).ok().filter(|read| *read == number).and_then(Number::from_f64)
}

/// Sections that no program of ours knows.
fn sections() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("[a-z]{1,3}_", value(), 0..6).prop_map(Map::from_iter)
}

fn document(sections: &Map<String, Value>) -> Value {
    let mut document = pipeline();
    document.as_object_mut().unwrap().extend(sections.clone());
    document
}

/// All places in a value, as JSON pointers.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| pointers(value, &step(key), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| pointers(value, &step(&index.to_string()), found));
        }
        _ => {}
    }
}

/// What `read` makes of a text has to print, and read back as the same; what it refuses needs a sentence.
fn sound(text: &str) -> Result<Option<Document>, TestCaseError> {
    match read(text) {
        Ok(document) => {
            let printed = document.print().unwrap();
            let again = read(&printed).map_err(|why| TestCaseError::fail(format!("{why}, of what was printed")))?;
            prop_assert_eq!(&again, &document);
            prop_assert_eq!(again.print().unwrap(), printed);
            Ok(Some(document))
        }
        Err(why) => {
            let said = why.to_string();
            let starts = ["reading the document", "merging the documents", "checking the pipeline"];
            prop_assert!(starts.iter().any(|start| said.starts_with(start)), "{}", said);
            Ok(None)
        }
    }
}

#[test]
fn any_text_is_read_or_refused_with_a_sentence() {
    holds("any text as a document", 20_000, any::<String>(), |text| sound(&text).map(drop));
}

#[test]
fn the_pipeline_with_one_value_replaced_is_read_or_refused() {
    let mut places = Vec::new();
    pointers(&pipeline(), "", &mut places);
    let input = (prop::sample::select(places), value());
    holds("the pipeline with any value anywhere", 4_000, input, |(place, value)| {
        let mut document = pipeline();
        *document.pointer_mut(&place).unwrap() = value;
        sound(&document.to_string()).map(drop)
    });
}

#[test]
fn the_pipeline_with_its_text_damaged_is_read_or_refused() {
    let text = pipeline().to_string();
    let pieces =
        vec!["\"", "{", "}", "[", "]", ",", ":", "\\ud800", "\\u0000", "1e999", "-", "null", "\u{feff}", "\r\n", "\0"];
    let damage = (0..text.len(), 0..40_usize, prop::sample::select(pieces));
    holds("the pipeline with its text damaged", 5_000, prop::collection::vec(damage, 1..4), |damages| {
        let mut text = text.clone();
        for (at, cut, piece) in damages {
            let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let end = (at + cut..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
            text.replace_range(at..end, piece);
        }
        sound(&text).map(drop)
    });
}

#[test]
fn sections_that_nobody_knows_are_kept_and_merging_is_associative() {
    let input = (prop::collection::vec(sections(), 3), 0..3_usize);
    holds("three documents merged", 1_000, input, |(all, split)| {
        let texts: Vec<String> = all.iter().map(|sections| document(sections).to_string()).collect();
        let whole = read(&texts.concat());
        let print = |text: &str| read(text).map(|document| document.print().unwrap());
        let left =
            print(&texts[..=split].concat()).and_then(|left| read(&[left, texts[split + 1..].concat()].concat()));
        let right = print(&texts[split..].concat()).and_then(|right| read(&[texts[..split].concat(), right].concat()));
        match (whole, left, right) {
            (Ok(whole), Ok(left), Ok(right)) => {
                prop_assert!(whole == left && whole == right, "{:?}\n{:?}\n{:?}", whole, left, right);
                for (name, value) in all.iter().flatten() {
                    prop_assert!(holds_all(&whole.unknown[name], value), "{} lost {}", name, value);
                }
            }
            (Err(_), Err(_), Err(_)) => {}
            (whole, left, right) => prop_assert!(false, "{:?}\n{:?}\n{:?}", whole, left, right),
        }
        Ok(())
    });
}

/// Whether everything in `part` is in `whole`.
fn holds_all(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| holds_all(whole, value)))
        }
        (whole, part) => whole == part,
    }
}

#[test]
fn a_document_merged_with_itself_is_itself() {
    holds("a document merged with itself", 1_000, sections(), |sections| {
        let text = document(&sections).to_string();
        let once = read(&text).unwrap();
        prop_assert_eq!(&read(&format!("{text}{text}\n{text}")).unwrap(), &once);
        // Its own print counts as itself, too.
        prop_assert_eq!(read(&format!("{text}{}", once.print().unwrap())).unwrap(), once);
        Ok(())
    });
}

#[test]
fn a_conflict_names_its_path() {
    let input = (prop::collection::vec("[a-z]{1,4}", 1..6), value(), value());
    holds("two documents that disagree", 1_500, input, |(path, one, other)| {
        let clash = !(one.is_object() && other.is_object()) && one != other;
        prop_assume!(clash);
        let nested = |leaf: &Value| path.iter().rev().fold(leaf.clone(), |inner, key| json!({ key.as_str(): inner }));
        let text = |leaf: &Value| document(&Map::from_iter([("section_".to_owned(), nested(leaf))])).to_string();
        let said = read(&(text(&one) + &text(&other))).unwrap_err().to_string();
        let place = format!("`section_.{}`", path.join("."));
        prop_assert!(said.starts_with("merging the documents: they disagree at ") && said.contains(&place), "{}", said);
        Ok(())
    });
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    let text = pipeline().to_string();
    for (what, replaced, by) in [
        ("env", "\"env\":\"dev\"", "\"env\":\"dev\",\"env\":\"prod\""),
        ("cidr", "\"cidr\":\"10.0.0.0/16\",\"", "\"cidr\":\"10.0.0.0/16\",\"cidr\":\"10.0.0.0/16\",\""),
        ("a", "{\"$schema\"", "{\"unknown\":[{\"a\":1,\"b\":{},\"a\":1}],\"$schema\""),
    ] {
        let twice = text.replacen(replaced, by, 1);
        assert_ne!(twice, text, "{what}");
        let said = read(&twice).unwrap_err().to_string();
        assert!(said.contains(&format!("`{what}` is there twice")) && said.contains("line 1, column "), "{said}");
    }
}

#[test]
fn what_editors_of_other_systems_write_is_read() {
    let text = pipeline().to_string();
    let plain = read(&text).unwrap();
    let pretty = format!("{:#}", pipeline()).replace('\n', "\r\n");
    for text in [format!("\u{feff}{text}"), pretty, format!("\u{feff}{text}\r\n\u{feff}{text}")] {
        assert_eq!(read(&text).unwrap(), plain);
    }
}

#[test]
fn what_json_cannot_say_is_refused_where_it_stands() {
    let text = pipeline().to_string();
    let deep = "[".repeat(100_000);
    let wide = format!("{}1{}", "{\"a\":".repeat(300), "}".repeat(300));
    for bad in [
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "1e999",
        "-1e999",
        "\"a\0b\"",
        "01",
        "+1",
        "NaN",
        "Infinity",
        &deep,
        &wide,
    ] {
        let said =
            read(&text.replacen("\"$schema\"", &format!("\"section\":{bad},\"$schema\""), 1)).unwrap_err().to_string();
        assert!(said.contains("it is not JSON, line 1, column "), "{said}");
    }
}

#[test]
fn a_message_is_short_whatever_is_in_it() {
    for text in HOSTILE {
        let mut document = pipeline();
        document["pipeline"]["name"] = json!(text.repeat(10_000));
        let said = read(&document.to_string()).unwrap_err().to_string();
        assert!(said.chars().count() < 1_000, "{} characters", said.chars().count());
    }
}

#[test]
fn numbers_of_unknown_sections_do_not_change() {
    // Each pass through a program reads and prints them.
    for number in [
        "0.1",
        "1e-7",
        "123456789012345680.0",
        "18446744073709551615",
        "-9223372036854775808",
        "2.2250738585072014e-308",
    ] {
        let text = pipeline().to_string().replacen("\"$schema\"", &format!("\"section\":{number},\"$schema\""), 1);
        let printed = read(&text).unwrap().print().unwrap();
        assert_eq!(read(&printed).unwrap().print().unwrap(), printed, "{number}");
    }
}
