//! The process that runs a script, and its lines, which are in CloudWatch Logs while it runs.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use strata_local_cloud::Cloud;
use strata_local_logs::Stream;
use strata_local_process::environment;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::files;
use crate::script::{Python, Script};

/// How long lines wait for others before they are written.
const PATIENCE: Duration = Duration::from_millis(300);

/// So many lines are not waited with.
const MANY: usize = 2000;

/// Lines that are not in the logs yet.
struct Logs<'a> {
    output: Vec<Stream<'a>>,
    errors: Stream<'a>,
    out: Vec<String>,
    err: Vec<String>,
}

impl Logs<'_> {
    fn is_empty(&self) -> bool {
        self.out.is_empty() && self.err.is_empty()
    }

    /// Writes them.
    async fn flush(&mut self) {
        for stream in &self.output {
            stream.write(&self.out).await;
        }
        self.errors.write(&self.err).await;
        self.out.clear();
        self.err.clear();
    }
}

/// Runs what `about` says. Dropping the future closes the pipe, which ends the script and all that it has started.
pub(crate) async fn run(cloud: &Cloud, python: &Python, script: &Script<'_>, about: &Value) -> Result<(), String> {
    let programs = files::programs(cloud).map_err(|why| why.to_string())?;
    let failed = |why: std::io::Error| format!("The local endpoint could not run the job: {why}");
    let mut child = Command::new(&python.interpreter)
        .arg("-B")
        .arg(programs.join("supervise.py"))
        .env_clear()
        .envs(environment::needed())
        .envs(environment::fetching())
        .envs(std::env::var_os("JAVA_HOME").map(|home| ("JAVA_HOME", home)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(failed)?;
    let missing = || failed(std::io::Error::other("a pipe to it is missing"));
    let mut stdin = child.stdin.take().ok_or_else(missing)?;
    let mut lines = BufReader::new(child.stdout.take().ok_or_else(missing)?).lines();
    stdin.write_all(format!("{about}\n").as_bytes()).await.map_err(failed)?;

    let (group, errors) = (format!("{}/output", script.logs), format!("{}/error", script.logs));
    let mut output = vec![open(cloud, script, &group, script.run).await];
    if let Some(continuous) = script.continuous {
        output.push(open(cloud, script, continuous, &format!("{}-driver", script.run)).await);
    }
    let errors = open(cloud, script, &errors, script.run).await;
    let mut logs = Logs { output, errors, out: Vec::new(), err: Vec::new() };
    let ended = loop {
        let line = tokio::select! {
            line = lines.next_line() => line,
            () = tokio::time::sleep(PATIENCE), if !logs.is_empty() => {
                logs.flush().await;
                continue;
            }
        };
        let Ok(Some(line)) = line else { break Some("The process that runs the job has ended.".to_owned()) };
        let mut said: Value = serde_json::from_str(&line).unwrap_or_default();
        if let Value::String(line) = said["out"].take() {
            logs.out.push(line);
        } else if let Value::String(line) = said["err"].take() {
            logs.err.push(line);
        } else if let Some(end) = said.get("end") {
            break end.as_str().map(str::to_owned);
        }
        if logs.out.len() + logs.err.len() >= MANY {
            logs.flush().await;
        }
    };
    // The run's error is written as the last line; a traceback ends with the same.
    if ended.is_some() && logs.err.last() == ended.as_ref() {
        logs.err.pop();
    }
    logs.flush().await;
    drop(stdin);
    let _ = child.wait().await;
    ended.map_or(Ok(()), Err)
}

async fn open<'a>(cloud: &'a Cloud, script: &'a Script<'_>, group: &'a str, name: &str) -> Stream<'a> {
    Stream::open(cloud, script.caller(), script.region, group, name).await
}
