//! A job whose script is a person's own: a program in Python or on Spark, in a process of its own, with the role's credentials.
//!
//! `python/supervise.py` makes its environment, runs it, and ends with the pipe to it: when the run is stopped, times out, or the
//! endpoint dies. `python/lib/awsglue` is what scripts import of AWS Glue's library.

mod arguments;
mod credentials;
mod files;
mod process;

use std::path::{Path, PathBuf};

use serde_json::json;
use strata_local_process::uv;

use crate::job_work::Work;
use crate::store::Glue;

/// Where the environments of jobs come from.
#[derive(Debug)]
pub struct Python {
    /// The folder of the virtual environments, which other endpoints use, too.
    pub cache: PathBuf,
    /// An interpreter with pip.
    pub interpreter: PathBuf,
}

/// Runs the script at a bucket's key to its end. The error is the run's ErrorMessage.
pub(crate) async fn run(glue: &Glue, work: &Work, script: (&str, &str)) -> Result<(), String> {
    arguments::check(work)?;
    let credentials = credentials::assume(&glue.cloud, work).await?;
    let folder = Folder(glue.cloud.dir.join("glue").join("runs").join(&work.id));
    let about = prepare(glue, work, script, &folder.0, credentials).await?;
    process::run(glue, work, &about).await
}

/// The folder of a run, which goes with the run. When the endpoint is killed, the supervisor removes it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Puts the files of the run into its folder; what the supervisor is told.
async fn prepare(
    glue: &Glue,
    work: &Work,
    script: (&str, &str),
    folder: &Path,
    credentials: serde_json::Map<String, serde_json::Value>,
) -> Result<serde_json::Value, String> {
    let failed = |why: std::io::Error| {
        format!("preparing the run's folder {}: {why}; check that the disk is not full", folder.display())
    };
    for name in ["work", "py-files", "modules", "jars"] {
        std::fs::create_dir_all(folder.join(name)).map_err(failed)?;
    }
    let (bucket, key) = script;
    let name = key.rsplit('/').next().unwrap_or(key);
    let script = folder.join(name);
    files::bring(glue, bucket, key, &script).await?;
    let list = |name: &str| arguments::list(&work.arguments, name);
    let py_files =
        files::bring_all(glue, "--extra-py-files", &list("--extra-py-files"), &folder.join("py-files")).await?;
    let jars = files::bring_all(glue, "--extra-jars", &list("--extra-jars"), &folder.join("jars")).await?;
    // As at AWS, they are in the folder in which the script runs.
    files::bring_all(glue, "--extra-files", &list("--extra-files"), &folder.join("work")).await?;
    let modules = list("--additional-python-modules");
    let modules = files::bring_all(glue, "--additional-python-modules", &modules, &folder.join("modules")).await?;
    let option = work.arguments.get("--python-modules-installer-option");
    Ok(json!({
        "folder": folder,
        "cache": glue.python.cache,
        "uv": uv::VERSION,
        "set": arguments::set(work),
        "script": script,
        "arguments": arguments::words(work),
        "py_files": py_files,
        "jars": jars,
        "modules": modules,
        "installer_option": option.map_or("", String::as_str),
        "conf": arguments::conf(&work.arguments),
        "env": credentials,
    }))
}
