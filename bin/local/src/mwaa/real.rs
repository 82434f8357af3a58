//! Real Airflow behind an environment that carries the tag `strata:airflow = real`.
//!
//! Each one is a supervisor process with its own folder, `<endpoint dir>/mwaa/<region>/<name>`; both go with the environment, and
//! with this program however it ends. Programs reach it through `InvokeRestApi`, or at its host, which `host.rs` answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::Key;
use crate::world::World;

mod airflow;
mod host;
mod install;
mod rest;
mod supervisor;
mod sync;
mod tokens;
mod versions;

pub(crate) use airflow::Airflow;
use airflow::Keys;
pub(crate) use host::{answer as answer_host, id_in};
pub(super) use rest::invoke;
pub(crate) use tokens::Purpose;

/// The tag that asks for a real Airflow.
const TAG: &str = "strata:airflow";

/// What of an environment only takes effect when Airflow starts.
const AT_START: [&str; 12] = [
    "AirflowVersion",
    "AirflowConfigurationOptions",
    "DagS3Path",
    "ExecutionRoleArn",
    "LoggingConfiguration",
    "PluginsS3Path",
    "PluginsS3ObjectVersion",
    "RequirementsS3Path",
    "RequirementsS3ObjectVersion",
    "SourceBucketArn",
    "StartupScriptS3Path",
    "StartupScriptS3ObjectVersion",
];

/// Where things are.
pub(crate) struct Places {
    /// The folder of the virtual environments, which other endpoints use, too.
    pub cache: PathBuf,
    /// An interpreter with pip.
    pub python: PathBuf,
    /// The endpoint's own folder.
    pub dir: PathBuf,
    /// The port of the endpoint.
    pub port: u16,
}

/// All running Airflows.
pub(crate) struct Real {
    places: Places,
    all: Mutex<BTreeMap<Key, Arc<Airflow>>>,
    tokens: tokens::Tokens,
}

impl Real {
    /// None yet. What an endpoint that was killed left in the folder goes.
    pub(crate) fn new(places: Places) -> Self {
        let _ = std::fs::remove_dir_all(places.dir.join("mwaa"));
        Self { places, all: Mutex::default(), tokens: tokens::Tokens::default() }
    }

    /// Where a browser finds the environment with this id.
    pub(super) fn url(&self, id: &str) -> String {
        format!("http://{id}{}:{}", host::SUFFIX, self.places.port)
    }

    /// The Airflow of an environment.
    pub(super) fn find(&self, region: &str, name: &str) -> Option<Arc<Airflow>> {
        self.with(|all| all.get(&(region.to_string(), name.to_string())).cloned())
    }

    /// The Airflow with this id.
    fn by_id(&self, id: &str) -> Option<Arc<Airflow>> {
        self.with(|all| all.values().find(|airflow| airflow.id == id).cloned())
    }

