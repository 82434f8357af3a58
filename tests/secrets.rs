//! Canaries in place of credentials: after every verb, also the failing ones, they are in no output, no document, no
//! file of the endpoint, no argument of a process, and not in the environment of the endpoint's children.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "secrets/stage.rs"]
mod stage;
#[path = "secrets/watch.rs"]
mod watch;

use serde_json::{Value, json};
use stage::{ACCESS, SECRET, Stage, TOKEN};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use strata_testkit::{DyingProxy, World};
use strata_tests::{LAYERS, pipeline};
use watch::Watch;

const DAY: &str = "2024-09-15";

#[test]
fn no_secret_leaves_a_program_or_the_endpoint() {
    let watch = Watch::start(&[SECRET, TOKEN]);
    let stage = Stage::start();
    let wish = pipeline().to_string();
    for layer in LAYERS.iter().copied() {
        stage.run(layer, &["plan"], &wish, &[]);
        stage.run(layer, &["policy"], &wish, &[]);
    }
    let mut document = wish.clone();
    for layer in LAYERS.iter().copied() {
        document = stage.done(layer, &["up", "--log-format", "json"], &document);
    }
    document = stage.done("datagen", &["generate", "--to", "bucket", "--rows", "300", "--date", DAY], &document);
    document = stage.done("catalog", &["crawl", "raw"], &document);
    document = stage.done("jobs", &["run", "--date", DAY], &document);
    document = stage.done("catalog", &["crawl"], &document);
    stage.done("catalog", &["query", "SELECT count(*) AS n FROM technical_data"], &document);
    stage.done("catalog", &["counts"], &document);
    stage.done("jobs", &["logs", "payment_data"], &document);
    for layer in LAYERS.iter().copied() {
        assert_eq!(stage.run(layer, &["status"], &document, &[]).status, Some(0));
    }
    tokens_are_handed_out(&stage);
    what_fails(&stage, &wish, &document);
    stage.done("teardown", &["--yes"], &document);

    stage.scan(&[ACCESS, SECRET, TOKEN]);
    let seen = watch.end();
    assert!(seen.argv.is_empty(), "secrets in arguments: {:?}", seen.argv);
    assert!(seen.environ.is_empty(), "secrets in the environment of children: {:?}", seen.environ);
    // Without these the above would prove nothing.
    assert!(seen.serve > 0 && seen.moto > 0 && seen.workers > 0, "{seen:?}");
    eprintln!(
        "secrets: {} runs, {} bytes of output, {} looks at processes: {} endpoints, {} motos, {} workers, {} programs",
        stage.runs(),
        stage.said(),
        seen.looks,
        seen.serve,
        seen.moto,
        seen.workers,
        seen.programs
    );
}

