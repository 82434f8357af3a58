//! One task in a process of its own: a query or a transform can then be stopped at any moment, and what it holds goes
//! with it. The task comes as one line of JSON on stdin, the result goes as JSON to stdout, progress goes to stderr.

use crate::{broken, environment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    io::{BufRead, Read, Write},
    path::Path,
    process::{ExitCode, Stdio},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};

/// An engine's work: the task in, the result or the error in plain words out.
pub type Engine = fn(Value) -> Result<Value, String>;

/// What a worker is told to do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Task {
    /// The name of the engine.
    engine: String,
    /// What it is told.
    task: Value,
}

impl Task {
    /// Work for an engine.
    ///
    /// # Errors
    /// The task cannot be written as JSON.
    pub fn new(engine: &str, task: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self { engine: engine.to_owned(), task: serde_json::to_value(task)? })
    }
}

/// What a worker said.
#[derive(Debug)]
pub struct Done {
    /// The result, or the error in plain words.
    pub result: Result<Value, String>,
    /// Its progress.
    pub lines: Vec<String>,
}

/// Run `task` in a child process. Dropping the future kills the child.
pub async fn spawn(task: &Task) -> Done {
    match talk(task).await {
        Ok(done) => done,
        Err(error) => Done { result: Err(format!("the worker process could not be used: {error}")), lines: Vec::new() },
    }
}

async fn talk(task: &Task) -> std::io::Result<Done> {
    let name = std::env::current_exe()?;
    let mut child = Command::new(itself(&name))
        .arg0(&name)
        .arg("worker")
        .env_clear()
        .envs(environment::needed())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let missing = || std::io::Error::other("a pipe to it is missing");
    let mut stdin = child.stdin.take().ok_or_else(missing)?;
    let mut stdout = child.stdout.take().ok_or_else(missing)?;
    let mut stderr = child.stderr.take().ok_or_else(missing)?;
    stdin.write_all(format!("{}\n", serde_json::to_string(task)?).as_bytes()).await?;
    let (mut out, mut err) = (String::new(), String::new());
    // stdin stays open until the child is done: it ends itself when the pipe closes.
    tokio::try_join!(stdout.read_to_string(&mut out), stderr.read_to_string(&mut err))?;
    let status = child.wait().await?;
    drop(stdin);
    let answer: Value = serde_json::from_str(&out).unwrap_or_default();
    let result = match (answer.get("ok"), answer["error"].as_str()) {
        (Some(ok), _) => Ok(ok.clone()),
        (None, Some(error)) => Err(error.to_owned()),
        (None, None) => Err(broken::ended(status, &err)),
    };
    Ok(Done { result, lines: err.lines().map(str::to_owned).collect() })
}

/// This program, also when a newer one has been built in its place since the endpoint was started (Linux).
fn itself(name: &Path) -> &Path {
    let same = Path::new("/proc/self/exe");
    if same.exists() { same } else { name }
}

/// The hidden verb `local worker`: read one task, have the engine of its name do it, print the result.
pub fn run(engines: &[(&str, Engine)]) -> ExitCode {
    let mut line = String::new();
    let task = match std::io::stdin().lock().read_line(&mut line).map(|_| serde_json::from_str::<Task>(&line)) {
        Ok(Ok(task)) => task,
        _ => return ExitCode::from(2),
    };
    std::thread::spawn(end_with_parent);
    let result = broken::caught(|| match engines.iter().find(|(name, _)| *name == task.engine) {
        Some((_, engine)) => engine(task.task),
        None => Err(format!("there is no engine {}", task.engine)),
    });
    let answer = match result {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({ "error": error }),
    };
    match writeln!(std::io::stdout(), "{answer}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// When the endpoint dies, however it does, the pipe closes, and no one waits for the answer any more.
fn end_with_parent() {
    let mut byte = [0];
    while matches!(std::io::stdin().read(&mut byte), Ok(count) if count > 0) {}
    // The task is busy in other threads and cannot be asked to return.
    #[allow(clippy::exit)]
    std::process::exit(1);
}
