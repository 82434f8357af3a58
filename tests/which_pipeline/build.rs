//! Programs are compiled when a source is newer, only those that are needed, and without a word when nothing is to do.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use strata_testkit::repository;
use strata_tests::Checkout;

/// A cargo that only says what it was asked for, and a manifest, so that there is something to compile.
fn with_cargo(checkout: &Checkout) -> (PathBuf, PathBuf) {
    let (tools, log) = (checkout.path("tools"), checkout.path("tools/log"));
    std::fs::create_dir_all(&tools).unwrap();
    let cargo = tools.join("cargo");
    std::fs::write(&cargo, format!("#!/bin/sh\necho \"$PWD $*\" >> '{}'\n", log.display())).unwrap();
    std::fs::set_permissions(&cargo, PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::copy(repository().join("Cargo.toml"), checkout.path("Cargo.toml")).unwrap();
    (tools, log)
}

#[test]
fn u38_nothing_is_compiled_twice_and_only_what_is_needed() {
    let checkout = Checkout::new();
    let (tools, log) = with_cargo(&checkout);
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let asked = |words: &[&str]| {
        let _ = std::fs::remove_file(&log);
        let said = checkout.strata_in("pipelines", words, &[("PATH", &path)]);
        assert!(!said.err.contains("Finished") && said.code == Some(0), "{}", said.err);
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let first = asked(&["build"]);
    let start = format!(
        "{} build --release --workspace --locked --bin ",
        checkout.path("").display().to_string().trim_end_matches('/')
    );
    assert_eq!(first[0], format!("{start}pipeline"));
    assert_eq!(first.len(), 2, "{first:?}");
    assert!(first[1].starts_with(&start), "{first:?}");
    for name in ["net", "airflow", "datagen", "local", "pipeline", "teardown"] {
        assert!(first[1].contains(&format!("--bin {name}")), "{name}: {first:?}");
    }
    assert_eq!(asked(&["plan"]), [""; 0]);
    // A source is newer, and one is gone.
    std::fs::create_dir(checkout.path("crates")).unwrap();
    std::fs::write(checkout.path("crates/new.rs"), "").unwrap();
    assert_eq!(asked(&["plan"]).len(), 2);
    assert_eq!(asked(&["plan"]), [""; 0]);
    std::fs::remove_file(checkout.path("crates/new.rs")).unwrap();
    assert_eq!(asked(&["plan"]).len(), 2);
    // What only works in an account needs no local endpoint.
    std::fs::remove_dir_all(checkout.path("target/strata")).unwrap();
    std::fs::remove_file(&log).unwrap();
    let _ = checkout.strata_in("", &["build", "target=aws", "pipeline=driven-data"], &[("PATH", &path)]);
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(!text.contains("--bin local") && text.contains("--bin net"), "{text}");
}
