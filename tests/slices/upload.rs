//! Files on their way into the bucket: unchanged, not twice, and on from where they stopped.

use crate::kit::{Site, table, transform};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::Duration;
use strata_testkit::{bin, eventually};

const MEGABYTE: usize = 1 << 20;

fn site() -> Site {
    let raw = table("csv", &["id int"], json!({ "grain": "whole", "input": "newest", "file": "*" }));
    Site::new(
        &[("raw", raw), ("made", table("parquet", &["id int"], json!({ "grain": "whole" })))],
        &[transform("made", &["raw"], "SELECT id FROM raw")],
    )
}

/// The calls that change something, and the whole object as its MD5 or that of its parts.
fn calls(site: &Site, work: impl FnOnce()) -> Vec<String> {
    let before = site.checkout.endpoint.count();
    work();
    site.checkout.endpoint.mutating_since(before)
}

fn put(site: &Site, words: &[&str]) -> strata_tests::Said {
    site.verb("storage", &[&["put"], words, &["--to", "data/raw/"]].concat())
}

#[test]
fn bytes_arrive_as_they_are_and_are_not_sent_twice() {
    let site = site();
    let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let file = site.checkout.path("in/20250301.bin");
    site.file("in/20250301.bin", &bytes);
    let path = file.to_str().unwrap();
    let first = calls(&site, || assert_eq!(put(&site, &[path]).code, Some(0)));
    assert_eq!(first, ["s3:PutObject"]);
    let got = site.world.call("s3", "head_object", json!({ "Bucket": site.bucket(), "Key": "data/raw/20250301.bin" }));
    assert_eq!(got["ContentLength"], 5000);
    let again = calls(&site, || {
        let said = put(&site, &[path]);
        assert!(said.err.contains("5000 bytes, there already"), "{}", said.err);
    });
    assert_eq!(again, [""; 0]);
    // One other byte is another file.
    site.file("in/20250301.bin", [&bytes[..4999], b"!"].concat());
    assert_eq!(calls(&site, || drop(put(&site, &[path]))), ["s3:PutObject"]);
    // And so is an object that another client replaced.
    site.put("data/raw/20250301.bin", "theirs");
    assert_eq!(calls(&site, || drop(put(&site, &[path]))), ["s3:PutObject"]);
}

#[test]
fn the_newest_of_a_folder_is_put_and_what_cannot_be_is_refused() {
    let site = site();
    for name in ["20250301_a.csv", "20250401_a.csv", "notes.txt", "20250230_a.csv"] {
        site.file(&format!("in/{name}"), "id\n1\n");
    }
    let folder = site.checkout.path("in");
    let folder = folder.to_str().unwrap();
    let said = put(&site, &["--newest", folder]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("20250230_a.csv begins with a date that the calendar does not have"), "{}", said.err);
    assert_eq!(site.objects("data/raw/").into_keys().collect::<Vec<_>>(), ["20250401_a.csv"]);
    let refused = |words: &[&str], why: &str| {
        let mut said = None;
        let made = calls(&site, || said = Some(site.verb("storage", &[&["put"], words].concat())));
        let said = said.unwrap();
        assert_eq!((said.code, made.as_slice()), (Some(2), &[][..]), "{}", said.err);
        assert!(said.err.contains(why), "{why}: {}", said.err);
    };
    refused(
        &[folder, "--to", "data/raw/"],
        "it is not a file with a name in UTF-8; name its files, or take the newest",
    );
    refused(&["/nowhere.csv", "--to", "data/raw/"], "/nowhere.csv");
    refused(&["--newest", folder, "--to", "data/raw"], "a prefix has a slash at its end");
    refused(&["--newest", folder, "--to", "dags/"], "strata keeps its own files in dags/");
    refused(&["--newest", folder, "--to", "data/made/"], "transform made writes its table there");
    site.file("in/20250401_b.csv", "id\n1\n");
    refused(&["--newest", folder, "--to", "data/raw/"], "are both of 2025-04-01, the latest date");
}

/// The unfinished uploads of the bucket.
fn unfinished(site: &Site) -> usize {
    let listed = site.world.call("s3", "list_multipart_uploads", json!({ "Bucket": site.bucket() }));
    listed["Uploads"].as_array().map_or(0, Vec::len)
}

/// Kill the program in an upload of five parts, and run it again.
fn goes_on(name: &str, words: &[&str]) {
    const KEY: &str = "data/raw/20250301.csv";
    let site = site();
    let text = format!("id\n{}", "1234567\n".repeat(33 * MEGABYTE / 8));
    site.file("20250301.csv", &text);
    let document = site.checkout.document("minimal-dev-local").to_string();
    let program = || {
        let mut command = Command::new(bin(name));
        command.args(words).envs(site.checkout.endpoint.env()).current_dir(site.checkout.path(""));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), document.as_bytes()).unwrap();
        child
    };
    // Of five parts the third is on its way when the program dies.
    let fault = json!({ "service": "s3", "operation": "UploadPart", "nth": 3, "kind": "hold_before" });
    site.checkout.endpoint.weather(&json!({ "faults": [fault] }));
    let mut child = program();
    let parts = || {
        let listed = site.world.call("s3", "list_multipart_uploads", json!({ "Bucket": site.bucket() }));
        let upload = &listed["Uploads"][0];
        let asked = json!({ "Bucket": site.bucket(), "Key": upload["Key"].as_str()?, "UploadId": upload["UploadId"] });
        let found = site.world.call("s3", "list_parts", asked)["Parts"].as_array().map_or(0, Vec::len);
        (found >= 4).then_some(found)
    };
    let there = eventually("four parts to be there", Duration::from_secs(60), parts);
    child.kill().unwrap();
    child.wait().unwrap();
    site.checkout.endpoint.clear_weather();
    assert_eq!((there, unfinished(&site)), (4, 1));

    let sent = calls(&site, || assert!(program().wait().unwrap().success()));
    assert_eq!(sent, ["s3:UploadPart", "s3:CompleteMultipartUpload"], "{name}");
    assert_eq!(unfinished(&site), 0);
    let about = json!({ "Bucket": site.bucket(), "Key": KEY, "ChecksumMode": "ENABLED" });
    let about: Value = site.world.call("s3", "head_object", about);
    assert_eq!(about["ContentLength"], text.len());
    assert!(about["ChecksumSHA256"].as_str().unwrap().ends_with("-5"), "{about}");
    // It is there now.
    assert_eq!(calls(&site, || assert!(program().wait().unwrap().success())), [""; 0], "{name}");
}

#[test]
fn a_put_that_was_killed_goes_on_where_it_stopped() {
    goes_on("storage", &["put", "20250301.csv", "--to", "data/raw/"]);
}

#[test]
fn a_load_that_was_killed_goes_on_where_it_stopped() {
    goes_on("datagen", &["load", "--input", "20250301.csv", "--date", "2025-03-14"]);
}

#[test]
fn a_part_that_aws_refuses_leaves_nothing_to_pay_for() {
    let site = site();
    site.file("large.bin", vec![1; 17 * MEGABYTE]);
    site.checkout.endpoint.weather(&json!({ "faults": [{
        "service": "s3", "operation": "UploadPart", "nth": 2, "kind": "error", "code": "AccessDenied", "status": 403
    }] }));
    let path = site.checkout.path("large.bin");
    let said = put(&site, &[path.to_str().unwrap()]);
    site.checkout.endpoint.clear_weather();
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("AccessDenied"), "{}", said.err);
    assert_eq!((unfinished(&site), site.objects("data/raw/").len()), (0, 0));
}