    /// A token for the environment with this address.
    pub(super) fn token(&self, purpose: Purpose, url: &str) -> String {
        self.tokens.give(purpose, id_of(url))
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Key, Arc<Airflow>>) -> T) -> T {
        work(&mut self.all.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn home(&self, region: &str, name: &str) -> PathBuf {
        self.places.dir.join("mwaa").join(region).join(name)
    }

    /// Ends the Airflow of an environment; its folder goes.
    pub(super) async fn stop(&self, region: &str, name: &str) {
        let key = (region.to_string(), name.to_string());
        if let Some(airflow) = self.with(|all| all.remove(&key)) {
            airflow.end(false).await;
        }
        // An update that failed twice leaves only the folder.
        let _ = std::fs::remove_dir_all(self.home(region, name));
    }

    /// Ends them all.
    pub(crate) async fn stop_all(&self) {
        let all = self.with(std::mem::take);
        futures::future::join_all(all.values().map(|airflow| airflow.end(false))).await;
        // Airflows that were about to start look whether they are still wanted.
        let _ = std::fs::remove_dir_all(self.places.dir.join("mwaa"));
    }
}

/// Whether an environment asks for it.
pub(super) fn is_wanted(environment: &Value) -> bool {
    environment["Tags"][TAG] == "real"
}

/// Whether the difference is one that Airflow has to start anew for.
pub(super) fn is_changed(before: &Value, after: &Value) -> bool {
    AT_START.iter().any(|member| before[member] != after[member])
}

/// Starts the Airflow of a new environment, and waits until it is healthy. The error is the person's to read.
pub(super) async fn start(world: &Arc<World>, region: &str, environment: &Value) -> Result<(), String> {
    begin(world, region, environment, Keys::new()).await
}

/// Starts it anew with other settings, its database as it is. When that fails, it comes back as it was.
pub(super) async fn restart(world: &Arc<World>, region: &str, before: &Value, after: &Value) -> Result<(), String> {
    let real = &world.mwaa.real;
    let key = (region.to_string(), before["Name"].as_str().unwrap_or_default().to_string());
    let Some(airflow) = real.with(|all| all.remove(&key)) else { return start(world, region, after).await };
    versions::list(after["AirflowVersion"].as_str().unwrap_or_default())?;
    airflow.end(true).await;
    let done = begin(world, region, after, airflow.keys.clone()).await;
    if done.is_err()
        && let Err(why) = begin(world, region, before, airflow.keys.clone()).await
    {
        tracing::warn!("starting Airflow as it was before the update: {why}");
    }
    done
}

async fn begin(world: &Arc<World>, region: &str, environment: &Value, keys: Keys) -> Result<(), String> {
    let real = &world.mwaa.real;
    let name = environment["Name"].as_str().unwrap_or_default();
    let version = environment["AirflowVersion"].as_str().unwrap_or_default();
    let installed = install::ensure(&real.places, version).await?;
    let home = real.home(region, name);
    let files = |why: std::io::Error| format!("Preparing {}: {why}", home.display());
    let _ = std::fs::remove_dir_all(home.join("dags"));
    std::fs::create_dir_all(home.join("dags")).map_err(files)?;
    let mut seen = sync::Seen::new();
    let read = |why: crate::call::AwsError| format!("Reading the bucket: {}", why.message);
    sync::dags(world, environment, &home, &mut seen).await.map_err(read)?;
    sync::files(world, environment, &home).await.map_err(read)?;
    let about = json!({
        "home": home,
        "version": version,
        "url": environment["WebserverUrl"],
        "endpoint": format!("http://127.0.0.1:{}", real.places.port),
        "region": region,
        "role_arn": environment["ExecutionRoleArn"],
        "options": environment["AirflowConfigurationOptions"],
        "requirements": environment["RequirementsS3Path"],
        "logs": logs(name, &environment["LoggingConfiguration"]),
        "python": installed.python,
        "uv": installed.uv,
    });
    let id = id_of(environment["WebserverUrl"].as_str().unwrap_or_default());
    let airflow = Arc::new(Airflow::start(id, about, keys).await.map_err(files)?);
    let key = (region.to_string(), name.to_string());
    real.with(|all| all.insert(key, airflow.clone()));
    if !is_current(world, region, environment) {
        // It has been deleted meanwhile, or the endpoint was reset.
        real.stop(region, name).await;
        return Err("the environment is gone".to_string());
    }
    if let Err(why) = airflow.is_healthy().await {
        let kept = real.find(region, name).filter(|found| Arc::ptr_eq(found, &airflow));
        if kept.is_some() {
            real.with(|all| all.remove(&(region.to_string(), name.to_string())));
        }
        // An update that failed goes back to what was there.
        airflow.end(environment["Status"] != "CREATING").await;
        return Err(why);
    }
    let attended = attend(world.clone(), region.to_string(), environment.clone(), seen, airflow.clone());
    airflow.keep(tokio::spawn(attended).abort_handle());
    Ok(())
}

/// Brings the DAGs until the Airflow is ended. One that was killed comes again, its database as it was: MWAA's machines do.
async fn attend(world: Arc<World>, region: String, environment: Value, seen: sync::Seen, airflow: Arc<Airflow>) {
    let name = environment["Name"].as_str().unwrap_or_default();
    let home = world.mwaa.real.home(&region, name);
    let why = tokio::select! {
        () = sync::keep(&world, &environment, &home, seen) => return,
        why = airflow.supervisor.gone() => why,
    };
    tracing::warn!("the Airflow of {name} comes again: {why}");
    world.mwaa.real.with(|all| all.retain(|_, found| !Arc::ptr_eq(found, &airflow)));
    airflow.supervisor.end(true).await;
    if let Err(why) = again(&world, &region, &environment, airflow.keys.clone()).await {
        tracing::warn!("the Airflow of {name} cannot come again: {why}");
    }
}

/// `begin`, whose type would otherwise have itself as a part.
fn again<'a>(
    world: &'a Arc<World>,
    region: &'a str,
    environment: &'a Value,
    keys: Keys,
) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
    Box::pin(begin(world, region, environment, keys))
}

fn is_current(world: &World, region: &str, environment: &Value) -> bool {
    let name = environment["Name"].as_str().unwrap_or_default();
    let is_same = |found: Value| {
        found["CreatedAt"] == environment["CreatedAt"] && found["Status"] != "DELETING" && found["Status"] != "DELETED"
    };
    world.mwaa.find(region, name).is_ok_and(is_same)
}

/// The first part of the host in an environment's address.
fn id_of(url: &str) -> &str {
    url.trim_start_matches("http://").split('.').next().unwrap_or_default()
}

/// The log groups that are written to: the end of the name, then the group and the level.
fn logs(name: &str, settings: &Value) -> Value {
    let mut groups = serde_json::Map::new();
    for (member, suffix) in super::defaults::LOGS {
        let log = &settings[member];
        if log["Enabled"] == true {
            let (arn, level) = (&log["CloudWatchLogGroupArn"], &log["LogLevel"]);
            let group = json!({ "group": format!("airflow-{name}-{suffix}"), "arn": arn, "level": level });
            groups.insert(suffix.to_string(), group);
        }
    }
    Value::Object(groups)
}
