//! Files: whatever pipeline.json names is in the pipeline's folder, and is a file.

use crate::kit::{figures, holds, hostile};
use crate::programs::{Trap, fed};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use strata_testkit::{Endpoint, World, repository};
use strata_tests::{layer, pipeline};

const SECRET: &str = "SELECT 'what is outside of the folder' FROM raw";

/// A pipeline with one transform in a folder of its own, next to a file that must not be read.
pub(crate) struct Place {
    top: tempfile::TempDir,
    pub(crate) document: Value,
}

impl Place {
    pub(crate) fn new() -> Self {
        let below = repository().join("target/tmp");
        std::fs::create_dir_all(&below).unwrap();
        let top = tempfile::Builder::new().prefix("attacks-").tempdir_in(below).unwrap();
        std::fs::create_dir_all(top.path().join("pipeline/sql")).unwrap();
        std::fs::write(top.path().join("secret.sql"), SECRET).unwrap();
        let mut document = pipeline();
        let transforms = document["pipeline"]["transforms"].as_array_mut().unwrap();
        transforms.truncate(1);
        let own = repository().join("pipelines/driven-data").join(transforms[0]["sql"].as_str().unwrap());
        transforms[0]["sql"] = json!("sql/one.sql");
        std::fs::copy(own, top.path().join("pipeline/sql/one.sql")).unwrap();
        document["pipeline"]["folder"] = json!(top.path().join("pipeline").strip_prefix(repository()).unwrap());
        Self { top, document }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.top.path().join("pipeline").join(name)
    }

    /// Put what `make` makes in the place of the SQL file.
    pub(crate) fn sql(&self, make: impl FnOnce(&Path)) {
        let path = self.path("sql/one.sql");
        std::fs::remove_file(&path).unwrap();
        make(&path);
    }
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let (place, trap) = (Place::new(), Trap::start());
    let up = prop::sample::select(vec![
        "../secret.sql",
        "../../secret.sql",
        "sql/../../secret.sql",
        "./../secret.sql",
        "sql/..",
        "sql",
    ]);
    let absolute = place.top.path().join("secret.sql").to_str().unwrap().to_owned();
    let path = prop_oneof![
        2 => up.prop_map(str::to_owned),
        1 => Just(absolute.clone()),
        1 => Just(format!("/{absolute}")),
        1 => Just("%2e%2e/secret.sql".to_owned()),
        1 => Just("..\\secret.sql".to_owned()),
        4 => hostile(),
    ];
    holds("paths of SQL files", 150, path, |path| {
        let mut document = place.document.clone();
        document["pipeline"]["transforms"][0]["sql"] = json!(path);
        for verb in ["plan", "up"] {
            let output = fed(trap.command("storage").arg(verb), document.to_string().as_bytes());
            prop_assert_eq!(output.status.code(), Some(2), "{}", path);
        }
        Ok(())
    });
    assert_eq!(trap.calls(), 0);
}

/// Puts something odd where a file should be.
type Make<'a> = &'a dyn Fn(&Place);

#[test]
fn links_pipes_and_devices_are_no_sql_files() {
    let (trap, begun) = (Trap::start(), Instant::now());
    let fifo = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let huge = |path: &Path| std::fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
    let cases: [(&str, Make, &str); 6] = [
        (
            "a link out of the folder",
            &|place| place.sql(|path| symlink("../../secret.sql", path).unwrap()),
            "leads out of",
        ),
        (
            "a link through a folder",
            &|place| {
                std::fs::remove_dir_all(place.path("sql")).unwrap();
                std::fs::create_dir(place.top.path().join("other")).unwrap();
                std::fs::write(place.top.path().join("other/one.sql"), SECRET).unwrap();
                symlink("../other", place.path("sql")).unwrap();
            },
            "leads out of",
        ),
        ("a device", &|place| place.sql(|path| symlink("/dev/zero", path).unwrap()), "leads out of"),
        ("a pipe without a writer", &|place| place.sql(fifo), "is not a file"),
        ("a folder", &|place| place.sql(|path| std::fs::create_dir(path).unwrap()), "is not a file"),
        ("a file of a terabyte", &|place| place.sql(huge), "bytes"),
    ];
    for (what, make, says) in &cases {
        let place = Place::new();
        make(&place);
        for (name, verb) in [("storage", "plan"), ("storage", "up"), ("jobs", "plan")] {
            let output = fed(trap.command(name).arg(verb), place.document.to_string().as_bytes());
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{what}, {name}: {said}");
            if name == "storage" {
                assert!(said.contains(says), "{what}: {said}");
            }
        }
    }
    // The same in the folder of DAGs.
    let place = Place::new();
    std::fs::create_dir(place.path("dags")).unwrap();
    fifo(&place.path("dags/pipe.py"));
    let output = fed(trap.command("storage").arg("plan"), place.document.to_string().as_bytes());
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(trap.calls(), 0);
    figures("links, pipes and devices", cases.len() * 3 + 1, begun);
}

#[test]
fn verbs_that_do_not_check_files_do_not_read_them_either() {
    let endpoint = Endpoint::start();
    let place = Place::new();
    let document = place.document.to_string();
    assert_eq!(layer("storage", &["up"], &document, &endpoint.env()).status, Some(0));
    let hash = Command::new("md5sum").arg(place.top.path().join("secret.sql")).output().unwrap().stdout;
    let hash = String::from_utf8(hash).unwrap()[..32].to_owned();
    // What `status` says must not depend on a file outside, not even by its hash; and a device must not hold it up.
    for (name, target) in [("a file", place.top.path().join("secret.sql")), ("a device", "/dev/zero".into())] {
        place.sql(|path| symlink(target, path).unwrap());
        let output = layer("storage", &["status"], &document, &endpoint.env());
        assert!(!(output.stdout.clone() + &output.stderr).contains(&hash), "{name}");
        assert!(output.status.is_some_and(|code| code == 0 || code == 4), "{name}: {}", output.stderr);
        let down = layer("storage", &["down", "--dry-run"], &document, &endpoint.env());
        assert_eq!(down.status, Some(0), "{name}: {}", down.stderr);
    }
}

#[test]
fn a_file_outside_is_not_in_the_bucket_after_up_and_sync() {
    let endpoint = Endpoint::start();
    let world = World::of(&endpoint);
    let place = Place::new();
    let up = layer("storage", &["up"], &place.document.to_string(), &endpoint.env());
    assert_eq!(up.status, Some(0), "{}", up.stderr);
    let document: Value = serde_json::from_str(&up.stdout).unwrap();
    let bucket = document["storage"]["bucket"].as_str().unwrap();
    let before = world.call("s3", "list_objects_v2", json!({ "Bucket": bucket }))["Contents"].clone();
    place.sql(|path| symlink("../../secret.sql", path).unwrap());
    for verb in ["up", "sync", "plan"] {
        let output = layer("storage", &[verb], &up.stdout, &endpoint.env());
        assert_eq!(output.status, Some(2), "{verb}: {}", output.stderr);
        assert!(output.stderr.contains("leads out of the pipeline's folder"), "{}", output.stderr);
    }
    let after = world.call("s3", "list_objects_v2", json!({ "Bucket": bucket }))["Contents"].clone();
    assert_eq!(before, after);
    assert!(before.as_array().is_some_and(|list| list.len() >= 5), "{before}");
}
