//! A process that is killed while it writes leaves nothing half.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{World, eventually, files_of, folders_of};
use strata_local_s3::{S3, Versioning};

const FOLDER: &str = "STRATA_S3_CRASH";

/// The body of a round says its round, key and length, all along.
fn body(key: usize, round: usize) -> Vec<u8> {
    let line = format!("{key} {round}\n");
    line.repeat(1 + (round * 7919 + key * 104_729) % 20_000).into_bytes()
}

/// Not a test: what the test below runs and kills. It tells each write that was answered.
#[test]
fn writer() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let s3 = S3::open(std::path::Path::new(&folder)).unwrap();
    s3.bucket_created("b").unwrap();
    let first: usize = std::env::var("ROUND").unwrap().parse().unwrap();
    for round in first.. {
        for key in 0..5 {
            s3.put("b", &format!("k{key}"), &body(key, round)).unwrap();
        }
        s3.delete("b", "k9").unwrap();
        s3.put("b", "k9", b"x").unwrap();
        eprintln!("\nround {round}");
    }
}

#[test]
fn killed_at_any_moment() {
    let folder = tempfile::TempDir::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut answered = 0;
    for turn in 0..20 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer", "--nocapture"])
            .env(FOLDER, folder.path())
            .env("ROUND", (answered + 1).to_string())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let begun = Instant::now();
        let mut last = 0;
        // Kills come at other moments each turn, after at least one round.
        while last == 0 || begun.elapsed() < Duration::from_millis(20 + turn * 7) {
            let line = lines.next().unwrap();
            last = line.strip_prefix("round ").map_or(last, |round| round.parse().unwrap());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let told = lines.filter_map(|line| line.strip_prefix("round ")?.parse().ok()).last();
        last = told.unwrap_or(last);
        let s3 = S3::open(folder.path()).unwrap();
        for key in 0..5 {
            let found = runtime.block_on(s3.get("b", &format!("k{key}"), None)).unwrap();
            let (old, new) = (body(key, last), body(key, last + 1));
            assert!(found == old || found == new, "k{key} after round {last} in turn {turn}");
        }
        let listed = s3.list("b", "").unwrap();
        assert_eq!(files_of(folder.path()), listed.len(), "files that nothing names");
        answered = last + 1;
    }
}

#[test]
fn a_line_that_was_being_written_is_cut_off() {
    let folder = tempfile::TempDir::new().unwrap();
    let s3 = S3::open(folder.path()).unwrap();
    s3.bucket_created("b").unwrap();
    s3.put("b", "one", b"1").unwrap();
    s3.put("b", "two", b"2").unwrap();
    drop(s3);
    let path = folder.path().join("b/journal");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();
    let s3 = S3::open(folder.path()).unwrap();
    let keys = |s3: &S3| s3.list("b", "").unwrap().into_iter().map(|one| one.key).collect::<Vec<_>>();
    assert_eq!(keys(&s3), ["one"]);
    s3.put("b", "three", b"3").unwrap();
    drop(s3);
    assert_eq!(keys(&S3::open(folder.path()).unwrap()), ["one", "three"]);
}

#[test]
fn a_deleted_bucket_is_gone_after_a_restart() {
    let folder = tempfile::TempDir::new().unwrap();
    let s3 = S3::open(folder.path()).unwrap();
    s3.bucket_created("b").unwrap();
    s3.put("b", "one", b"1").unwrap();
    s3.bucket_deleted("b").unwrap();
    assert_eq!(s3.is_empty("b"), None);
    s3.bucket_created("b").unwrap();
    assert_eq!(s3.is_empty("b"), Some(true));
    s3.reset().unwrap();
    drop(s3);
    assert!(S3::open(folder.path()).unwrap().buckets().is_empty());
    eventually("only the lock is left", || std::fs::read_dir(folder.path()).unwrap().count() == 1);
}

#[test]
fn a_journal_that_grew_is_written_anew() {
    let mut world = World::new(Versioning::Enabled);
    let id = world.ask("POST", "/b/large?uploads", &[], "").one("UploadId");
    let part = world.put(&format!("/b/large?partNumber=1&uploadId={id}"), vec![1; 100_000]);
    let first = world.put("/b/k", "first").header("x-amz-version-id").to_string();
    world.s3.set_versioning("b", Versioning::Suspended).unwrap();
    for _ in 0..10_100 {
        world.s3.put("b", "k", b"").unwrap();
    }
    world.s3.put("b", "k", b"last").unwrap();
    let lines = std::fs::read_to_string(world.folder.path().join("b/journal")).unwrap().lines().count();
    assert!(lines < 1000, "{lines} lines for two versions and an upload");
    world.restart();
    assert_eq!(world.get("/b/k").text(), "last");
    assert_eq!(world.get(&format!("/b/k?versionId={first}")).text(), "first");
    let etag = part.header("etag");
    let wish = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    assert_eq!(world.ask("POST", &format!("/b/large?uploadId={id}"), &[], wish).status, 200);
    assert_eq!(world.get("/b/large").body.len(), 100_000);
    eventually("three files", || world.files() == 3);
}

#[test]
fn no_folder_becomes_large_and_empty_ones_go() {
    let mut world = World::new(Versioning::Never);
    let keys: Vec<String> = (0..9000).map(|n| format!("k{n}")).collect();
    keys.iter().for_each(|key| world.s3.put("b", key, key.as_bytes()).unwrap());
    let largest = || folders_of(world.folder.path()).map(|folder| std::fs::read_dir(folder).unwrap().count()).max();
    assert_eq!(largest(), Some(4096));
    keys[1..].iter().for_each(|key| world.s3.delete("b", key).unwrap());
    eventually("one file is left", || world.files() == 1);
    world.restart();
    assert_eq!(folders_of(world.folder.path()).count(), 1);
    assert_eq!(world.get("/b/k0").text(), "k0");
    world.s3.put("b", "new", b"new").unwrap();
    world.restart();
    assert_eq!(world.get("/b/new").text(), "new");
}

#[test]
fn a_bucket_name_never_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = S3::open(&folder.path().join("s3")).unwrap();
    for name in ["", ".", "..", "../b", "a/b", "/b", "a\\b", "b\0", ".lock"] {
        assert!(s3.bucket_created(name).is_err(), "{name:?}");
    }
    assert!(s3.buckets().is_empty());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the store's own folder");
}
