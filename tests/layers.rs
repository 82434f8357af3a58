//! A layer is said once: its name is in its folder, its module and its files, and in no list besides the table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use strata_testkit::{bin, repository, run};
use strata_tests::{LAYERS, done, json, layer, pipeline_of};

/// So many layers named within so many lines are a list of them.
const A_LIST: usize = 5;
const WITHIN: usize = 4;

/// The files of these folders that people write.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "__pycache__"].contains(&name.as_str()) && !path.ends_with("crates/state/src/layers") {
                sources(&path, found);
            }
        } else if !["json", "md", "csv", "txt", "lock", "pyc"].iter().any(|end| name.ends_with(&format!(".{end}"))) {
            found.push(path);
        }
    }
}

/// The layers that are named in these lines: in quotes, and in shell scripts also as bare words.
fn named(lines: &[&str], is_shell: bool) -> BTreeSet<&'static str> {
    let text = lines.join("\n");
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').collect();
    let is_named = |name: &&str| text.contains(&format!("\"{name}\"")) || is_shell && words.contains(name);
    LAYERS.iter().copied().filter(is_named).collect()
}

#[test]
fn layers_are_listed_nowhere_but_in_the_table() {
    let mut files = Vec::new();
    for folder in ["bin", "crates", "scripts", "tests", ".ci"] {
        sources(&repository().join(folder), &mut files);
    }
    files.push(repository().join("Justfile"));
    assert!(files.len() > 300, "{}", files.len());
    let mut lists = BTreeSet::new();
    for file in files {
        // Pictures are no text.
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let is_shell = file.extension().is_none_or(|end| end == "sh");
        let lines: Vec<&str> = text.lines().collect();
        for (at, window) in lines.windows(WITHIN.min(lines.len()).max(1)).enumerate() {
            let code: Vec<&str> =
                window.iter().copied().filter(|line| !line.trim_start().starts_with(['#', '/'])).collect();
            if named(&code, is_shell).len() >= A_LIST {
                lists.insert(format!("{}:{}", file.strip_prefix(repository()).unwrap().display(), at + 1));
                break;
            }
        }
    }
    assert_eq!(lists, BTreeSet::new(), "the table of layers is crates/state/src/layers/: read it, and list nothing");
}

#[test]
fn a_second_list_would_be_found() {
    let list = format!("[{}]", LAYERS.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "));
    assert!(named(&[&list], false).len() >= A_LIST);
    assert!(named(&[&format!("for layer in {}; do", LAYERS.join(" "))], true).len() >= A_LIST);
}

#[test]
fn each_layer_is_a_folder_a_policy_and_a_test_of_its_name() {
    let root = repository();
    for name in LAYERS.iter() {
        for path in
            [format!("bin/{name}/Cargo.toml"), format!("policies/deployer/{name}.json"), format!("tests/{name}.rs")]
        {
            assert!(root.join(&path).is_file(), "{path} is missing");
        }
        let help = run(bin(name), &["--help"], "", &[]);
        let about = strata_state::layers::find(name).unwrap().about;
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&help.stdout).contains(&words(about)), "{name}: {}", help.stdout);
    }
}

#[test]
fn the_table_is_printed_in_stages() {
    let all = run(bin("pipeline"), &["layers", "--all", "--stages"], "", &[]);
    let printed: Vec<&str> = all.stdout.split_whitespace().collect();
    assert_eq!(printed, *LAYERS, "{}", all.stdout);
    let minimal = run(bin("pipeline"), &["layers"], &pipeline_of("minimal").to_string(), &[]);
    assert_eq!(minimal.stdout.split_whitespace().collect::<Vec<_>>(), ["iam", "storage", "catalog", "jobs"]);
}

#[test]
fn a_layer_that_is_not_asked_for_makes_nothing_and_passes_the_document_on() {
    let endpoint = strata_testkit::Endpoint::start();
    let wish = pipeline_of("minimal").to_string();
    let mut document = wish;
    for name in LAYERS.iter() {
        let before = endpoint.count();
        let after = done(name, &["up"], &document, &endpoint.env());
        let asked = ["iam", "storage", "catalog", "jobs"].contains(name);
        assert_eq!(endpoint.mutating_since(before).is_empty(), !asked, "{name}");
        assert_eq!(json(&after).get(name).is_some(), asked, "{name}: {after}");
        document = after;
    }
    let seen = strata_testkit::World::of(&endpoint).count();
    let made =
        ["vpc", "role", "bucket", "database", "job", "environment", "workflow", "crawler"].map(|kind| seen[kind]);
    assert_eq!(made, [0, 1, 1, 1, 1, 0, 0, 0], "a bucket, a role, a catalog and a job only: {seen:?}");
    // Asked for once and no longer: what it made goes.
    let mut more: serde_json::Value = pipeline_of("minimal");
    more["pipeline"]["net"] = serde_json::json!({});
    done("net", &["up"], &more.to_string(), &endpoint.env());
    assert_eq!(strata_testkit::World::of(&endpoint).count()["vpc"], 1);
    let status = layer("net", &["status"], &document, &endpoint.env());
    assert_eq!(status.status, Some(4), "{}", status.stderr);
    done("net", &["up"], &document, &endpoint.env());
    assert_eq!(strata_testkit::World::of(&endpoint).count()["vpc"], 0);
}
