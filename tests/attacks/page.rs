//! A web page, or another machine, against the endpoint; and keys that look like paths.

use crate::kit::{HOSTILE, figures, holds, hostile};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use strata_testkit::{Endpoint, World, listening};

const SIGNED: &str =
    "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0";

fn port(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap()
}

/// One request, byte for byte; the status, or 0 where there is no answer.
fn send(port: u16, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    headers.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
    (text + "Content-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

#[test]
fn the_endpoint_and_its_helper_listen_on_loopback_only() {
    let endpoint = Endpoint::start();
    let (local, moto) = endpoint.processes();
    // The endpoint has a second place, where its own workers get at objects.
    for (name, process, places) in [("local", local, 2), ("moto", moto, 1)] {
        let found = listening(process);
        assert_eq!(found.len(), places, "{name} listens at {found:?}");
        let loopback = |place: &SocketAddr| place.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(found.iter().all(loopback), "{name} listens at {found:?}");
        // As another machine would come: through this machine's other address.
        let outside = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
        if outside.connect("192.0.2.1:9").is_ok() {
            let address = outside.local_addr().unwrap().ip();
            if !address.is_loopback() {
                let connected =
                    TcpStream::connect_timeout(&SocketAddr::new(address, found[0].port()), Duration::from_secs(2));
                assert!(connected.is_err(), "{name} answers at {address}");
            }
        }
    }
}

/// What browsers send for a page that is not this machine's.
fn foreign() -> Vec<Vec<(&'static str, String)>> {
    let mut all = Vec::new();
    for host in [
        "example.com",
        "rebound.example.com:PORT",
        "localhost.example.com:PORT",
        "127.0.0.1.example.com:PORT",
        "192.0.2.2:PORT",
        "0.0.0.0:PORT",
        "[::]:PORT",
        "localhost@example.com",
        "notlocalhost:PORT",
        "",
        "2130706433:PORT",
        "127.1:PORT",
        "example.com/.localhost",
        "example.com#.localhost:PORT",
    ] {
        all.push(vec![("Host", host.to_owned())]);
    }
    for origin in [
        "https://example.com",
        "http://example.com:PORT",
        "null",
        "http://localhost.example.com",
        "file://",
        "",
        "http://localhost@example.com",
        "http://example.com#.localhost",
        "chrome-extension://abc",
        "localhost",
    ] {
        all.push(vec![("Host", "localhost:PORT".to_owned()), ("Origin", origin.to_owned())]);
    }
    all.push(vec![("Host", "localhost:PORT".to_owned()), ("Sec-Fetch-Site", "cross-site".to_owned())]);
    all.push(vec![("Host", "localhost:PORT".to_owned()), ("Sec-Fetch-Site", "Cross-Site".to_owned())]);
    all.push(vec![("Host", "example.com:PORT".to_owned()), ("Host", "localhost:PORT".to_owned())]);
    all.push(vec![("Host", "localhost:PORT".to_owned()), ("Host", "example.com:PORT".to_owned())]);
    all.push(vec![
        ("Host", "localhost:PORT".to_owned()),
        ("Origin", "http://localhost".to_owned()),
        ("Origin", "http://example.com".to_owned()),
    ]);
    all.push(Vec::new());
    all
}

/// What a page would like to do.
const DEEDS: [(&str, &str); 10] = [
    ("PUT", "/stolen-bucket"),
    ("POST", "/stolen-bucket?uploads"),
    ("GET", "/"),
    ("OPTIONS", "/stolen-bucket"),
    ("POST", "/_local/reset"),
    ("POST", "/_local/stop"),
    ("POST", "/_local/weather"),
    ("GET", "/_local/requests?since=0"),
    ("GET", "/_local/health"),
    ("GET", "/_strata/health"),
];

#[test]
fn a_web_page_cannot_drive_the_endpoint() {
    let (endpoint, begun) = (Endpoint::start(), Instant::now());
    let world = World::of(&endpoint);
    world.call(
        "s3",
        "create_bucket",
        json!({ "Bucket": "mine", "CreateBucketConfiguration": { "LocationConstraint": "eu-central-1" } }),
    );
    let (before, calls, port) = (world.snapshot(), endpoint.count(), port(endpoint.url()));
    let mut cases = 0;
    for headers in foreign() {
        for (method, path) in DEEDS {
            let headers: Vec<(&str, String)> =
                headers.iter().map(|(name, value)| (*name, value.replace("PORT", &port.to_string()))).collect();
            let mut all: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            all.push(("Authorization", SIGNED));
            let (status, answer) = send(port, &request(method, path, &all));
            assert!([400, 403].contains(&status), "{method} {path} {headers:?}: {answer}");
            assert!(!answer.to_lowercase().contains("access-control-allow"), "{answer}");
            cases += 1;
        }
    }
    // A browser that is told where to ask names that place itself: the authority of the request counts, too.
    let (status, answer) = send(
        port,
        &request("PUT", "http://example.com/stolen-bucket", &[("Host", "localhost"), ("Authorization", SIGNED)]),
    );
    assert!([400, 403].contains(&status), "{answer}");
    assert_eq!(endpoint.count(), calls, "a page's request was taken for a call");
    assert_eq!(world.snapshot(), before);
    // The same request from a client of this machine is answered: otherwise the above would prove nothing.
    for name in ["localhost", "127.0.0.1"] {
        let (host, origin) = (format!("{name}:{port}"), format!("http://{name}:{port}"));
        for more in [&[][..], &[("Origin", origin.as_str())]] {
            let headers = [&[("Host", host.as_str()), ("Authorization", SIGNED)], more].concat();
            assert_eq!(send(port, &request("GET", "/", &headers)).0, 200, "{headers:?}");
            assert_eq!(send(port, &request("GET", "/_local/health", &headers)).0, 200, "{headers:?}");
        }
        // What a person types into a browser's own line.
        let typed = [("Host", host.as_str()), ("Accept", "text/html"), ("Sec-Fetch-Site", "none")];
        let (status, answer) = send(port, &request("GET", "/_strata/health", &typed));
        assert!(status == 200 && answer.contains("\"ready\":true"), "{answer}");
    }
    figures("requests of web pages", cases, begun);
}

#[test]
fn a_web_page_cannot_drive_the_endpoints_helper() {
    let (endpoint, begun) = (Endpoint::start(), Instant::now());
    let world = World::of(&endpoint);
    world.call(
        "s3",
        "create_bucket",
        json!({ "Bucket": "mine", "CreateBucketConfiguration": { "LocationConstraint": "eu-central-1" } }),
    );
    let before = world.snapshot();
    let port = listening(endpoint.processes().1)[0].port();
    let mut cases = 0;
    for headers in foreign() {
        for (method, path) in
            [("PUT", "/stolen-bucket"), ("POST", "/moto-api/reset"), ("GET", "/moto-api/data.json"), ("GET", "/")]
        {
            let headers: Vec<(&str, String)> =
                headers.iter().map(|(name, value)| (*name, value.replace("PORT", &port.to_string()))).collect();
            let mut all: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            all.push(("Authorization", SIGNED));
            let (status, answer) = send(port, &request(method, path, &all));
            assert!([400, 403].contains(&status), "{method} {path} {headers:?}: {answer}");
            cases += 1;
        }
    }
    assert_eq!(world.snapshot(), before);
    figures("requests of web pages to moto", cases, begun);
}

/// Every file below `folder`: its size and when it was changed.
fn files(folder: &Path, found: &mut BTreeMap<PathBuf, (u64, Option<std::time::SystemTime>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        if about.is_dir() {
            files(&entry.path(), found);
        } else {
            found.insert(entry.path(), (about.len(), about.modified().ok()));
        }
    }
}

/// The folder of the endpoint without what it is there for, and what lies around it.
fn outside(endpoint: &Endpoint) -> BTreeMap<PathBuf, (u64, Option<std::time::SystemTime>)> {
    let mut found = BTreeMap::new();
    files(endpoint.dir(), &mut found);
    let around = endpoint.dir().parent().unwrap();
    for entry in std::fs::read_dir(around).unwrap().flatten() {
        if entry.metadata().is_ok_and(|about| about.is_file()) {
            found.insert(entry.path(), (0, None));
        }
    }
    found.retain(|path, _| path.extension().is_none_or(|kind| kind != "jsonl" && kind != "log"));
    found
}

#[test]
fn keys_that_look_like_paths_stay_keys() {
    let endpoint = Endpoint::start();
    let world = World::of(&endpoint);
    let before = outside(&endpoint);
    world.call(
        "s3",
        "create_bucket",
        json!({ "Bucket": "mine", "CreateBucketConfiguration": { "LocationConstraint": "eu-central-1" } }),
    );
    let port = port(endpoint.url());
    let host = format!("localhost:{port}");
    let headers = [("Host", host.as_str()), ("Authorization", SIGNED)];
    // Buckets and keys as they are in a request line: raw, encoded, encoded twice.
    let escape = |text: &str, all: bool| -> String {
        let safe = |byte: u8| !all && (byte.is_ascii_alphanumeric() || b"/.-_~%".contains(&byte));
        text.bytes()
            .map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") })
            .collect()
    };
    let place =
        prop::sample::select(vec!["/mine/", "/mine/../", "/../mine/", "/%2e%2e/", "/..%2f..%2f", "/", "//", "/mine//"]);
    holds("keys that look like paths", 400, (place, hostile(), 0..3_u8), |(place, key, how)| {
        let key = match how {
            0 => escape(&key, false),
            1 => escape(&key, true),
            _ => escape(&escape(&key, true), true),
        };
        prop_assume!(key.len() < 3000);
        for method in ["PUT", "GET", "DELETE"] {
            let (status, answer) = send(port, &request(method, &format!("{place}{key}"), &headers));
            prop_assert!((200..600).contains(&status), "{} {}{}: {}", method, place, key, answer);
            prop_assert!(!answer.contains("root:x:0"), "{}", answer);
        }
        Ok(())
    });
    let (stored, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        outside(&endpoint).into_iter().partition(|(path, _)| path.starts_with(endpoint.dir().join("s3")));
    let before: BTreeMap<_, _> =
        before.into_iter().filter(|(path, _)| !path.starts_with(endpoint.dir().join("s3"))).collect();
    assert_eq!(others, before);
    // The store has names of its own making: numbers, below the bucket's.
    let hex = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let plain = |name: &str| {
        name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"0123456789-".contains(&byte))
    };
    for path in stored.keys() {
        let inner = path.strip_prefix(endpoint.dir().join("s3")).unwrap().to_str().unwrap();
        let known = match inner.split('/').collect::<Vec<_>>()[..] {
            [file] => file == ".lock",
            [bucket, "journal" | "settings.json"] => plain(bucket),
            [bucket, "files", folder, file] => plain(bucket) && hex(folder, 9) && hex(file, 12),
            _ => false,
        };
        assert!(known, "{inner}");
    }
    // It is still there, and answers.
    assert!(world.call("s3", "list_buckets", json!({}))["Buckets"].is_array());
}

#[test]
fn a_key_that_looks_like_a_path_comes_back_under_its_name() {
    let (endpoint, begun) = (Endpoint::start(), Instant::now());
    let world = World::of(&endpoint);
    world.call(
        "s3",
        "create_bucket",
        json!({ "Bucket": "mine", "CreateBucketConfiguration": { "LocationConstraint": "eu-central-1" } }),
    );
    let keys: Vec<&str> = HOSTILE.into_iter().filter(|key| !key.is_empty() && !key.contains('\0')).collect();
    let mut put = Vec::new();
    for key in &keys {
        if world
            .attempt("s3", "put_object", json!({ "Bucket": "mine", "Key": key, "Body": format!("<{key}>") }))
            .is_ok()
        {
            put.push(*key);
        }
    }
    let listed = world.call("s3", "list_objects_v2", json!({ "Bucket": "mine" }));
    let mut listed: Vec<&str> =
        listed["Contents"].as_array().unwrap().iter().filter_map(|one| one["Key"].as_str()).collect();
    listed.sort_unstable();
    put.sort_unstable();
    assert_eq!(listed, put);
    assert!(put.len() > keys.len() / 2, "{put:?}");
    figures("hostile keys of objects", keys.len(), begun);
}

#[test]
fn any_bytes_are_answered_and_the_endpoint_lives() {
    let endpoint = Endpoint::start();
    let port = port(endpoint.url());
    let host = format!("Host: localhost:{port}\r\n");
    let piece = vec![
        "GET ",
        "POST ",
        "/",
        " HTTP/1.1\r\n",
        "\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "ffffffffffffffff\r\n",
        "X-Amz-Target: AWSGlue.GetDatabase\r\n",
        "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/glue/aws4_request\r\n",
        "Authorization: AWS4-HMAC-SHA256 Credential=////aws4_request\r\n",
        "{",
        "}",
        "\"",
        "\0",
        "%",
        "/_local/weather",
        "/_local/requests?since=-1",
        "?X-Amz-Credential=%",
        "é",
    ];
    let text = prop::collection::vec(
        prop_oneof![9 => prop::sample::select(piece).prop_map(str::to_owned), 2 => Just(host), 1 => any::<String>()],
        0..14,
    );
    holds("any bytes to the endpoint's port", 300, text, |pieces| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let _ = stream.write_all(pieces.concat().as_bytes());
        // What is no whole request is waited for in vain.
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Ok(())
    });
    let health = send(port, &request("GET", "/_local/health", &[("Host", "localhost")])).1;
    let health: Value = serde_json::from_str(health.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!((&health["ready"], health["pid"].as_u64()), (&json!(true), Some(u64::from(endpoint.processes().0))));
    let log = std::fs::read_to_string(endpoint.dir().join("serve.log")).unwrap();
    assert!(!log.contains("panicked"), "{log}");
}
