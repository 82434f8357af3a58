//! Uploads in parts.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{World, eventually};
use strata_local_s3::Versioning;

const MIB: usize = 1 << 20;

fn begin(world: &World, headers: &[(&str, &str)]) -> String {
    world.ask("POST", "/b/k?uploads", headers, "").one("UploadId")
}

fn part(world: &World, id: &str, number: usize, body: Vec<u8>) -> String {
    world.put(&format!("/b/k?partNumber={number}&uploadId={id}"), body).header("etag").to_string()
}

fn wish(parts: &[(usize, &str)]) -> String {
    let parts: Vec<_> = parts
        .iter()
        .map(|(number, etag)| format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"))
        .collect();
    format!(
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}</CompleteMultipartUpload>",
        parts.concat()
    )
}

#[test]
fn parts_become_an_object_and_survive_a_restart() {
    let mut world = World::new(Versioning::Never);
    let id = begin(
        &world,
        &[("x-amz-meta-who", "me"), ("x-amz-checksum-algorithm", "CRC32"), ("x-amz-checksum-type", "FULL_OBJECT")],
    );
    let (first, last) = (vec![1; 5 * MIB], b"end".to_vec());
    part(&world, &id, 1, vec![8; 100]);
    let one = part(&world, &id, 1, first.clone());
    world.restart();
    let seven = part(&world, &id, 7, last.clone());
    part(&world, &id, 9, vec![3; 100_000]);
    assert_eq!(world.get(&format!("/b/k?uploadId={id}")).all("PartNumber"), ["1", "7", "9"]);
    let page = world.get(&format!("/b/k?uploadId={id}&max-parts=1&part-number-marker=1"));
    assert_eq!((page.one("NextPartNumberMarker"), page.one("IsTruncated")), ("7".into(), "true".into()));
    assert_eq!(world.get("/b?uploads").one("UploadId"), id);
    let target = format!("/b/k?uploadId={id}");
    let done = world.ask("POST", &target, &[], wish(&[(1, &one), (7, &seven)]));
    assert_eq!(done.status, 200, "{}", done.text());
    let whole = [first, last].concat();
    assert!(done.one("ETag").ends_with("-2\""));
    world.restart();
    let told = world.ask("GET", "/b/k", &[("x-amz-checksum-mode", "ENABLED")], "");
    assert!(told.body == whole);
    assert_eq!((told.header("x-amz-meta-who"), told.header("etag")), ("me", done.one("ETag").as_str()));
    let same = world.ask("PUT", "/b/same", &[("x-amz-sdk-checksum-algorithm", "CRC32")], whole.clone());
    assert_eq!(told.header("x-amz-checksum-crc32"), same.header("x-amz-checksum-crc32"));
    let range = world.ask("GET", "/b/k", &[("range", "bytes=5242878-5242881")], "");
    assert_eq!(range.body, [1, 1, b'e', b'n']);
    let second = world.get("/b/k?partNumber=2");
    assert_eq!((second.text().as_str(), second.header("x-amz-mp-parts-count")), ("end", "2"));
    assert_eq!(world.ask("POST", &target, &[], wish(&[(1, &one), (7, &seven)])).one("ETag"), done.one("ETag"), "again");
    assert!(world.get("/b?uploads").all("UploadId").is_empty());
    eventually("the unused part is gone", || world.files() == 3);
}

#[test]
fn refusals() {
    let world = World::new(Versioning::Never);
    let id = begin(&world, &[]);
    let target = format!("/b/k?uploadId={id}");
    let (one, two) = (part(&world, &id, 1, vec![1; 100]), part(&world, &id, 2, vec![2; 100]));
    let complete = |parts: &[(usize, &str)]| world.ask("POST", &target, &[], wish(parts)).code;
    assert_eq!(complete(&[(1, &one), (2, &two)]), Some("EntityTooSmall"));
    assert_eq!(complete(&[(2, &two), (1, &one)]), Some("InvalidPartOrder"));
    assert_eq!(complete(&[(3, &two)]), Some("InvalidPart"));
    assert_eq!(complete(&[(1, &two)]), Some("InvalidPart"));
    assert_eq!(complete(&[]), Some("MalformedXML"));
    assert_eq!(world.ask("PUT", "/b/k?partNumber=0&uploadId=x", &[], "").code, Some("InvalidArgument"));
    assert_eq!(world.ask("PUT", "/b/k?partNumber=1&uploadId=x", &[], "").code, Some("NoSuchUpload"));
    assert_eq!(world.s3.is_empty("b"), Some(true));
    assert_eq!(world.ask("DELETE", &target, &[], "").status, 204);
    assert_eq!(world.ask("DELETE", &target, &[], "").code, Some("NoSuchUpload"));
    eventually("all parts are gone", || world.files() == 0);
}

#[test]
fn parts_may_be_copied() {
    let world = World::new(Versioning::Never);
    let body: Vec<u8> = (0..6 * MIB).map(|n| (n / 1000) as u8).collect();
    world.put("/b/source", body.clone());
    let id = begin(&world, &[]);
    let copy = |number: usize, range: &str| {
        let headers = [("x-amz-copy-source", "b/source"), ("x-amz-copy-source-range", range)];
        let told = world.ask("PUT", &format!("/b/k?partNumber={number}&uploadId={id}"), &headers, "");
        (told.code, told.one("ETag"))
    };
    let (_, one) = copy(1, "bytes=1000-5999999");
    let (_, two) = copy(2, "bytes=5-9");
    assert_eq!(copy(3, "bytes=0-6291456").0, Some("InvalidArgument"));
    world.ask("DELETE", "/b/source", &[], "");
    let done = world.ask("POST", &format!("/b/k?uploadId={id}"), &[], wish(&[(1, &one), (2, &two)]));
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(world.get("/b/k").body == [&body[1000..6_000_000], &body[5..10]].concat());
    let whole = world.ask("PUT", "/b/whole", &[("x-amz-copy-source", "b/k")], "");
    assert!(!whole.one("ETag").contains('-'), "a copy is of one part");
}

#[test]
fn attributes_of_parts() {
    let world = World::new(Versioning::Never);
    let id = begin(&world, &[("x-amz-checksum-algorithm", "SHA256")]);
    let one = part(&world, &id, 1, vec![1; 5 * MIB]);
    let two = part(&world, &id, 2, vec![2; 10]);
    let done = world.ask("POST", &format!("/b/k?uploadId={id}"), &[], wish(&[(1, &one), (2, &two)]));
    assert!(done.one("ChecksumSHA256").ends_with("-2"), "{}", done.text());
    let wanted = [("x-amz-object-attributes", "ETag,Checksum,ObjectParts,ObjectSize,StorageClass")];
    let told = world.ask("GET", "/b/k?attributes", &wanted, "");
    assert_eq!((told.one("PartsCount"), told.one("ObjectSize")), ("2".into(), (5 * MIB + 10).to_string()));
    assert_eq!((told.all("ChecksumSHA256").len(), told.one("ChecksumType")), (3, "COMPOSITE".into()));
    assert_eq!(told.one("StorageClass"), "STANDARD");
}
