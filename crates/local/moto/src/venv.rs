//! The private Python environment: made once, remade when the pinned versions change.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};

use crate::error::Error;
use strata_local_process::file::file;

/// What is installed.
const REQUIREMENTS: &str = include_str!("../python/requirements.txt");

/// Says what the environment holds.
const MARKER: &str = "strata-requirements.sha256";

/// Prints the version when the interpreter can make environments.
const PROBE: &str = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";

/// The interpreter of the environment.
pub fn python(venv: &Path) -> PathBuf {
    venv.join("bin").join("python")
}

/// Makes the environment unless it is there. Two processes may call this at once.
///
/// # Errors
/// There is no Python that will do, or pip fails.
pub fn ensure(venv: &Path) -> Result<(), Error> {
    let wanted: String = Sha256::digest(REQUIREMENTS).iter().map(|byte| format!("{byte:02x}")).collect();
    if is_current(venv, &wanted) {
        return Ok(());
    }
    let parent = venv.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(file("making the folder", parent))?;
    let lock_path = venv.with_extension("lock");
    let lock = std::fs::File::create(&lock_path).map_err(file("creating", &lock_path))?;
    lock.lock().map_err(file("locking", &lock_path))?;
    if is_current(venv, &wanted) {
        return Ok(());
    }
    let system = probe()?;
    say(&format!("setting up {} for the parts that are Python (once, about half a minute)", venv.display()));
    if venv.exists() {
        std::fs::remove_dir_all(venv).map_err(file("removing the outdated", venv))?;
    }
    let advice = "install python3-venv (Debian and Ubuntu: apt-get install python3-venv), then start again";
    run(venv, "python3 -m venv", advice, Command::new(system).args(["-m", "venv"]).arg(venv))?;
    let list = venv.join("requirements.txt");
    std::fs::write(&list, REQUIREMENTS).map_err(file("writing", &list))?;
    let count = REQUIREMENTS.lines().filter(|line| line.contains("==")).count();
    say(&format!("installing {count} Python packages"));
    let advice = "check the connection to the Python package index (pip's own settings apply), then start again";
    let mut pip = Command::new(python(venv));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
    run(venv, "pip install", advice, pip.arg(&list))?;
    // Tests run from a hundred processes: none of them should compile these again.
    run(venv, "compileall", advice, Command::new(python(venv)).args(["-m", "compileall", "-q", "-j", "0"]).arg(venv))?;
    let marker = venv.join(MARKER);
    std::fs::write(&marker, wanted).map_err(file("writing", &marker))?;
    Ok(())
}

fn is_current(venv: &Path, wanted: &str) -> bool {
    let found = std::fs::read_to_string(venv.join(MARKER)).unwrap_or_default();
    found.trim() == wanted && python(venv).exists()
}

/// Finds an interpreter that can make environments.
fn probe() -> Result<&'static str, Error> {
    let asked = Command::new("python3").args(["-c", PROBE]).output();
    let answer = asked.map_err(|_| Error::NoPython { found: "there is none on the PATH".to_string() })?;
    if !answer.status.success() {
        let found = format!("its venv module is missing ({})", last_line(&answer));
        return Err(Error::NoPython { found });
    }
    let version = String::from_utf8_lossy(&answer.stdout).trim().to_string();
    let minor = version.strip_prefix("3.").and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < 10) {
        return Err(Error::NoPython { found: format!("it is version {version}") });
    }
    Ok("python3")
}

/// Runs one step.
fn run(venv: &Path, step: &'static str, advice: &'static str, command: &mut Command) -> Result<(), Error> {
    let failed = |output| Error::Venv { path: venv.to_path_buf(), step, output, advice };
    let output = command.output().map_err(|why| failed(why.to_string()))?;
    if output.status.success() { Ok(()) } else { Err(failed(last_line(&output))) }
}

/// What a command said last.
fn last_line(output: &Output) -> String {
    let text = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("nothing").to_string()
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "local: {text}");
}
