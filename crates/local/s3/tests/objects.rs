//! Objects: written, read, conditions, ranges, checksums, versions.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{World, eventually};
use strata_local_s3::Versioning;

#[test]
fn what_was_written_is_read_with_its_headers() {
    let world = World::new(Versioning::Never);
    let headers = [
        ("content-type", "text/csv"),
        ("content-encoding", "aws-chunked,gzip"),
        ("x-amz-meta-who", "me"),
        ("x-amz-tagging", "a=1&b=2%203"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-decoded-content-length", "11"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ];
    let body = "5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
    let told = world.ask("PUT", "/b/a%20b/%C3%A4", &headers, body);
    assert_eq!((told.status, told.header("etag")), (200, "\"5eb63bbbe01eeed093cb22bb8f5acdc3\""), "{}", told.text());
    assert_eq!(told.header("x-amz-checksum-crc32"), "DUoRhQ==");
    let told = world.ask("GET", "/b/a%20b/%C3%A4", &[("x-amz-checksum-mode", "ENABLED")], "");
    assert_eq!(told.text(), "hello world");
    for (name, value) in [
        ("content-type", "text/csv"),
        ("content-encoding", "gzip"),
        ("x-amz-meta-who", "me"),
        ("x-amz-tagging-count", "2"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-server-side-encryption", "AES256"),
        ("x-amz-checksum-crc32", "DUoRhQ=="),
        ("x-amz-checksum-type", "FULL_OBJECT"),
        ("content-length", "11"),
        ("x-amz-version-id", ""),
    ] {
        assert_eq!(told.header(name), value, "{name}");
    }
    let tags = world.get("/b/a%20b/%C3%A4?tagging");
    assert_eq!((tags.all("Key"), tags.all("Value")), (vec!["a".into(), "b".into()], vec!["1".into(), "2 3".into()]));
}

#[test]
fn damaged_bodies_are_refused_and_leave_nothing() {
    let world = World::new(Versioning::Never);
    let large = vec![7; 200_000];
    for body in [b"hello".to_vec(), large] {
        let cases: [(&[(&str, &str)], &str); 8] = [
            (&[("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")], "BadDigest"),
            (&[("content-md5", "x")], "InvalidDigest"),
            (&[("x-amz-checksum-crc32", "AAAAAA==")], "BadDigest"),
            (&[("x-amz-checksum-sha256", "AAAAAA==")], "InvalidRequest"),
            (&[("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-sha1", "AAAAAA==")], "InvalidRequest"),
            (&[("x-amz-content-sha256", &"0".repeat(64))], "XAmzContentSHA256Mismatch"),
            (&[("content-length", "300000")], "IncompleteBody"),
            (&[("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")], "MissingContentLength"),
        ];
        for (headers, code) in cases {
            let told = world.ask("PUT", "/b/k", headers, body.clone());
            assert_eq!(told.code, Some(code), "{}", told.text());
        }
    }
    assert_eq!(world.get("/b/k").code, Some("NoSuchKey"));
    assert_eq!(world.files(), 0);
}

#[test]
fn conditions_of_reads() {
    let world = World::new(Versioning::Never);
    let etag = world.put("/b/k", "hello").header("etag").to_string();
    let past = "Wed, 21 Oct 2015 07:28:00 GMT";
    let future = "Wed, 21 Oct 2099 07:28:00 GMT";
    let cases: [(&[(&str, &str)], u16); 10] = [
        (&[("if-match", &etag)], 200),
        (&[("if-match", "\"x\"")], 412),
        (&[("if-match", &etag), ("if-unmodified-since", past)], 200),
        (&[("if-unmodified-since", past)], 412),
        (&[("if-none-match", &etag)], 304),
        (&[("if-none-match", "\"x\"")], 200),
        (&[("if-none-match", "\"x\""), ("if-modified-since", future)], 200),
        (&[("if-modified-since", future)], 304),
        (&[("if-modified-since", past)], 200),
        (&[("if-none-match", "*")], 304),
    ];
    for (headers, status) in cases {
        assert_eq!(world.ask("GET", "/b/k", headers, "").status, status, "{headers:?}");
        let head = world.ask("HEAD", "/b/k", headers, "");
        assert_eq!((head.status, head.body.len()), (status, 0), "{headers:?}");
    }
    let range = world.ask("GET", "/b/k", &[("range", "bytes=1-2")], "");
    assert_eq!((range.status, range.text().as_str(), range.header("content-range")), (206, "el", "bytes 1-2/5"));
    let range = world.ask("GET", "/b/k", &[("range", "bytes=5-")], "");
    assert_eq!((range.status, range.code, range.one("ActualObjectSize").as_str()), (416, Some("InvalidRange"), "5"));
    let link = world.get("/b/k?response-content-type=text%2Fplain&response-content-disposition=attachment");
    assert_eq!((link.header("content-type"), link.header("content-disposition")), ("text/plain", "attachment"));
}

#[test]
fn conditions_of_writes() {
    let world = World::new(Versioning::Never);
    let absent = [("if-none-match", "*")];
    assert_eq!(world.ask("PUT", "/b/k", &[("if-match", "\"x\"")], "1").code, Some("NoSuchKey"));
    assert_eq!(world.ask("PUT", "/b/k", &absent, "1").status, 200);
    let refused = world.ask("PUT", "/b/k", &absent, "2");
    assert_eq!((refused.status, refused.one("Condition").as_str()), (412, "If-None-Match"));
    assert_eq!(world.ask("PUT", "/b/k", &[("if-match", "\"x\"")], "2").status, 412);
    let etag = world.get("/b/k").header("etag").to_string();
    assert_eq!(world.ask("PUT", "/b/k", &[("if-match", &etag)], "2").status, 200);
    assert_eq!(world.ask("PUT", "/b/k", &[("if-none-match", "\"x\"")], "3").status, 501);
    assert_eq!(world.ask("DELETE", "/b/k", &[("if-match", &etag)], "").status, 412);
    assert_eq!(world.get("/b/k").text(), "2");
}

#[test]
fn versions_and_delete_markers() {
    let world = World::new(Versioning::Enabled);
    let first = world.put("/b/k", "1").header("x-amz-version-id").to_string();
    let second = world.put("/b/k", "2").header("x-amz-version-id").to_string();
    assert_eq!(world.get(&format!("/b/k?versionId={first}")).text(), "1");
    let deleted = world.ask("DELETE", "/b/k", &[], "");
    let marker = deleted.header("x-amz-version-id").to_string();
    assert_eq!((deleted.status, deleted.header("x-amz-delete-marker")), (204, "true"));
    let gone = world.get("/b/k");
    assert_eq!((gone.code, gone.header("x-amz-delete-marker")), (Some("NoSuchKey"), "true"));
    let refused = world.get(&format!("/b/k?versionId={marker}"));
    assert_eq!((refused.status, refused.header("allow")), (405, "DELETE"));
    assert_eq!(world.get("/b/k?versionId=nonsense").code, Some("InvalidArgument"));
    let unknown = format!("/b/k?versionId={}", "0".repeat(32));
    assert_eq!(world.get(&unknown).code, Some("NoSuchVersion"));
    let listed = world.get("/b?versions");
    assert_eq!(listed.all("VersionId"), [&marker, &second, &first].map(String::clone));
    assert_eq!(listed.all("IsLatest"), ["true", "false", "false"]);
    assert_eq!(world.s3.is_empty("b"), Some(false));
    let undone = world.ask("DELETE", &format!("/b/k?versionId={marker}"), &[], "");
    assert_eq!((undone.status, undone.header("x-amz-delete-marker")), (204, "true"));
    assert_eq!(world.get("/b/k").text(), "2");
}

#[test]
fn a_suspended_bucket_replaces_the_version_null() {
    let mut world = World::new(Versioning::Never);
    world.put("/b/k", "null 1");
    world.s3.set_versioning("b", Versioning::Enabled).unwrap();
    let kept = world.put("/b/k", "kept").header("x-amz-version-id").to_string();
    world.s3.set_versioning("b", Versioning::Suspended).unwrap();
    assert_eq!(world.put("/b/k", "null 2").header("x-amz-version-id"), "null");
    world.restart();
    assert_eq!(world.get("/b?versions").all("VersionId"), ["null".to_string(), kept.clone()]);
    assert_eq!(world.get("/b/k?versionId=null").text(), "null 2");
    let deleted = world.ask("DELETE", "/b/k", &[], "");
    assert_eq!((deleted.header("x-amz-version-id"), deleted.header("x-amz-delete-marker")), ("null", "true"));
    assert_eq!(world.get("/b?versions").all("VersionId"), ["null".to_string(), kept.clone()]);
    eventually("one file is left", || world.files() == 1);
}

#[test]
fn copies_take_over_or_replace() {
    let world = World::new(Versioning::Enabled);
    world.s3.bucket_created("c").unwrap();
    let body = vec![9; 300_000];
    let headers = [("x-amz-meta-who", "me"), ("x-amz-tagging", "a=1"), ("content-type", "text/x")];
    let old = world.ask("PUT", "/b/k", &headers, body.clone()).header("x-amz-version-id").to_string();
    world.put("/b/k", "new");
    let source = format!("b/k?versionId={old}");
    let copied = world.ask("PUT", "/c/copy", &[("x-amz-copy-source", &source)], "");
    assert_eq!(
        (copied.status, copied.header("x-amz-copy-source-version-id")),
        (200, old.as_str()),
        "{}",
        copied.text()
    );
    let told = world.get("/c/copy");
    assert_eq!((told.header("x-amz-meta-who"), told.header("content-type")), ("me", "text/x"));
    assert_eq!((told.header("x-amz-tagging-count"), told.body == body), ("1", true));
    assert_eq!(told.header("etag"), copied.one("ETag"));
    let replace = [("x-amz-copy-source", "/c/copy"), ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-x", "y")];
    assert_eq!(world.ask("PUT", "/c/copy", &replace, "").status, 200);
    let told = world.get("/c/copy");
    assert_eq!((told.header("x-amz-meta-who"), told.header("x-amz-meta-x"), told.body == body), ("", "y", true));
    assert_eq!(world.ask("PUT", "/c/copy", &[("x-amz-copy-source", "c/copy")], "").code, Some("InvalidRequest"));
    assert_eq!(world.ask("PUT", "/c/copy", &[("x-amz-copy-source", "c/no")], "").code, Some("NoSuchKey"));
    let only = [("x-amz-copy-source", "c/copy"), ("x-amz-copy-source-if-none-match", told.header("etag"))];
    assert_eq!(world.ask("PUT", "/c/other", &only, "").status, 412);
}

#[test]
fn requests_that_s3_refuses() {
    let world = World::new(Versioning::Never);
    world.put("/b/k", "1");
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);
    let cases: [Case; 9] = [
        ("PUT", "/b/x", &[("x-amz-tagging", "a=<1>")], "InvalidTag"),
        ("GET", "/none/k", &[], "NoSuchBucket"),
        ("PUT", &format!("/b/{}", "x".repeat(1025)), &[], "KeyTooLongError"),
        ("PUT", "/b/x", &[("x-amz-acl", "public-read")], "AccessControlListNotSupported"),
        ("PUT", "/b/x", &[("x-amz-storage-class", "FAST")], "InvalidStorageClass"),
        ("PUT", "/b/x", &[("x-amz-tagging", "a=1&a=2")], "InvalidTag"),
        ("PUT", "/b/x", &[("x-amz-meta-a", &"x".repeat(2049))], "MetadataTooLarge"),
        ("GET", "/b?max-keys=x", &[], "InvalidArgument"),
        ("POST", "/b?delete", &[], "InvalidRequest"),
    ];
    for (method, target, headers, code) in cases {
        let told = world.ask(method, target, headers, "");
        assert_eq!((told.code, told.one("Code")), (Some(code), code.to_string()), "{method} {target}");
    }
    assert!(world.get("/b").all("Key") == ["k"]);
}
