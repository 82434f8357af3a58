//! The engine of job runs: the program `transform`, the very one that jobs in AWS fetch and start, as a process of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use strata_local_process::{broken, environment};
use tokio::io::AsyncReadExt;
use tokio::process::Command;

/// What a run is told.
#[derive(Debug)]
pub struct Job {
    /// Where the objects are: `http://127.0.0.1:port/secret`.
    pub objects: String,
    /// The `s3://` places of the specs, separated by commas.
    pub specs: String,
    /// The day, as YYYY-MM-DD.
    pub date: Option<String>,
    /// The most memory that it shall use, as the program takes it.
    pub memory: Option<String>,
}

/// What came of a run.
#[derive(Debug)]
pub struct Done {
    /// Nothing, or the error in plain words.
    pub result: Result<(), String>,
    /// What it said.
    pub lines: Vec<String>,
}

/// Begins the line with which the program ends when it fails.
const MARK: &str = "transform: ";

/// Runs a job to its end. Dropping the future kills the process.
pub async fn run(job: &Job) -> Done {
    match talk(job).await {
        Ok(done) => done,
        Err(why) => Done { result: Err(why), lines: Vec::new() },
    }
}

async fn talk(job: &Job) -> Result<Done, String> {
    let program = program()?;
    let failed = |error: std::io::Error| format!("{} could not be run: {error}", program.display());
    let mut command = Command::new(&program);
    command.args(["--spec", &job.specs, "--end-with-stdin"]);
    for (option, value) in [("--date", &job.date), ("--memory", &job.memory)] {
        if let Some(value) = value {
            command.args([option, value]);
        }
    }
    command.env_clear().envs(environment::needed()).envs([
        // The SDK puts the bucket right behind the path.
        ("AWS_ENDPOINT_URL", format!("{}/", job.objects).as_str()),
        ("AWS_REGION", "us-east-1"),
        // The objects' address has a secret in it, which is all that they ask for.
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        // The person's own files have nothing to say here.
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(failed)?;
    let missing = || "a pipe to it is missing".to_owned();
    // It stays open until the process is done: the process ends when this one does.
    let stdin = child.stdin.take();
    let mut stdout = child.stdout.take().ok_or_else(missing)?;
    let mut stderr = child.stderr.take().ok_or_else(missing)?;
    let (mut out, mut err) = (String::new(), String::new());
    tokio::try_join!(stdout.read_to_string(&mut out), stderr.read_to_string(&mut err)).map_err(failed)?;
    let status = child.wait().await.map_err(failed)?;
    drop(stdin);
    let mut lines: Vec<String> = err.lines().map(str::to_owned).collect();
    if status.success() {
        lines.extend(out.lines().map(str::to_owned));
        return Ok(Done { result: Ok(()), lines });
    }
    let said = lines.iter().rposition(|line| line.starts_with(MARK)).map(|at| lines.remove(at));
    let why = match said {
        Some(line) => line.trim_start_matches(MARK).to_owned(),
        None => broken::ended(status, &err),
    };
    Ok(Done { result: Err(why), lines })
}

/// The program next to this one.
fn program() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| format!("looking for the program `transform`: {error}"))?;
    let program = own.parent().unwrap_or(Path::new(".")).join("transform");
    if program.exists() {
        return Ok(program);
    }
    Err(format!("there is no program {}: `just build` makes it", program.display()))
}
