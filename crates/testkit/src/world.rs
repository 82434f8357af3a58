//! Everything that exists at an endpoint, as boto3 sees it: not by our tags, and not by our names. One Python process
//! answers as long as the test runs, so that a look costs a moment and not a start of Python.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::{Endpoint, python, repository};

/// A boto3 that watches one endpoint, and calls it for a test.
pub struct World {
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

impl World {
    /// The world of an endpoint.
    pub fn of(endpoint: &Endpoint) -> Self {
        Self::with(&endpoint.env())
    }

    /// The world that AWS programs with this environment see.
    pub fn with(env: &[(&str, &str)]) -> Self {
        let mut child = Command::new(python())
            .arg(repository().join("tests/world/world.py"))
            .envs(env.iter().copied())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starting Python");
        let stdin = child.stdin.take().expect("stdin was piped");
        let stdout = BufReader::new(child.stdout.take().expect("stdout was piped"));
        Self { child, pipes: Mutex::new((stdin, stdout)) }
    }

    /// All that exists: `{"kind": {"id": {..description..}}}`. Kinds without a thing are there, and empty. What differs
    /// between two looks although nothing was touched (request ids, times of last use) is left out.
    pub fn snapshot(&self) -> Value {
        self.ask(&json!({ "snapshot": true }))
    }

    /// How many things of each kind there are.
    pub fn count(&self) -> BTreeMap<String, usize> {
        count(&self.snapshot())
    }

    /// A call of boto3, which has to succeed: `call("ec2", "create_vpc", json!({"CidrBlock": "10.0.0.0/16"}))`.
    pub fn call(&self, service: &str, operation: &str, parameters: Value) -> Value {
        match self.attempt(service, operation, parameters) {
            Ok(answer) => answer,
            Err(why) => panic!("{service} {operation}: {why}"),
        }
    }

    /// A call of boto3; what AWS says when it refuses.
    pub fn attempt(&self, service: &str, operation: &str, parameters: Value) -> Result<Value, String> {
        let answer = self.ask(&json!({ "call": [service, operation, parameters] }));
        match (answer.get("error"), answer.get("message")) {
            (Some(_), Some(message)) => Err(message.as_str().unwrap_or_default().to_string()),
            _ => Ok(answer),
        }
    }

    fn ask(&self, question: &Value) -> Value {
        let mut pipes = self.pipes.lock().expect("no earlier question panicked");
        let (stdin, stdout) = &mut *pipes;
        writeln!(stdin, "{question}").expect("asking boto3");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("boto3's answer");
        // Python has said why on stderr.
        serde_json::from_str(&line).unwrap_or_else(|why| panic!("boto3 gave no answer to {question}: {why}"))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many things of each kind a snapshot has.
pub fn count(snapshot: &Value) -> BTreeMap<String, usize> {
    let kinds = snapshot.as_object().into_iter().flatten();
    kinds.map(|(kind, things)| (kind.clone(), things.as_object().map_or(0, serde_json::Map::len))).collect()
}

/// What differs between two values, one path a line: `vpc.vpc-1.Tags[0].Value: "a" -> "b"`.
pub fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(String::new(), before, after, &mut found);
    found
}

fn compare(path: String, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match (left.get(key), right.get(key)) {
                    (Some(left), Some(right)) => compare(below, left, right, found),
                    (Some(left), None) => found.push(format!("{below}: {left} -> (gone)")),
                    (None, right) => found.push(format!("{below}: (new) {}", right.unwrap_or(&Value::Null))),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                compare(format!("{path}[{at}]"), left, right, found);
            }
        }
        (left, right) if left == right => {}
        (left, right) => found.push(format!("{path}: {left} -> {right}")),
    }
}
