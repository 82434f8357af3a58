//! The street of the local endpoint: what its services share knows none of them, and only the program lists them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use regex::Regex;
use strata_testkit::repository;

/// All Rust files of a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Signing names of the services, out of their own answers to `name()`.
fn names() -> Vec<String> {
    let name = Regex::new(r#"fn name\(&self\) -> &'static str \{\s*"([a-z0-9-]+)""#).unwrap();
    let all = sources(&repository().join("crates/local"));
    let text: String = all.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    name.captures_iter(&text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn what_services_share_names_no_service() {
    let names = names();
    assert!(names.len() >= 5, "the services were found by another pattern once: {names:?}");
    for folder in ["cloud", "endpoint", "process"] {
        for file in sources(&repository().join("crates/local").join(folder).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            // The signature and the host of a request say "s3" and "kms"; that a service answers is another matter.
            for name in names.iter().filter(|name| *name != "s3") {
                assert!(!code.contains(&format!("\"{name}\"")), "{} names the service {name}", file.display());
            }
        }
    }
}

#[test]
fn no_service_depends_on_another() {
    let local = repository().join("crates/local");
    let services: Vec<String> = std::fs::read_dir(&local)
        .unwrap()
        .flatten()
        .filter(|folder| {
            let text: String =
                sources(&folder.path().join("src")).iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
            text.contains("impl Service for")
        })
        .map(|folder| folder.file_name().into_string().unwrap())
        .collect();
    assert!(services.len() >= 5, "{services:?}");
    for service in &services {
        let manifest = std::fs::read_to_string(local.join(service).join("Cargo.toml")).unwrap();
        for other in services.iter().filter(|other| *other != service) {
            let line = format!("strata-local-{other}.workspace");
            assert!(!manifest.lines().any(|found| found.starts_with(&line)), "{service} depends on {other}");
        }
    }
    let program = std::fs::read_to_string(repository().join("bin/local/src/services.rs")).unwrap();
    for service in &services {
        assert!(
            program.contains(&format!("strata_local_{}", service.replace('-', "_"))),
            "services.rs lacks {service}"
        );
    }
}
