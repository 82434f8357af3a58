//! An endpoint with a copy of the driven-data pipeline that a test may change, and another S3 client to look with.
#![allow(dead_code, reason = "each test program uses its part")]

use serde_json::{Value, json};
use std::path::PathBuf;
use strata_testkit::{Endpoint, Output, bin, python, repository, run};

/// The name that the bucket gets in the endpoint's account.
pub(crate) const BUCKET: &str = "driven-data-dev-123456789012-eu-central-1-an";

/// One test's world.
pub(crate) struct World {
    pub(crate) endpoint: Endpoint,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let below = repository().join("target/tmp");
        std::fs::create_dir_all(&below).unwrap();
        let folder = tempfile::Builder::new().prefix("storage-").tempdir_in(below).unwrap();
        let world = Self { endpoint: Endpoint::start(), folder };
        copy(&repository().join("pipelines/driven-data/sql"), &world.path("sql"));
        world
    }

    /// A path in the pipeline's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The pipeline's document, with the folder of this test.
    pub(crate) fn document(&self) -> Value {
        let text = std::fs::read_to_string(repository().join("pipelines/driven-data/pipeline.json")).unwrap();
        let mut doc: Value = serde_json::from_str(&text).unwrap();
        let folder = self.folder.path().strip_prefix(repository()).unwrap();
        doc["pipeline"]["folder"] = json!(folder);
        doc
    }

    /// The same with nothing but buckets, as `storage` says.
    pub(crate) fn buckets(&self, storage: Value) -> Value {
        let mut doc = self.document();
        let wish = doc["pipeline"].as_object_mut().unwrap();
        wish.retain(|field, _| ["name", "region", "folder", "tags"].contains(&field.as_str()));
        wish.insert("storage".into(), storage);
        doc
    }

    pub(crate) fn program(&self, name: &str, args: &[&str], doc: &str) -> Output {
        run(bin(name), args, doc, &self.endpoint.env())
    }

    pub(crate) fn storage(&self, args: &[&str], doc: &Value) -> Output {
        self.program("storage", args, &doc.to_string())
    }

    /// Without a terminal to ask on, also where the tests have one.
    pub(crate) fn unattended(&self, args: &[&str], doc: &Value) -> Output {
        let program = bin("storage");
        let args = [&["--wait", program.to_str().unwrap()], args].concat();
        run("setsid", &args, &doc.to_string(), &self.endpoint.env())
    }

    /// `storage up` that has to work; the document that it printed.
    pub(crate) fn up(&self, doc: &Value) -> Value {
        let output = self.storage(&["up"], doc);
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        parsed(&output)
    }

    /// The mutating calls that `work` makes.
    pub(crate) fn calls(&self, work: impl FnOnce()) -> Vec<String> {
        let before = self.endpoint.count();
        work();
        self.endpoint.mutating_since(before)
    }

    /// What boto3 says.
    pub(crate) fn boto(&self, args: &[&str]) -> Value {
        let script = repository().join("tests/storage/bucket.py");
        let args: Vec<&str> = std::iter::once(script.to_str().unwrap()).chain(args.iter().copied()).collect();
        let output = run(python(), &args, "", &self.endpoint.env());
        assert_eq!(output.status, Some(0), "{}", output.stderr);
        serde_json::from_str(&output.stdout).unwrap()
    }
}

pub(crate) fn parsed(output: &Output) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", output.stdout, output.stderr))
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(drop).unwrap() }
    }
}
