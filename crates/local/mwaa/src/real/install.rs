//! The virtual environment of an Airflow version, made when it is first asked for.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::json;
use strata_local_process::uv::VERSION as UV;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::all::Places;
use super::versions;

/// Makes it, unless it is there.
const PROGRAM: &str = include_str!("install.py");

/// What an environment needs of it.
pub(crate) struct Installed {
    /// The interpreter.
    pub python: PathBuf,
    /// The installer, for an environment's own packages.
    pub uv: PathBuf,
}

/// Waits until the environment of a version is there, or says why it cannot be.
pub(crate) async fn ensure(places: &Places, version: &str) -> Result<Installed, String> {
    let list = versions::list(version)?;
    let venv = places.cache.join(versions::folder(version, list));
    let uv = places.cache.join(format!("uv-{UV}")).join("bin").join("uv");
    let installed = Installed { python: venv.join("bin").join("python"), uv: uv.clone() };
    if installed.python.exists() && uv.exists() {
        return Ok(installed);
    }
    let about = json!({ "venv": venv, "version": version, "requirements": list, "uv": uv, "uv_version": UV });
    let failed = |why: std::io::Error| format!("Installing Apache Airflow {version}: {why}");
    let mut child = Command::new(&places.python)
        .args(["-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(failed)?;
    // It ends, with what it started, when this end of the pipe closes: so it is kept until the answer is there.
    let mut stdin = child.stdin.take();
    if let Some(stdin) = &mut stdin {
        stdin.write_all(format!("{about}\n").as_bytes()).await.map_err(failed)?;
    }
    let output = child.wait_with_output().await.map_err(failed)?;
    drop(stdin);
    if output.status.success() {
        return Ok(installed);
    }
    let words = String::from_utf8_lossy(&output.stdout).trim().to_string();
    Err(format!("Installing Apache Airflow {version}: {words}"))
}
