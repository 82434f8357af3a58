//! The engine of job runs whose script is a person's own: a program in Python or on Spark, in a process of its own, with the
//! credentials of the job's role.
//!
//! `python/supervise.py` makes its environment, runs it, and ends with the pipe to it: when the run is stopped, times out, or the
//! endpoint dies. `python/lib/awsglue` is what scripts import of AWS Glue's library.

mod arguments;
mod credentials;
mod files;
mod process;
mod script;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use strata_local_cloud::Cloud;
use strata_local_process::uv;

pub use script::{Python, Script};

/// Runs a script to its end. Dropping the future ends it, and all that it has started.
///
/// # Errors
/// Why it failed, as the run's ErrorMessage has it.
pub async fn run(cloud: &Cloud, python: &Python, script: &Script<'_>) -> Result<(), String> {
    arguments::check(script)?;
    let credentials = credentials::assume(cloud, script).await?;
    let folder = Folder(cloud.dir.join("glue").join("runs").join(script.run));
    let about = prepare(cloud, python, script, &folder.0, credentials).await?;
    process::run(cloud, python, script, &about).await
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
    cloud: &Cloud,
    python: &Python,
    script: &Script<'_>,
    folder: &Path,
    credentials: Map<String, Value>,
) -> Result<Value, String> {
    let failed = |why: std::io::Error| {
        format!("preparing the run's folder {}: {why}; check that the disk is not full", folder.display())
    };
    for name in ["script", "work", "py-files", "modules", "jars"] {
        std::fs::create_dir_all(folder.join(name)).map_err(failed)?;
    }
    let (bucket, key) = script.place;
    let file = folder.join("script").join(key.rsplit('/').next().unwrap_or(key));
    files::bring(cloud, bucket, key, &file).await?;
    let list = |name: &str| arguments::list(script.arguments, name);
    let py_files =
        files::bring_all(cloud, "--extra-py-files", &list("--extra-py-files"), &folder.join("py-files")).await?;
    let jars = files::bring_all(cloud, "--extra-jars", &list("--extra-jars"), &folder.join("jars")).await?;
    // As at AWS, they are in the folder in which the script runs.
    files::bring_all(cloud, "--extra-files", &list("--extra-files"), &folder.join("work")).await?;
    let modules = list("--additional-python-modules");
    let modules = files::bring_all(cloud, "--additional-python-modules", &modules, &folder.join("modules")).await?;
    let option = script.arguments.get("--python-modules-installer-option");
    Ok(json!({
        "folder": folder,
        "cache": python.cache,
        "uv": uv::VERSION,
        "set": arguments::set(script),
        "script": file,
        "arguments": arguments::words(script),
        "py_files": py_files,
        "jars": jars,
        "modules": modules,
        "installer_option": option.map_or("", String::as_str),
        "conf": arguments::conf(script.arguments),
        "env": credentials,
    }))
}
