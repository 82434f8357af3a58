//! Programs as processes: any bytes on stdin, any words as options. No call is made, and no terminal is taken over.

use crate::kit::{HOSTILE, figures, holds, hostile};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::{Seek, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use strata_testkit::{bin, repository};
use strata_tests::{LAYERS, pipeline};

/// An endpoint that counts calls, and answers none.
pub(crate) struct Trap {
    pub(crate) url: String,
    calls: Arc<AtomicUsize>,
}

impl Trap {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = calls.clone();
        std::thread::spawn(move || {
            listener.incoming().for_each(|_| {
                counter.fetch_add(1, Ordering::SeqCst);
            })
        });
        Self { url, calls }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// A program that knows no other endpoint and no credentials but false ones.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(bin(name));
        command.env_clear().current_dir(repository());
        command
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local");
        command.env("AWS_REGION", "eu-central-1").env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}

/// Run it with these bytes on stdin. They come from a file: while a pipe is empty, a program may ask who it is.
pub(crate) fn fed(command: &mut Command, stdin: &[u8]) -> Output {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(stdin).unwrap();
    file.rewind().unwrap();
    let child = command.stdin(file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    child.expect("starting a program").wait_with_output().unwrap()
}

/// Bad input ends with exit code 2 and a sentence, with nothing or one document on stdout, and with nothing that a
/// terminal would take for a command.
fn refused(output: &Output) -> Result<String, TestCaseError> {
    let said = String::from_utf8(output.stderr.clone()).map_err(|why| TestCaseError::fail(why.to_string()))?;
    prop_assert_eq!(output.status.code(), Some(2), "{}", said);
    prop_assert!(said.trim().len() > 10 && !said.contains("panicked"), "{}", said);
    let tricks = |c: char| (c.is_control() && c != '\n' && c != '\t') || ('\u{202a}'..='\u{202e}').contains(&c);
    prop_assert!(!said.contains(tricks), "{:?}", said);
    prop_assert!(output.stdout.is_empty() || serde_json::from_slice::<Value>(&output.stdout).is_ok());
    Ok(said)
}

fn verbs() -> Vec<(&'static str, &'static [&'static str])> {
    let mut all: Vec<(&str, &[&str])> = vec![
        ("datagen", &["load", "--input", "/dev/null", "--date", "2024-09-15"]),
        ("datagen", &["generate", "--to", "bucket"]),
        ("teardown", &["--yes"]),
        ("storage", &["sync"]),
        ("catalog", &["crawl"]),
        ("catalog", &["query", "SELECT 1"]),
        ("jobs", &["run", "--rebuild"]),
    ];
    for layer in LAYERS.iter().copied() {
        all.extend([&["up"][..], &["plan"], &["down", "--yes"], &["status"]].map(|words| (layer, words)));
    }
    all
}

#[test]
fn any_bytes_on_stdin_are_bad_input_and_nobody_is_called() {
    let trap = Trap::start();
    let text = pipeline().to_string().into_bytes();
    let length = text.len();
    let damaged = (0..length, any::<u8>()).prop_map(move |(at, byte)| {
        let mut bytes = text.clone();
        // A byte that JSON cannot have there, so that the document surely is none.
        bytes.truncate(at);
        bytes.push(byte);
        bytes
    });
    let bytes =
        prop_oneof![prop::collection::vec(any::<u8>(), 0..300), any::<String>().prop_map(String::into_bytes), damaged];
    holds(
        "any bytes on stdin of any program",
        300,
        (prop::sample::select(verbs()), bytes),
        |((name, words), bytes)| {
            let said = refused(&fed(trap.command(name).args(words), &bytes))?;
            prop_assert!(said.contains("reading the document") || said.contains("checking the pipeline"), "{}", said);
            Ok(())
        },
    );
    assert_eq!(trap.calls(), 0);
}

#[test]
fn a_bad_field_is_named_before_anybody_is_called() {
    let (trap, begun) = (Trap::start(), Instant::now());
    let mut cases = 0;
    let fields = [
        "name",
        "env",
        "tags/Project",
        "names/job",
        "net/cidr",
        "net/ingress/0/description",
        "catalog/database",
        "jobs/worker_type",
        "airflow/version",
        "tables/raw/path",
        "tables/raw/crawler",
        "tables/dim_date/partition",
        "transforms/0/name",
        "transforms/0/sql",
    ];
    let hostile = ["$(touch canary)", "\u{1b}[2J\u{202e}x", "a\ntouch canary", "../../../../etc/passwd\0"];
    for (at, field) in fields.into_iter().enumerate() {
        // A description of AWS may look like a shell's command, and so may the name of a file.
        let may = field.ends_with("description") || field.ends_with("sql");
        for text in hostile.into_iter().skip(usize::from(may)) {
            let mut document = pipeline();
            *document.pointer_mut(&format!("/pipeline/{field}")).unwrap() = json!(text);
            for (name, verb) in [(LAYERS[at % LAYERS.len()], "up"), ("storage", "plan"), ("iam", "down")] {
                let said =
                    refused(&fed(trap.command(name).args([verb, "--yes"]), document.to_string().as_bytes())).unwrap();
                let named = field.split('/').find(|part| said.contains(&format!("pipeline.{part}")));
                assert!(named.is_some(), "{field}: {said}");
                cases += 1;
            }
        }
    }
    assert_eq!(trap.calls(), 0);
    figures("a bad field, as processes", cases, begun);
}

#[test]
fn hostile_options_are_bad_input() {
    let trap = Trap::start();
    let options = ["--pipeline", "--env", "--region"];
    let input = (prop::sample::select(LAYERS.to_vec()), prop::sample::select(options.to_vec()), hostile());
    holds("hostile options", 200, input, |(name, option, text)| {
        // Without a document, a good name is asked for at the endpoint.
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        prop_assume!(!text.contains('\0') && !text.chars().all(good));
        let output =
            fed(trap.command(name).args(["status", &format!("{option}={text}")]), pipeline().to_string().as_bytes());
        refused(&output).map(drop)
    });
    assert_eq!(trap.calls(), 0);
}

#[test]
fn hostile_addresses_of_an_endpoint_are_an_error() {
    let begun = Instant::now();
    let trap = Trap::start();
    let more = [
        "http://",
        "http://[",
        "http://[::1",
        "http://a b/",
        "http://localhost:99999",
        "ftp://localhost",
        "http:///x",
        "//",
        ":",
    ];
    let all: Vec<&str> = HOSTILE.into_iter().chain(more).filter(|text| !text.contains('\0')).collect();
    for text in &all {
        // No name is looked up here: whatever could be a host is none.
        let mut command = trap.command("net");
        command.env_remove("AWS_ENDPOINT_URL").env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        let output =
            fed(command.args(["status", &format!("--endpoint-url={text}")]), pipeline().to_string().as_bytes());
        if !text.is_empty() {
            refused(&output).unwrap_or_else(|why| panic!("{text:?}: {why}"));
        }
    }
    figures("hostile addresses of an endpoint", all.len(), begun);
}