/// Tokens and credentials that the endpoint hands out are the caller's alone.
fn tokens_are_handed_out(stage: &Stage) {
    let env = stage.env();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let world = World::with(&env);
    let name = json!({ "Name": "driven-data-dev-airflow" });
    let web = world.call("mwaa", "create_web_login_token", name.clone());
    let cli = world.call("mwaa", "create_cli_token", name);
    let session = world.call("sts", "get_session_token", json!({}));
    for token in [&web["WebToken"], &cli["CliToken"], &session["Credentials"]["SecretAccessKey"]] {
        let token = token.as_str().unwrap();
        assert!(token.len() > 10, "{token}");
        stage.scan(&[token]);
    }
    // A link that is signed: its token and signature are in the path's query.
    let port = stage.url.rsplit(':').next().unwrap();
    let link = format!(
        "/driven-data-dev-123456789012-eu-central-1-an/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={ACCESS}%2F20260101%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Security-Token={TOKEN}&X-Amz-Signature={SECRET}"
    );
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    write!(stream, "GET {link} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}

/// What goes wrong has the most to say.
fn what_fails(stage: &Stage, wish: &str, document: &str) {
    let fails = |name: &str, words: &[&str], document: &str, env: &[(&str, &str)]| {
        let output = stage.run(name, words, document, env);
        assert_ne!(output.status, Some(0), "{name} {words:?}");
    };
    fails("jobs", &["run", "--date", "1999-01-01"], document, &[]);
    fails("catalog", &["query", "SELECT nothing FROM nowhere"], document, &[]);
    fails("catalog", &["query", "SELEC"], document, &[]);
    fails("net", &["plan"], "{", &[]);
    fails("net", &["plan"], wish, &[("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]);
    fails("net", &["plan", "--endpoint-url", "no address"], wish, &[]);
    fails("datagen", &["load", "--input", "/dev/null", "--date", DAY], document, &[]);
    for after in [0, 1, 3] {
        let dying = DyingProxy::start(&stage.url, after);
        fails("storage", &["up"], wish, &[("AWS_ENDPOINT_URL", dying.url())]);
    }
    let mirror = stage::mirror();
    for layer in LAYERS.iter().copied() {
        let output = stage.run(layer, &["plan"], wish, &[("AWS_ENDPOINT_URL", &mirror)]);
        assert!(output.stderr.contains("SignatureDoesNotMatch: The request signature"), "{}", output.stderr);
    }
}

#[test]
fn credentials_of_files_and_processes_stay_where_they_are() {
    let watch = Watch::start(&[SECRET, TOKEN]);
    let stage = Stage::start();
    let wish = pipeline().to_string();
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let (config, credentials) = (path("config"), path("credentials"));
    let none = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_SESSION_TOKEN", "")];
    let env =
        [&none[..], &[("AWS_CONFIG_FILE", config.as_str()), ("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str())]]
            .concat();
    let good = format!(
        "[default]\naws_access_key_id = {ACCESS}\naws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n"
    );
    std::fs::write(&config, "[profile other]\nregion = eu-central-1\n").unwrap();
    std::fs::write(&credentials, &good).unwrap();
    for words in [&["plan"][..], &["up"], &["status"], &["down", "--yes"]] {
        let output = stage.run("iam", words, &wish, &env);
        assert_eq!(output.status, Some(0), "{words:?}: {}", output.stderr);
    }
    assert_eq!(stage.run("teardown", &["--yes"], &wish, &env).status, Some(0));
    let bad_files = [
        format!("[default\naws_secret_access_key = {SECRET}\n"),
        format!("aws_secret_access_key = {SECRET}\n"),
        format!("[default]\naws_secret_access_key {SECRET}\n"),
        format!("[default]\naws_access_key_id = {ACCESS}\n  {SECRET}\naws_session_token = {TOKEN}"),
    ];
    for file in bad_files {
        std::fs::write(&credentials, &file).unwrap();
        let output = stage.run("net", &["plan"], &wish, &env);
        assert_eq!(output.status, Some(2), "{file}: {}", output.stderr);
    }
    // A process that gives credentials, and one that says them in the wrong way.
    std::fs::remove_file(&credentials).unwrap();
    let process = path("process");
    let right =
        json!({ "Version": 1, "AccessKeyId": ACCESS, "SecretAccessKey": SECRET, "SessionToken": TOKEN }).to_string();
    let scripts = [
        (format!("echo '{right}'"), Some(0)),
        (format!("echo '{{\"SecretAccessKey\": \"{SECRET}\"'"), Some(2)),
        (format!("echo {SECRET} >&2; exit 1"), Some(2)),
        (
            right.replace("\"Version\":1", "\"Version\":7").replace('"', "\\\"").replacen('{', "echo \"{", 1) + "\"",
            Some(2),
        ),
    ];
    for (script, code) in scripts {
        std::fs::write(&process, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&process, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(&config, format!("[default]\nregion = eu-central-1\ncredential_process = {process}\n")).unwrap();
        let output = stage.run("net", &["plan"], &wish, &env);
        assert_eq!(output.status, code, "{script}: {}", output.stderr);
    }
    stage.scan(&[ACCESS, SECRET, TOKEN]);
    let seen = watch.end();
    assert!(seen.argv.is_empty() && seen.environ.is_empty(), "{seen:?}");
    eprintln!("secrets: {} runs with files and processes", stage.runs());
}

#[test]
fn what_local_prints_for_shells_are_no_credentials() {
    let stage = Stage::start();
    let printed = stage.local(&["env"]).stdout;
    assert!(printed.contains("export AWS_SECRET_ACCESS_KEY=local\n"), "{printed}");
    for verb in ["status", "logs", "start"] {
        assert_eq!(stage.local(&[verb]).status, Some(0));
    }
    let health: Value = serde_json::from_str(&stage.local(&["status"]).stdout).unwrap();
    assert_eq!(health["ready"].as_bool(), Some(true));
    stage.scan(&[ACCESS, SECRET, TOKEN]);
}
