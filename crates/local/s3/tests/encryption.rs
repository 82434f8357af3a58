//! Encryption: KMS keys, customer-provided keys, and opaque ETags.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{Told, World};
use md5::{Digest, Md5};
use strata_local_s3::{Encryption, Error, Keys, Usable, Versioning};

const ARN: &str = "arn:aws:kms:eu-central-1:123456789012:key/1";
const SSE: &str = "x-amz-server-side-encryption";
const KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
const KMS: [(&str, &str); 2] = [(SSE, "aws:kms"), (KEY, "one")];

/// One key, which can be disabled, and S3's managed key.
#[derive(Debug, Default)]
struct OneKey {
    disabled: Mutex<bool>,
    asked: Mutex<Vec<(String, String)>>,
}

impl Keys for OneKey {
    fn usable<'a>(&'a self, key: &'a str, region: &'a str) -> Usable<'a> {
        self.asked.lock().unwrap().push((key.to_string(), region.to_string()));
        let refused = |code, message: String| Error { status: 400, code, message, members: vec![], headers: vec![] };
        let answer = match key {
            "one" | ARN if *self.disabled.lock().unwrap() => {
                Err(refused("KMS.DisabledException", format!("{ARN} is disabled.")))
            }
            "one" | ARN => Ok(ARN.to_string()),
            "alias/aws/s3" => Ok("arn:aws:kms:eu-central-1:123456789012:key/s3".to_string()),
            other => Err(refused("KMS.NotFoundException", format!("Invalid keyId '{other}'"))),
        };
        Box::pin(async move { answer })
    }
}

fn world() -> (World, Arc<OneKey>) {
    let keys = Arc::new(OneKey::default());
    let world = World::new(Versioning::Never).with_keys(keys.clone());
    world.s3.set_region("b", "eu-central-1");
    (world, keys)
}

fn encrypted(told: &Told) -> (&str, &str, &str) {
    (told.header(SSE), told.header(KEY), told.header(BUCKET_KEY))
}

