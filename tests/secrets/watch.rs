//! Looks at all processes of the machine, again and again: what is in their arguments, and in the environment of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use strata_testkit::bin;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Command lines with a secret in them.
    pub(crate) argv: BTreeSet<String>,
    /// Children of the endpoint that hold one in their environment.
    pub(crate) environ: BTreeSet<String>,
    pub(crate) looks: usize,
    pub(crate) serve: usize,
    pub(crate) moto: usize,
    pub(crate) workers: usize,
    /// Programs that call AWS and therefore need credentials.
    pub(crate) programs: usize,
}

pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

impl Watch {
    pub(crate) fn start(secrets: &[&'static str]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (ends, secrets) = (stop.clone(), secrets.to_vec());
        let thread = std::thread::spawn(move || {
            let (mut seen, mut known) = (Seen::default(), BTreeMap::new());
            while !ends.load(Ordering::SeqCst) {
                look(&secrets, &mut seen, &mut known);
                seen.looks += 1;
                std::thread::sleep(Duration::from_millis(3));
            }
            seen
        });
        Self { stop, thread }
    }

    pub(crate) fn end(self) -> Seen {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

/// One look. A process has the arguments of its parent until it becomes another program, so it is looked at until its
/// arguments have been the same twice.
fn look(secrets: &[&str], seen: &mut Seen, known: &mut BTreeMap<String, Vec<u8>>) {
    let programs = bin("local").parent().unwrap().to_str().unwrap().to_owned();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let id = entry.file_name().to_string_lossy().into_owned();
        if !id.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let Ok(line) = std::fs::read(entry.path().join("cmdline")) else { continue };
        if known.get(&id) == Some(&line) || line.is_empty() {
            continue;
        }
        let text = String::from_utf8_lossy(&line).replace('\0', " ");
        known.insert(id, line);
        if secrets.iter().any(|secret| text.contains(secret)) {
            seen.argv.insert(text.clone());
        }
        // Which of ours it is, by its first words.
        let mut words = text.split(' ');
        let (program, verb) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let ours = program.starts_with(&programs);
        let count = match verb {
            "serve" if ours => &mut seen.serve,
            "worker" if ours => &mut seen.workers,
            _ if verb.ends_with("moto/launcher.py") => &mut seen.moto,
            _ if ours => &mut seen.programs,
            _ => continue,
        };
        *count += 1;
        if ours && verb != "serve" && verb != "worker" {
            continue;
        }
        let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let environ = String::from_utf8_lossy(&environ).into_owned();
        if secrets.iter().any(|secret| environ.contains(secret)) {
            seen.environ.insert(text);
        }
    }
}
