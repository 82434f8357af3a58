//! Programs are compiled when a source is newer, only those that are needed, and without a word when nothing is to do.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use strata_testkit::repository;
use strata_tests::{Checkout, LAYERS, pipeline_of};

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
fn a_pipeline_needs_only_the_programs_of_its_layers() {
    let checkout = Checkout::new();
    let (tools, log) = with_cargo(&checkout);
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let said = checkout.strata_in("", &["build", "pipeline=minimal"], &[("PATH", &path)]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let asked = std::fs::read_to_string(&log).unwrap();
    let programs = asked.lines().last().unwrap().split(" --bin ").skip(1).collect::<Vec<_>>();
    let wish = strata_state::read(&pipeline_of("minimal").to_string()).unwrap().pipeline;
    let layers: Vec<&str> = strata_state::layers::asked(&wish).iter().map(|layer| layer.name).collect();
    let mut needed = [&layers[..], &["datagen", "local", "pipeline", "teardown", "transform"]].concat();
    needed.sort_unstable();
    assert_eq!(programs, needed);
    // And it works with these alone, to its end.
    std::fs::remove_file(checkout.path("Cargo.toml")).unwrap();
    for name in LAYERS.iter().filter(|name| !needed.contains(name)) {
        std::fs::remove_file(checkout.path("target/release").join(name)).unwrap();
    }
    // A program looks for others in the folder of its real file.
    let teardown = checkout.path("target/release/teardown");
    let real = teardown.canonicalize().unwrap();
    std::fs::remove_file(&teardown).unwrap();
    std::fs::copy(real, teardown).unwrap();
    let rows = "order_id,product,quantity,unit_price,note\n1,pen,2,1.50,\n";
    std::fs::write(checkout.path("orders.csv"), rows).unwrap();
    let said = checkout.done(&["up", "run", "input=orders.csv", "plan", "status", "query", "down", "pipeline=minimal"]);
    assert!(said.out.contains("order_lines          1"), "{}", said.out);
    assert!(said.err.contains("nothing is left; checked again: "), "{}", said.err);
    assert!(said.err.contains("\nnot checked: "), "{}", said.err);
    assert!(said.err.contains("; they are not in the pipeline"), "{}", said.err);
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
