//! A store in a folder of its own, asked as over HTTP.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::panic, clippy::unwrap_used)]

use axum::body::Body;
use http::{HeaderMap, Request};
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;
use strata_local_s3::{Operation, S3, Versioning};
use tempfile::TempDir;

pub struct World {
    pub s3: S3,
    pub folder: TempDir,
    runtime: tokio::runtime::Runtime,
}

#[derive(Debug)]
pub struct Told {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub code: Option<&'static str>,
}

impl Told {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The texts of all elements of that name.
    pub fn all(&self, element: &str) -> Vec<String> {
        let (text, mut found) = (self.text(), Vec::new());
        let mut reader = Reader::from_str(&text);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) if start.name().as_ref() == element.as_bytes() => {
                    found.push(unescape(&reader.read_text(start.name()).unwrap()).unwrap().into_owned());
                }
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    pub fn one(&self, element: &str) -> String {
        self.all(element).into_iter().next().unwrap_or_default()
    }
}

impl World {
    /// With the bucket `b`.
    pub fn new(versioning: Versioning) -> Self {
        let folder = TempDir::new().unwrap();
        let s3 = S3::open(folder.path()).unwrap();
        s3.bucket_created("b").unwrap();
        s3.set_versioning("b", versioning).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { s3, folder, runtime }
    }

    /// With the keys of KMS.
    pub fn with_keys(self, keys: std::sync::Arc<dyn strata_local_s3::Keys>) -> Self {
        Self { s3: self.s3.with_keys(keys), ..self }
    }

    /// As after the end of a process.
    pub fn restart(&mut self) {
        let other = TempDir::new().unwrap();
        drop(std::mem::replace(&mut self.s3, S3::open(other.path()).unwrap()));
        self.s3 = S3::open(self.folder.path()).unwrap();
    }

    pub fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Told {
        let body = body.into();
        let mut request = Request::builder().method(method).uri(target);
        if !headers.iter().any(|(name, _)| *name == "content-length") {
            request = request.header("content-length", body.len());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, body) = request.body(Body::from(body)).unwrap().into_parts();
        let operation = Operation::of(&parts).unwrap_or_else(|| panic!("{method} {target} is no operation"));
        self.runtime.block_on(async {
            let answer = self.s3.answer(operation, parts, body).await;
            let (head, body) = answer.response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
            Told { status: head.status.as_u16(), headers: head.headers, body, code: answer.code }
        })
    }

    /// The same, with any body; for as long as it takes.
    pub fn stream(&self, request: Request<Body>, limit: Option<std::time::Duration>) -> Option<(u16, Body)> {
        let (parts, body) = request.into_parts();
        let operation = Operation::of(&parts).unwrap();
        self.runtime.block_on(async {
            let answer = self.s3.answer(operation, parts, body);
            let answer = match limit {
                Some(limit) => tokio::time::timeout(limit, answer).await.ok()?,
                None => answer.await,
            };
            Some((answer.response.status().as_u16(), answer.response.into_body()))
        })
    }

    pub fn run<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    pub fn get(&self, target: &str) -> Told {
        self.ask("GET", target, &[], "")
    }

    pub fn put(&self, target: &str, body: impl Into<Vec<u8>>) -> Told {
        let told = self.ask("PUT", target, &[], body);
        assert_eq!(told.status, 200, "{}", told.text());
        told
    }

    /// How many files there are.
    pub fn files(&self) -> usize {
        files_of(self.folder.path())
    }
}

/// How many files the bucket `b` has in that store.
pub fn files_of(store: &std::path::Path) -> usize {
    folders_of(store).map(|folder| std::fs::read_dir(folder).unwrap().count()).sum()
}

/// The folders that they are in.
pub fn folders_of(store: &std::path::Path) -> impl Iterator<Item = std::path::PathBuf> {
    std::fs::read_dir(store.join("b/files")).unwrap().map(|entry| entry.unwrap().path())
}

/// Waits until it is true.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !holds() {
        assert!(begun.elapsed().as_secs() < 20, "never: {what}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
