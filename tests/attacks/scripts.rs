//! The entry behind `just`: hostile words in arguments, settings and pipeline.json execute nothing.

use crate::kit::figures;
use serde_json::json;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;
use strata_tests::{Checkout, Said, pipeline};

fn canary(checkout: &Checkout) -> PathBuf {
    checkout.path("canary")
}

/// Words that create `canary` if they are executed.
fn words() -> Vec<String> {
    let forms = [
        "$(touch canary)",
        "x; touch canary",
        "x\ntouch canary",
        "'; touch canary; '",
        "\"; touch canary; \"",
        "a[$(touch canary)]",
        "$(touch canary>&2)",
    ];
    forms.map(str::to_owned).to_vec()
}

#[test]
fn nothing_is_executed() {
    let (checkout, begun) = (Checkout::new(), Instant::now());
    checkout.done(&["up"]);
    let mut cases = 0;
    let mut hold = |what: &str, said: Said| {
        assert!(!canary(&checkout).exists(), "{what} was executed: {}", said.err);
        assert!(!said.err.contains("panicked") && said.code != Some(101), "{what}: {}", said.err);
        cases += 1;
        said
    };
    for text in words() {
        let text = text.as_str();
        for words in [
            vec!["run".to_owned(), format!("date={text}")],
            vec!["run".into(), format!("rows={text}")],
            vec!["run".into(), format!("input={text}"), "date=2024-09-15".into()],
            vec!["run".into(), format!("{text}=x")],
            vec!["run".into(), format!("table={text}"), "input=x".into()],
            vec!["dag".into(), format!("from={text}"), "to=2024-09-15".into()],
            vec!["query".into(), text.into()],
            vec!["query".into(), format!("format={text}")],
            vec!["layer".into(), "net".into(), "status".into(), format!("--env={text}")],
            vec!["layer".into(), text.into(), "status".into()],
            vec!["layer".into(), "net".into(), text.into()],
            vec![text.into()],
            vec!["plan".into(), text.into()],
            vec!["plan".into(), format!("pipeline={text}")],
            vec!["plan".into(), format!("env={text}")],
            vec!["plan".into(), format!("target={text}")],
            vec!["dag-variable".into(), text.into()],
        ] {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let said = hold(&format!("{words:?}"), checkout.strata(&words));
            assert_ne!(said.code, Some(0), "{words:?}");
        }
        for (name, words) in [
            ("TARGET", &["plan"][..]),
            ("STRATA_AS", &["query"]),
            ("AWS_REGION", &["layer", "net", "status"]),
            ("AWS_DEFAULT_REGION", &["layer", "net", "status"]),
            ("AWS_PROFILE", &["layer", "net", "status"]),
            ("AWS_ENDPOINT_URL", &["layer", "net", "status"]),
            ("AWS_ENDPOINT_URL_EC2", &["layer", "net", "status"]),
        ] {
            hold(&format!("{name}={text}"), checkout.strata_in("", words, &[(name, text)]));
        }
    }
    figures("hostile words for the entry", cases, begun);
}

#[test]
fn nothing_in_a_pipeline_is_executed() {
    let (checkout, begun) = (Checkout::new(), Instant::now());
    let mut cases = 0;
    for text in words() {
        for (pointer, recipe) in [
            ("/name", "up"),
            ("/env", "down"),
            ("/folder", "plan"),
            ("/region", "status"),
            ("/transforms/0/name", "up"),
            ("/transforms/0/sql", "up"),
            ("/tags/Project", "up"),
            ("/generate/locale", "plan"),
            ("/net/ingress/0/description", "up"),
        ] {
            let mut document = pipeline();
            *document.pointer_mut(&format!("/pipeline{pointer}")).unwrap() = json!(text);
            std::fs::write(checkout.path("pipeline.json"), document.to_string()).unwrap();
            let said = checkout.strata(&[recipe]);
            assert!(!canary(&checkout).exists(), "{pointer} {text} was executed");
            assert!(said.code.is_some_and(|code| code != 101), "{}", said.err);
            cases += 1;
        }
    }
    figures("hostile words in a pipeline, through the entry", cases, begun);
}

#[test]
fn a_layer_is_a_program_of_ours() {
    let checkout = Checkout::new();
    let evil = checkout.path("evil");
    std::fs::write(&evil, "#!/bin/sh\ntouch canary\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&evil).status().unwrap().success());
    for name in ["../../evil", "./../../evil", "/../../evil", "", "..", "local"] {
        let said = checkout.strata(&["layer", name, "up"]);
        assert_eq!(said.code, Some(2), "{name}: {}", said.err);
        assert!(!canary(&checkout).exists(), "{name}");
    }
}