fn md5_of(data: &[u8]) -> String {
    format!("\"{}\"", Md5::digest(data).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[test]
fn a_key_of_kms_is_told_by_its_arn_and_hides_the_md5() {
    let (world, keys) = world();
    let put = world.ask("PUT", "/b/k", &[KMS[0], KMS[1], (BUCKET_KEY, "true")], "hello");
    assert_eq!((put.status, encrypted(&put)), (200, ("aws:kms", ARN, "true")), "{}", put.text());
    assert_eq!(keys.asked.lock().unwrap()[0], ("one".to_string(), "eu-central-1".to_string()));
    let get = world.ask("GET", "/b/k", &[("x-amz-checksum-mode", "ENABLED")], "");
    assert_eq!((get.text().as_str(), encrypted(&get)), ("hello", ("aws:kms", ARN, "true")));
    assert_eq!(get.header("etag"), put.header("etag"));
    assert_ne!(get.header("etag"), md5_of(b"hello"));
    let plain = world.put("/b/plain", "hello");
    assert_eq!(plain.header("etag"), md5_of(b"hello"));
    assert_eq!(get.header("x-amz-checksum-crc64nvme"), plain.header("x-amz-checksum-crc64nvme"), "of the bytes");
    let again = world.ask("PUT", "/b/k", &KMS, "hello");
    assert_ne!(again.header("etag"), put.header("etag"), "another data key, other bytes");
    let own = world.ask("PUT", "/b/own", &[KMS[0]], "hello");
    assert_eq!(encrypted(&own), ("aws:kms", "arn:aws:kms:eu-central-1:123456789012:key/s3", ""));
}

#[test]
fn a_bucket_encrypts_what_says_nothing() {
    let (world, _) = world();
    let kms =
        Encryption { algorithm: "aws:kms".into(), key: Some("one".into()), bucket_key: true, ..Default::default() };
    world.s3.set_encryption("b", Some(kms));
    assert_eq!(encrypted(&world.put("/b/k", "hello")), ("aws:kms", ARN, "true"));
    let upload = world.ask("POST", "/b/parts?uploads", &[], "");
    assert_eq!(encrypted(&upload), ("aws:kms", ARN, "true"));
    assert_eq!(encrypted(&world.ask("PUT", "/b/plain", &[(SSE, "AES256")], "hello")), ("AES256", "", ""));
    world.run(world.s3.store("b", "direct", b"hello".to_vec())).unwrap();
    let direct = world.get("/b/direct");
    assert_eq!(encrypted(&direct), ("aws:kms", ARN, "true"));
    assert_ne!(direct.header("etag"), md5_of(b"hello"));
    world.s3.set_encryption("b", None);
    assert_eq!(encrypted(&world.put("/b/k", "hello")), ("AES256", "", ""));
}

#[test]
fn without_its_key_an_object_is_closed() {
    let (world, keys) = world();
    let id = world.ask("POST", "/b/parts?uploads", &KMS, "").one("UploadId");
    let part = format!("/b/parts?partNumber=1&uploadId={id}");
    let etag = world.put(&part, "hello").header("etag").to_string();
    assert_ne!(etag, md5_of(b"hello"));
    world.ask("PUT", "/b/k", &KMS, "hello");
    *keys.disabled.lock().unwrap() = true;
    let copy = [("x-amz-copy-source", "b/k")];
    let attributes = [("x-amz-object-attributes", "Checksum")];
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);
    let done = format!("/b/parts?uploadId={id}");
    let cases: [Case; 7] = [
        ("GET", "/b/k", &[], ""),
        ("PUT", "/b/new", &KMS, "hello"),
        ("PUT", "/b/copy", &copy, ""),
        ("PUT", &part, &[], "hello"),
        ("POST", "/b/other?uploads", &KMS, ""),
        ("POST", &done, &[], &list),
        ("GET", "/b/k?attributes", &attributes, ""),
    ];
    for (method, target, headers, body) in cases {
        let told = world.ask(method, target, headers, body);
        assert_eq!((told.status, told.code), (400, Some("KMS.DisabledException")), "{method} {target}");
        assert_eq!(told.one("Message"), format!("{ARN} is disabled."));
    }
    assert_eq!(world.run(world.s3.get("b", "k", None)).unwrap_err().code, "KMS.DisabledException");
    let head = world.ask("HEAD", "/b/k", &[], "");
    assert_eq!((head.status, head.header("content-length")), (200, "5"), "what is told needs no key");
    assert_eq!(world.ask("HEAD", "/b/k", &[("x-amz-checksum-mode", "ENABLED")], "").status, 400, "its checksum does");
    *keys.disabled.lock().unwrap() = false;
    let whole = world.ask("POST", &done, &[], list);
    assert_eq!((whole.status, encrypted(&whole)), (200, ("aws:kms", ARN, "")), "{}", whole.text());
    assert!(whole.one("ETag").ends_with("-1\""));
    assert_eq!(world.get("/b/parts").text(), "hello");
    world.ask("DELETE", "/b/k", &[], "");
}

#[test]
fn copies_are_encrypted_as_they_say_and_have_the_right_etag() {
    let (world, _) = world();
    world.ask("PUT", "/b/k", &KMS, "hello");
    let from = ("x-amz-copy-source", "b/k");
    let plain = world.ask("PUT", "/b/plain", &[from], "");
    assert_eq!((plain.one("ETag"), encrypted(&plain)), (md5_of(b"hello"), ("AES256", "", "")));
    let sealed = world.ask("PUT", "/b/sealed", &[("x-amz-copy-source", "b/plain"), KMS[0], KMS[1]], "");
    assert_eq!(encrypted(&sealed), ("aws:kms", ARN, ""));
    assert_ne!(sealed.one("ETag"), md5_of(b"hello"));
    // Without any header the copy changes the encryption back to SSE-S3.
    assert_eq!(encrypted(&world.ask("PUT", "/b/k", &[from], "")), ("AES256", "", ""));
    assert_eq!(world.ask("PUT", "/b/k", &[from], "").code, Some("InvalidRequest"));
    world.s3.set_encryption("b", Some(Encryption::default()));
    assert_eq!(world.ask("PUT", "/b/k", &[from], "").status, 200);
}

/// The three headers of a key.
fn customer<'a>(prefix: &str, key: &'a str, md5: &'a str) -> Vec<(String, &'a str)> {
    let start = format!("x-amz-{prefix}server-side-encryption-customer-");
    vec![(format!("{start}algorithm"), "AES256"), (format!("{start}key"), key), (format!("{start}key-md5"), md5)]
}

fn asked(world: &World, method: &str, target: &str, headers: &[(String, &str)], body: &str) -> Told {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    world.ask(method, target, &headers, body)
}

