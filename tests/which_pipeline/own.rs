//! A pipeline in a folder of its own, outside of the checkout; and the entry by another name.

use crate::PIPELINE;
use std::os::unix::fs::symlink;
use std::process::Command;
use strata_tests::{Checkout, Said};

/// A person's own folder with a pipeline, without `folder`.
fn own(checkout: &Checkout) -> tempfile::TempDir {
    checkout.change(PIPELINE, |pipeline| {
        pipeline.as_object_mut().unwrap().remove("folder");
        pipeline["name"] = "shop".into();
    });
    let own = tempfile::tempdir().unwrap();
    let copied =
        Command::new("cp").arg("-r").arg(checkout.path("pipelines/driven-data/.")).arg(own.path()).status().unwrap();
    assert!(copied.success());
    own
}

#[test]
fn u13_a_pipeline_lives_in_its_owners_folder() {
    let checkout = Checkout::new();
    let own = own(&checkout);
    // On the PATH, through a link.
    let tools = tempfile::tempdir().unwrap();
    symlink(checkout.path("scripts/strata"), tools.path().join("strata")).unwrap();
    let strata = |words: &[&str]| -> Said {
        let mut command = checkout.command("strata".as_ref(), own.path());
        let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).args(words).output().unwrap().into()
    };
    let said = strata(&["up", "run", "date=2024-09-15", "rows=20", "query"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.starts_with("strata: pipeline shop (pipeline.json), env dev, target local\n"), "{}", said.err);
    assert!(said.out.contains("20"), "{}", said.out);
    assert!(own.path().join(".strata/shop-dev-local.json").exists());
    assert!(!checkout.path(".strata").exists());
    // A user who has the folder in git need not think of it.
    assert_eq!(std::fs::read_to_string(own.path().join(".strata/.gitignore")).unwrap(), "*\n");
    let said = strata(&["down"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(!own.path().join(".strata/shop-dev-local.json").exists());
}

#[test]
fn just_is_the_same_entry_in_the_checkout_and_outside() {
    let checkout = Checkout::new();
    let own = own(&checkout);
    std::fs::write(own.path().join("Justfile"), format!("import '{}'\n", checkout.path("Justfile").display())).unwrap();
    let Ok(just) = Command::new("just").arg("--version").output() else { return };
    assert!(just.status.success());
    let just = |folder: &std::path::Path, words: &[&str]| -> Said {
        checkout.command("just".as_ref(), folder).args(words).output().unwrap().into()
    };
    // The pipeline is shop by its own file only.
    let said = just(own.path(), &["status"]);
    assert!(said.err.starts_with("strata: pipeline shop (pipeline.json), env dev, target local\n"), "{}", said.err);
    let said = just(own.path(), &["query"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("nothing is up: run `just up`"), "{}", said.err);
    let said = just(&checkout.path("scripts"), &["pipeline=driven-data", "status", "pipeline=other"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("two values for pipeline=: `driven-data` and `other`"), "{}", said.err);
    let said = just(&checkout.path(""), &["target=aws", "up"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("With target aws none is taken by default"), "{}", said.err);
}
