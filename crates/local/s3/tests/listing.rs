//! Listings.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::World;
use strata_local_s3::Versioning;

fn with(keys: &[&str]) -> World {
    let world = World::new(Versioning::Never);
    for key in keys {
        world.s3.put("b", key, b"x").unwrap();
    }
    world
}

#[test]
fn folders_and_tokens() {
    let world = with(&["a", "a/1", "a/2", "b/1", "b/2/3", "c", "ä"]);
    let told = world.get("/b?list-type=2&delimiter=/");
    assert_eq!(
        (told.all("Key"), told.all("Prefix")),
        (vec!["a".into(), "c".into(), "ä".into()], vec!["".into(), "a/".into(), "b/".into()])
    );
    assert_eq!(told.one("KeyCount"), "5");
    for max in 1..8 {
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let told = world.get(&format!("/b?list-type=2&delimiter=/&max-keys={max}{token}"));
            found.extend(told.all("Key"));
            found.extend(told.all("Prefix").into_iter().skip(1));
            let next = told.one("NextContinuationToken");
            if next.is_empty() {
                assert_eq!(told.one("IsTruncated"), "false");
                break;
            }
            token = format!("&continuation-token={next}");
        }
        found.sort();
        assert_eq!(found, ["a", "a/", "b/", "c", "ä"], "{max} at a time");
    }
    assert_eq!(world.get("/b?list-type=2&prefix=b/&delimiter=/").all("Prefix"), ["b/", "b/2/"]);
    assert_eq!(world.get("/b?list-type=2&start-after=b/1").all("Key"), ["b/2/3", "c", "ä"]);
    assert_eq!(world.get("/b?list-type=2&encoding-type=url&prefix=%C3").all("Key").len(), 0);
    assert_eq!(world.get("/b?encoding-type=url&prefix=%C3%A4").all("Key"), ["%C3%A4"]);
    assert_eq!(world.get("/b?list-type=2&max-keys=0").one("IsTruncated"), "false");
    assert_eq!(world.get("/b?list-type=2&continuation-token=!").code, Some("InvalidArgument"));
}

#[test]
fn markers_of_the_first_form() {
    let world = with(&["a", "b/1", "b/2", "c"]);
    let told = world.get("/b?delimiter=/&max-keys=2");
    assert_eq!((told.one("NextMarker"), told.one("IsTruncated")), ("b/".into(), "true".into()));
    assert_eq!(world.get("/b?delimiter=/&marker=b/").all("Key"), ["c"]);
    assert_eq!(world.get("/b?marker=b/1&max-keys=1").all("Key"), ["b/2"]);
}

#[test]
fn keys_that_xml_minds() {
    let keys = ["<&>\"'", "a b+c", "new\nline", "100%"];
    let world = with(&keys);
    let told = world.get("/b?list-type=2&encoding-type=url");
    assert_eq!(told.all("Key"), ["100%25", "%3C%26%3E%22%27", "a%20b%2Bc", "new%0Aline"]);
    let objects: String = keys
        .iter()
        .map(|key| format!("<Object><Key>{}</Key></Object>", key.replace('&', "&amp;").replace('<', "&lt;")))
        .collect();
    let body = format!("<Delete>{objects}</Delete>");
    let told = world.ask("POST", "/b?delete", &[("content-md5", &md5(&body))], body);
    assert_eq!(told.all("Deleted").len(), 4, "{}", told.text());
    assert_eq!(world.s3.is_empty("b"), Some(true));
}

#[test]
fn keys_that_xml_has_not() {
    let keys = ["a\u{1}b", "\u{b}", "\u{fffe}", "\u{ffff}"];
    let world = with(&keys);
    let told = world.get("/b?list-type=2&encoding-type=url");
    assert_eq!(told.all("Key"), ["%0B", "a%01b", "%EF%BF%BE", "%EF%BF%BF"]);
    for key in keys {
        let reference: String = key.chars().map(|char| format!("&#{};", char as u32)).collect();
        for written in [key, &reference] {
            let body = format!("<Delete><Object><Key>{written}</Key></Object><Object><Key>x</Key></Object></Delete>");
            let told = world.ask("POST", "/b?delete", &[("content-md5", &md5(&body))], body);
            assert_eq!((told.status, told.code), (400, Some("MalformedXML")), "{key:?}: {}", told.text());
        }
    }
    assert_eq!(world.get("/b?list-type=2").one("KeyCount"), "4");
    for key in ["a%01b", "%0B", "%EF%BF%BE", "%EF%BF%BF"] {
        assert_eq!(world.ask("DELETE", &format!("/b/{key}"), &[], "").status, 204);
    }
    assert_eq!(world.s3.is_empty("b"), Some(true));
}

fn md5(text: &str) -> String {
    use base64::Engine;
    use md5::Digest;
    base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(text))
}

#[test]
fn versions_page_by_page() {
    let world = with(&[]);
    world.s3.set_versioning("b", Versioning::Enabled).unwrap();
    for n in 0..3 {
        for key in ["a", "b/1", "b/2", "c"] {
            world.s3.put("b", key, format!("{n}").as_bytes()).unwrap();
        }
    }
    world.s3.delete("b", "c").unwrap();
    let all = world.get("/b?versions").all("VersionId");
    assert_eq!(all.len(), 13);
    for max in 1..14 {
        let (mut found, mut marker) = (Vec::new(), String::new());
        loop {
            let told = world.get(&format!("/b?versions&max-keys={max}{marker}"));
            found.extend(told.all("VersionId"));
            if told.one("IsTruncated") == "false" {
                break;
            }
            let (key, version) = (told.one("NextKeyMarker"), told.one("NextVersionIdMarker"));
            marker = format!("&key-marker={key}&version-id-marker={version}");
        }
        assert_eq!(found, all, "{max} at a time");
    }
    let told = world.get("/b?versions&delimiter=/&max-keys=4");
    assert_eq!((told.all("Prefix"), told.one("NextKeyMarker")), (vec!["".into(), "b/".into()], "b/".into()));
    assert_eq!(world.get("/b?versions&delimiter=/&key-marker=b/").all("Key"), ["c"; 4]);
    let body: String =
        all.iter().take(1).map(|id| format!("<Object><Key>a</Key><VersionId>{id}</VersionId></Object>")).collect();
    let body = format!("<Delete><Quiet>true</Quiet>{body}</Delete>");
    let told = world.ask("POST", "/b?delete", &[("content-md5", &md5(&body))], body);
    assert!(told.all("Deleted").is_empty(), "{}", told.text());
    assert_eq!(world.get("/b?versions").all("VersionId"), all[1..]);
}