#[test]
fn a_key_that_came_with_the_request_has_to_come_again() {
    let (world, _) = world();
    let text = |key: [u8; 32]| (STANDARD.encode(key), STANDARD.encode(Md5::digest(key)));
    let ((key, md5), (other, other_md5)) = (text([1; 32]), text([2; 32]));
    let (mine, theirs) = (customer("", &key, &md5), customer("", &other, &other_md5));
    let put = asked(&world, "PUT", "/b/k", &mine, "hello");
    assert_eq!((put.status, put.header("x-amz-server-side-encryption-customer-key-md5")), (200, md5.as_str()));
    assert_eq!(put.header(SSE), "");
    assert_ne!(put.header("etag"), md5_of(b"hello"));
    assert!(!std::fs::read_to_string(world.folder.path().join("b/journal")).unwrap().contains(&key));
    assert_eq!(asked(&world, "GET", "/b/k", &mine, "").text(), "hello");
    for target in ["/b/k", "/b/k?attributes"] {
        let attributes = (String::from("x-amz-object-attributes"), "ETag");
        let closed = asked(&world, "GET", target, std::slice::from_ref(&attributes), "");
        assert_eq!((closed.status, closed.code), (400, Some("InvalidRequest")));
        let wrong = asked(&world, "GET", target, &[theirs.clone(), vec![attributes]].concat(), "");
        assert_eq!((wrong.status, wrong.code), (403, Some("AccessDenied")), "{target}");
    }
    assert_eq!(asked(&world, "HEAD", "/b/k", &[], "").status, 400);
    assert_eq!(world.run(world.s3.get("b", "k", None)).unwrap_err().code, "InvalidRequest");
    let without_md5 = mine[..2].to_vec();
    assert_eq!(asked(&world, "GET", "/b/k", &without_md5, "").status, 403);
    let bad: [(Vec<(String, &str)>, &str); 5] = [
        (mine[..1].to_vec(), "InvalidArgument"),
        (mine[1..].to_vec(), "InvalidArgument"),
        (without_md5, "InvalidArgument"),
        (vec![mine[0].clone(), mine[1].clone(), (mine[2].0.clone(), &other_md5)], "InvalidArgument"),
        (vec![(mine[0].0.clone(), "KMS"), mine[1].clone(), mine[2].clone()], "InvalidEncryptionAlgorithmError"),
    ];
    for (headers, code) in bad {
        assert_eq!(asked(&world, "PUT", "/b/bad", &headers, "x").code, Some(code), "{headers:?}");
    }
    let both = [mine.clone(), vec![(SSE.to_string(), "AES256")]].concat();
    assert_eq!(asked(&world, "PUT", "/b/bad", &both, "x").code, Some("InvalidArgument"));
    world.put("/b/plain", "x");
    assert_eq!(asked(&world, "GET", "/b/plain", &mine, "").code, Some("InvalidRequest"));

    let from = (String::from("x-amz-copy-source"), "b/k");
    assert_eq!(asked(&world, "PUT", "/b/copy", std::slice::from_ref(&from), "").code, Some("InvalidRequest"));
    let opened = [vec![from], customer("copy-source-", &key, &md5)].concat();
    let copy = asked(&world, "PUT", "/b/copy", &opened, "");
    assert_eq!((copy.one("ETag"), copy.header(SSE)), (md5_of(b"hello"), "AES256"));

    let id = asked(&world, "POST", "/b/parts?uploads", &mine, "").one("UploadId");
    let part = format!("/b/parts?partNumber=1&uploadId={id}");
    for headers in [vec![], theirs] {
        assert_eq!(asked(&world, "PUT", &part, &headers, "x").code, Some("InvalidRequest"));
    }
    assert_eq!(asked(&world, "PUT", &part, &mine, "x").status, 200);
    world.s3.set_encryption("b", Some(Encryption { blocks_customer_keys: true, ..Default::default() }));
    assert_eq!(asked(&world, "PUT", "/b/k", &mine, "x").code, Some("AccessDenied"));
    assert_eq!(asked(&world, "GET", "/b/k", &mine, "").text(), "hello");
}

#[test]
fn what_nobody_can_encrypt_with_is_refused() {
    let (world, _) = world();
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[(SSE, "aws:kms"), (KEY, "no-key")], "KMS.NotFoundException"),
        (&[(KEY, "one")], "InvalidArgument"),
        (&[(SSE, "AES256"), (KEY, "one")], "InvalidArgument"),
        (&[(SSE, "rot13")], "InvalidArgument"),
        (&[(SSE, "aws:fsx")], "InvalidArgument"),
    ];
    for (headers, code) in cases {
        assert_eq!(world.ask("PUT", "/b/k", headers, "x").code, Some(code), "{headers:?}");
    }
    let bare = World::new(Versioning::Never);
    assert_eq!(bare.ask("PUT", "/b/k", &KMS, "x").code, Some("NotImplemented"));
    assert_eq!((world.files(), bare.files()), (0, 0));
}
