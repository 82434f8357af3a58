//! The binaries of the workspace, as a shell would run them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How long a program may run: longer than any wait of a test, and short enough to show what hangs.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(240);

/// What a program did.
#[derive(Debug, Clone)]
pub struct Output {
    /// The exit code; `None` when a signal ended it.
    pub status: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said to people.
    pub stderr: String,
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/testkit lies two folders below the root").to_path_buf()
}

/// The path of a workspace binary: next to the folder of the test executable.
pub fn bin(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test executable");
    let path = test.ancestors().nth(2).expect("target/<profile>/deps/<test>").join(name);
    assert!(path.exists(), "{} is not built: cargo build --release --workspace --bin {name}", path.display());
    path
}

/// Runs a program with `stdin`, in the repository, and waits for its end.
pub fn run(program: impl AsRef<Path>, args: &[&str], stdin: &str, env: &[(&str, &str)]) -> Output {
    run_in(repository(), program, args, stdin, env)
}

/// The same in any folder.
pub fn run_in(
    folder: impl AsRef<Path>,
    program: impl AsRef<Path>,
    args: &[&str],
    stdin: &str,
    env: &[(&str, &str)],
) -> Output {
    let program = program.as_ref();
    let mut child = Command::new(program)
        .args(args)
        .envs(env.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|why| panic!("starting {}: {why}", program.display()));
    let mut input = child.stdin.take().expect("stdin was piped");
    let text = stdin.to_string();
    // In a thread: a program that prints much before it reads all would block otherwise.
    let writer = std::thread::spawn(move || {
        // A program may end without reading.
        let _ = input.write_all(text.as_bytes());
    });
    let id = child.id();
    let (done, waits) = std::sync::mpsc::channel::<()>();
    // A program that never ends would hold up all other tests, and its output would not be seen.
    let watch = std::thread::spawn(move || {
        let is_late = waits.recv_timeout(LIMIT) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        is_late && Command::new("kill").args(["-9", &id.to_string()]).status().is_ok()
    });
    let output = child.wait_with_output().expect("waiting for the program");
    drop(done);
    let is_late = watch.join().expect("watching the program");
    assert!(!is_late, "{} {args:?} ran {LIMIT:?}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
    writer.join().expect("writing stdin");
    Output {
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
