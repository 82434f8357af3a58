//! The life of an Airflow: it starts, restarts with other settings, and restarts after it was killed.

use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Value, json};
use strata_local_wire::AwsError;

use super::airflow::{Airflow, Keys};
use super::all::id_of;
use super::{install, sync, versions};
use crate::defaults::LOGS;
use crate::store::Mwaa;

/// Starts the Airflow of a new environment, and waits until it is healthy. The error is the person's to read.
pub(crate) async fn start(mwaa: &Arc<Mwaa>, region: &str, environment: &Value) -> Result<(), String> {
    begin(mwaa, region, environment, Keys::new()).await
}

/// Restarts it with other settings and the same database. When that fails, it comes back as it was.
pub(crate) async fn restart(mwaa: &Arc<Mwaa>, region: &str, before: &Value, after: &Value) -> Result<(), String> {
    let real = &mwaa.real;
    let key = (region.to_string(), before["Name"].as_str().unwrap_or_default().to_string());
    let Some(airflow) = real.with(|all| all.remove(&key)) else { return start(mwaa, region, after).await };
    versions::list(after["AirflowVersion"].as_str().unwrap_or_default())?;
    airflow.end(true).await;
    let done = begin(mwaa, region, after, airflow.keys.clone()).await;
    if done.is_err()
        && let Err(why) = begin(mwaa, region, before, airflow.keys.clone()).await
    {
        tracing::warn!("starting Airflow as it was before the update: {why}");
    }
    done
}

async fn begin(mwaa: &Arc<Mwaa>, region: &str, environment: &Value, keys: Keys) -> Result<(), String> {
    let real = &mwaa.real;
    let name = environment["Name"].as_str().unwrap_or_default();
    let version = environment["AirflowVersion"].as_str().unwrap_or_default();
    let installed = install::ensure(&real.places, version).await?;
    let home = real.home(region, name);
    let files = |why: std::io::Error| format!("Preparing {}: {why}", home.display());
    let _ = std::fs::remove_dir_all(home.join("dags"));
    std::fs::create_dir_all(home.join("dags")).map_err(files)?;
    let mut seen = sync::Seen::new();
    let read = |why: AwsError| format!("Reading the bucket: {}", why.message);
    sync::dags(&mwaa.cloud, environment, &home, &mut seen).await.map_err(read)?;
    sync::files(&mwaa.cloud, environment, &home).await.map_err(read)?;
    let about = json!({
        "home": home,
        "version": version,
        "url": environment["WebserverUrl"],
        "endpoint": format!("http://127.0.0.1:{}", real.port),
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
    if !is_current(mwaa, region, environment) {
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
    let attended = attend(mwaa.clone(), region.to_string(), environment.clone(), seen, airflow.clone());
    airflow.keep(tokio::spawn(attended).abort_handle());
    Ok(())
}

/// Brings the DAGs until the Airflow is ended. One that was killed comes again, its database as it was: MWAA's machines do.
async fn attend(mwaa: Arc<Mwaa>, region: String, environment: Value, seen: sync::Seen, airflow: Arc<Airflow>) {
    let name = environment["Name"].as_str().unwrap_or_default();
    let home = mwaa.real.home(&region, name);
    let why = tokio::select! {
        () = sync::keep(&mwaa.cloud, &environment, &home, seen) => return,
        why = airflow.supervisor.gone() => why,
    };
    tracing::warn!("restarting the Airflow of {name}: {why}");
    mwaa.real.with(|all| all.retain(|_, found| !Arc::ptr_eq(found, &airflow)));
    airflow.supervisor.end(true).await;
    if let Err(why) = again(&mwaa, &region, &environment, airflow.keys.clone()).await {
        tracing::warn!("the Airflow of {name} cannot be restarted: {why}");
    }
}

/// `begin`, whose type would otherwise have itself as a part.
fn again<'a>(
    mwaa: &'a Arc<Mwaa>,
    region: &'a str,
    environment: &'a Value,
    keys: Keys,
) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
    Box::pin(begin(mwaa, region, environment, keys))
}

fn is_current(mwaa: &Mwaa, region: &str, environment: &Value) -> bool {
    let name = environment["Name"].as_str().unwrap_or_default();
    let is_same = |found: Value| {
        found["CreatedAt"] == environment["CreatedAt"] && found["Status"] != "DELETING" && found["Status"] != "DELETED"
    };
    mwaa.find(region, name).is_ok_and(is_same)
}

/// The log groups that are written to: the end of the name, then the group and the level.
fn logs(name: &str, settings: &Value) -> Value {
    let mut groups = serde_json::Map::new();
    for (member, suffix) in LOGS {
        let log = &settings[member];
        if log["Enabled"] == true {
            let (arn, level) = (&log["CloudWatchLogGroupArn"], &log["LogLevel"]);
            let group = json!({ "group": format!("airflow-{name}-{suffix}"), "arn": arn, "level": level });
            groups.insert(suffix.to_string(), group);
        }
    }
    Value::Object(groups)
}
