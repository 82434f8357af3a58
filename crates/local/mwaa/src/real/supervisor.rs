//! The process that runs one Airflow. It ends, with all that it started, when its stdin closes, which the kernel does
//! however this program ends.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{Mutex as AsyncMutex, oneshot, watch};

/// The programs: what supervises, and what Airflow is told.
const PROGRAMS: [(&str, &str); 4] = [
    ("supervise.py", include_str!("supervise.py")),
    ("prepare.py", include_str!("prepare.py")),
    ("settings.py", include_str!("settings.py")),
    ("shipper.py", include_str!("shipper.py")),
];

/// Those who wait for a command's answer.
type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// A running supervisor.
pub(crate) struct Supervisor {
    child: AsyncMutex<Child>,
    stdin: AsyncMutex<Option<ChildStdin>>,
    waiting: Waiting,
    next: AtomicU64,
    failed: watch::Receiver<Option<String>>,
}

impl Supervisor {
    /// Starts it. Its programs are in `<home>/supervisor`, its own words in `<home>/logs/supervisor.log`.
    pub(crate) async fn start(python: &Path, home: &Path, about: &Value) -> std::io::Result<Self> {
        let programs = home.join("supervisor");
        std::fs::create_dir_all(&programs)?;
        std::fs::create_dir_all(home.join("logs"))?;
        for (name, text) in PROGRAMS {
            std::fs::write(programs.join(name), text)?;
        }
        let log = std::fs::File::create(home.join("logs").join("supervisor.log"))?;
        let mut child = Command::new(python)
            .arg(programs.join("supervise.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .spawn()?;
        let missing = || std::io::Error::other("a pipe to it is missing");
        let mut stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        stdin.write_all(format!("{about}\n").as_bytes()).await?;
        let waiting = Waiting::default();
        let (fails, failed) = watch::channel(None);
        let answers = waiting.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let said: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(why) = said["failed"].as_str() {
                    fails.send_replace(Some(why.to_string()));
                } else if let Some(id) = said["id"].as_u64()
                    && let Some(waits) = lock(&answers).remove(&id)
                {
                    let _ = waits.send(said);
                }
            }
            lock(&answers).clear();
            fails.send_if_modified(|now| now.is_none() && now.replace("its supervisor ended".to_string()).is_none());
        });
        let (child, stdin) = (AsyncMutex::new(child), AsyncMutex::new(Some(stdin)));
        Ok(Self { child, stdin, waiting, next: AtomicU64::new(1), failed })
    }

    /// Why it does not come up, or is no longer there.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failed.borrow().clone()
    }

    /// Waits until it is no longer there.
    pub(crate) async fn gone(&self) -> String {
        let mut failed = self.failed.clone();
        let why = failed.wait_for(Option::is_some).await.map(|why| why.clone());
        why.ok().flatten().unwrap_or_default()
    }

    /// Airflow is up: from now on a process that ends is always started again.
    pub(crate) async fn is_up(&self) {
        self.tell(&json!({ "up": true })).await;
    }

    /// Runs `airflow` with a command line: exit code, and stdout and stderr in base64. Nothing when the supervisor has gone.
    pub(crate) async fn run(&self, line: &str, seconds: u64) -> Option<Value> {
        let id = self.next.fetch_add(1, Ordering::SeqCst);
        let (sender, answer) = oneshot::channel();
        lock(&self.waiting).insert(id, sender);
        self.tell(&json!({ "id": id, "line": line, "seconds": seconds })).await;
        answer.await.ok()
    }

    /// Ends it and everything that it started, and waits for that. The folder goes, too, unless it is to be kept.
    pub(crate) async fn end(&self, keep: bool) {
        if keep {
            self.tell(&json!({ "keep": true })).await;
        }
        self.stdin.lock().await.take();
        let _ = self.child.lock().await.wait().await;
    }

    async fn tell(&self, line: &Value) {
        if let Some(stdin) = self.stdin.lock().await.as_mut() {
            // When it has gone, `failure` says so.
            let _ = stdin.write_all(format!("{line}\n").as_bytes()).await;
        }
    }
}

fn lock(waiting: &Waiting) -> std::sync::MutexGuard<'_, HashMap<u64, oneshot::Sender<Value>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
