//! A small MWAA in front of an endpoint: it answers `InvokeRestApi` and `CreateWebLoginToken` as AWS and Airflow document
//! them, and passes all else on. A run goes one step on each time that the runs are listed.

use crate::airflow::Airflow;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use strata_testkit::bin;
use strata_testkit::{Endpoint, Output, run};

/// The fake and the endpoint behind it.
pub(crate) struct Fake {
    pub(crate) endpoint: Endpoint,
    pub(crate) url: String,
    airflow: Arc<Mutex<Airflow>>,
}

impl Fake {
    /// One with this version of Airflow in it.
    pub(crate) fn start(version: u8) -> Self {
        let endpoint = Endpoint::start();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let airflow = Arc::new(Mutex::new(Airflow::new(version)));
        let (inside, upstream) = (airflow.clone(), endpoint.url().replace("http://", ""));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (inside, upstream) = (inside.clone(), upstream.clone());
                std::thread::spawn(move || serve(client, &inside, &upstream));
            }
        });
        Self { endpoint, url, airflow }
    }

    /// What is in Airflow.
    pub(crate) fn airflow(&self) -> MutexGuard<'_, Airflow> {
        self.airflow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The environment for programs, with the fake as AWS.
    pub(crate) fn env(&self) -> Vec<(&str, &str)> {
        let other = self.endpoint.env().into_iter().filter(|(name, _)| *name != "AWS_ENDPOINT_URL");
        other.chain([("AWS_ENDPOINT_URL", self.url.as_str())]).collect()
    }

    /// driven-data with this version of Airflow.
    pub(crate) fn document(&self) -> String {
        let version = if self.airflow().version == 3 { "3.0.6" } else { "2.10.3" };
        strata_tests::changed("/airflow/version", version).to_string()
    }

    /// `airflow` with these words.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        run(bin("airflow"), words, &self.document(), &self.env())
    }

    /// The same, which has to succeed; its stdout.
    pub(crate) fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status, Some(0), "{words:?}: {}{}", output.stdout, output.stderr);
        output.stdout
    }
}

fn serve(mut client: TcpStream, airflow: &Mutex<Airflow>, upstream: &str) {
    let Some((head, body)) = read(&mut client) else { return };
    let line = head.lines().next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // AWS has them at a host of their own: `env.airflow.<region>.amazonaws.com`.
    let at_env = head.lines().any(|line| line.to_lowercase().starts_with("host: env."));
    if let Some(name) = path.strip_prefix("/restapi/") {
        assert!(at_env, "{head}");
        let mut airflow = airflow.lock().unwrap_or_else(PoisonError::into_inner);
        let input: Value = serde_json::from_slice(&body).unwrap();
        let answer = airflow.invoke(method, name, &input);
        // It is done, and no answer is sent.
        if !std::mem::take(&mut airflow.loses_answer) {
            say(&mut client, &answer);
        }
    } else if path.starts_with("/webtoken/") {
        assert!(at_env, "{head}");
        let host = "abc.c1.eu-central-1.airflow.amazonaws.com";
        say(&mut client, &Ok(json!({ "WebToken": "the-secret-token", "WebServerHostname": host })));
    } else {
        pass(&mut client, &head, &body, upstream);
    }
    let _ = client.shutdown(Shutdown::Both);
}

fn read(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 8192]);
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match client.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).ok()?;
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    while body.len() < length.unwrap_or(0) {
        match client.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => body.extend_from_slice(&chunk[..count]),
        }
    }
    Some((head, body))
}

/// An answer, or AWS's error: its name and what it says.
pub(crate) type Answer = Result<Value, (&'static str, Value)>;

fn say(client: &mut TcpStream, answer: &Answer) {
    let (status, error, body) = match answer {
        Ok(body) => ("200 OK", String::new(), body),
        Err((code, body)) => ("400 Bad Request", format!("x-amzn-errortype: {code}\r\n"), body),
    };
    let body = body.to_string();
    let head = format!("{error}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close", body.len());
    let _ = write!(client, "HTTP/1.1 {status}\r\n{head}\r\n\r\n{body}");
}

fn pass(client: &mut TcpStream, head: &str, body: &[u8], upstream: &str) {
    let mut stream = TcpStream::connect(upstream).unwrap();
    let _ = stream.write_all(format!("{}\r\nConnection: close\r\n\r\n", head.trim_end()).as_bytes());
    let _ = stream.write_all(body);
    let _ = std::io::copy(&mut stream, client);
}
