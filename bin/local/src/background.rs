//! The verbs about an endpoint that runs in the background.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;
use strata_local_buckets as buckets;
use strata_local_endpoint::Memory;
use strata_local_moto::venv;
use strata_local_process::environment;

use crate::cli::{Place, Serve};
use crate::error::Error;
use strata_local_process::file::file;

mod ask;

/// How long the background process may take until it listens, or until it has ended.
const PATIENCE: Duration = Duration::from_secs(15);

/// What `endpoint.json` says.
pub(crate) struct Running {
    url: String,
    pid: u64,
}

/// Starts the endpoint unless it runs.
pub(crate) fn start(options: &Serve) -> Result<ExitCode, Error> {
    let place = &options.place;
    // Wrong weather is told here, not in the log.
    options.weather()?;
    if let Some(running) = running(place) {
        say(&format!("already running at {} (process {})", running.url, running.pid));
        return Ok(ExitCode::SUCCESS);
    }
    let kept = buckets::are_in(&place.dir) || Memory::is_in(&place.dir);
    std::fs::create_dir_all(&place.dir).map_err(file("making the folder", &place.dir))?;
    venv::ensure(&options.venv())?;
    let begun = Instant::now();
    check_port(options.port)?;
    let log = place.log_file();
    let mut child = spawn(options, &log)?;
    let failed = |why: String| Error::Start { why, log: log.clone() };
    while begun.elapsed() < PATIENCE {
        if let Some(running) = running(place)
            && let Some(again) = if kept { again(&running)? } else { Some(Again::default()) }
        {
            say(&format!(
                "running at {} (process {}), {} ms{}",
                running.url,
                running.pid,
                begun.elapsed().as_millis(),
                again.words()
            ));
            again.unread.iter().for_each(|why| say(why));
            return Ok(ExitCode::SUCCESS);
        }
        if let Ok(Some(status)) = child.try_wait() {
            let words = std::fs::read_to_string(&log).unwrap_or_default();
            return Err(failed(format!(
                "it ended ({status}): {}",
                words.lines().last().unwrap_or("it printed nothing")
            )));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    Err(failed("it does not answer".to_string()))
}

/// What an endpoint has of the run before.
#[derive(Default, Deserialize)]
struct Again {
    resources: u64,
    unread: Vec<String>,
}

impl Again {
    fn words(&self) -> String {
        match self.resources {
            0 => String::new(),
            1 => "; 1 resource is as it was".to_string(),
            number => format!("; {number} resources are as they were"),
        }
    }
}

/// What it has again, once everything is there.
fn again(running: &Running) -> Result<Option<Again>, Error> {
    let health = ask::send("GET", &running.url, "/_local/health")?;
    let mut health: Value = serde_json::from_str(&health).unwrap_or_default();
    let is_ready = health["ready"] == true;
    Ok(serde_json::from_value(health["kept"].take()).ok().filter(|_| is_ready))
}

/// The same program again, away from this terminal.
fn spawn(options: &Serve, log: &Path) -> Result<std::process::Child, Error> {
    let words = std::fs::File::create(log).map_err(file("creating", log))?;
    let failed = |why: std::io::Error| Error::Start { why: why.to_string(), log: log.to_path_buf() };
    let more_words = words.try_clone().map_err(failed)?;
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(program);
    command.arg("serve").arg("--dir").arg(&options.place.dir).arg("--venv").arg(options.venv());
    command.args(["--port", &options.port.to_string(), "--pace", &options.pace.to_string()]);
    if let Some(record) = &options.record {
        command.arg("--record").arg(record);
    }
    if let Some(weather) = &options.weather {
        command.arg("--weather").arg(weather);
    }
    if let Some(latency) = options.latency {
        command.args(["--latency", &latency.to_string()]);
    }
    command.env_clear().envs(environment::needed()).envs(environment::fetching());
    command.stdin(Stdio::null()).stdout(words).stderr(more_words);
    command.process_group(0).spawn().map_err(failed)
}

/// Says at once, in this terminal, that the port is taken.
fn check_port(port: u16) -> Result<(), Error> {
    std::net::TcpListener::bind(("127.0.0.1", port)).map(drop).map_err(|source| Error::Port { port, source })
}

/// Stops the endpoint and waits until it has ended.
pub(crate) fn stop(place: &Place) -> Result<ExitCode, Error> {
    let Some(running) = running(place) else {
        say("not running");
        return Ok(ExitCode::SUCCESS);
    };
    ask::send("POST", &running.url, "/_local/stop")?;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        // The file goes last, after moto has ended.
        if !place.endpoint_file().exists() {
            say(&format!("stopped (was {})", running.url));
            return Ok(ExitCode::SUCCESS);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err(Error::Ask { url: running.url, why: format!("it does not end; end it with: kill -9 {}", running.pid) })
}

/// Says whether it runs: exit code 0 when it does, 1 when not.
pub(crate) fn status(place: &Place) -> Result<ExitCode, Error> {
    let Some(running) = running(place) else {
        say("not running; start it with: local start");
        return Ok(ExitCode::from(1));
    };
    let health = ask::send("GET", &running.url, "/_local/health")?;
    write_out(&health)?;
    Ok(ExitCode::SUCCESS)
}

/// Forgets all resources.
pub(crate) fn reset(place: &Place) -> Result<ExitCode, Error> {
    let Some(running) = running(place) else {
        say("not running: nothing to reset");
        return Ok(ExitCode::SUCCESS);
    };
    ask::send("POST", &running.url, "/_local/reset")?;
    say("everything is deleted");
    Ok(ExitCode::SUCCESS)
}

/// Prints the variables that point AWS tools at the endpoint.
pub(crate) fn env(place: &Place) -> Result<ExitCode, Error> {
    let Some(running) = running(place) else {
        say("not running; start it with: local start");
        return Ok(ExitCode::from(1));
    };
    let region = std::env::var("AWS_REGION").unwrap_or_else(|_| "eu-central-1".to_string());
    // MWAA's clients put `api.` before the host whatever it is, and before an address nothing resolves it.
    let named = quoted(&running.url.replace("127.0.0.1", "localhost"));
    let (url, region) = (quoted(&running.url), quoted(&region));
    write_out(&format!(
        "export AWS_ENDPOINT_URL={url}\nexport AWS_ENDPOINT_URL_MWAA={named}\nexport AWS_ACCESS_KEY_ID=local\nexport AWS_SECRET_ACCESS_KEY=local\n\
         export AWS_REGION={region}\nexport AWS_DEFAULT_REGION={region}\n\
         export AWS_DISABLE_HOST_PREFIX_INJECTION=true"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// A word that a shell takes as it is: what is printed here goes through `eval`.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if text.chars().all(plain) { text.to_string() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The endpoint of this folder, if it answers.
pub(crate) fn running(place: &Place) -> Option<Running> {
    let text = std::fs::read_to_string(place.endpoint_file()).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    let found = Running { url: value.get("url")?.as_str()?.to_string(), pid: value.get("pid")?.as_u64()? };
    let health: Value = serde_json::from_str(&ask::send("GET", &found.url, "/_local/health").ok()?).ok()?;
    // After a crash another endpoint may have got the port.
    (health.get("pid")?.as_u64()? == found.pid).then_some(found)
}

/// Results go to stdout, everything else to stderr.
pub(crate) fn write_out(text: &str) -> Result<(), Error> {
    writeln!(std::io::stdout().lock(), "{text}").map_err(file("writing to", "stdout"))?;
    Ok(())
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "local: {text}");
}
