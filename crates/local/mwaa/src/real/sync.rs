//! The bucket's files in the environment's folder, as MWAA syncs them: DAGs all the time, the other files only when the
//! environment is made or updated.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::time::Duration;
use strata_local_cloud::{Cloud, s3_error};

use serde_json::Value;

use strata_local_wire::AwsError;

/// How often the DAGs are looked at. MWAA takes about half a minute.
const EVERY: Duration = Duration::from_secs(1);

/// What is in the folder: each file with its ETag.
pub(crate) type Seen = BTreeMap<String, String>;

/// Makes the folder of the DAGs what the bucket has: what is new or changed comes, what is gone goes.
pub(crate) async fn dags(cloud: &Cloud, environment: &Value, home: &Path, seen: &mut Seen) -> Result<(), AwsError> {
    let bucket = bucket(environment);
    let path = environment["DagS3Path"].as_str().unwrap_or_default().trim_matches('/');
    let prefix = format!("{path}/");
    let folder = home.join("dags");
    let mut found = Seen::new();
    for object in cloud.s3.list(bucket, &prefix).map_err(s3_error)? {
        let name = object.key.strip_prefix(&prefix).unwrap_or_default();
        if name.is_empty() || name.ends_with('/') || !is_inside(name) {
            continue;
        }
        if seen.get(name) != Some(&object.etag) {
            write(&folder.join(name), &cloud.s3.get(bucket, &object.key, None).await.map_err(s3_error)?, home)
                .map_err(failed)?;
        }
        found.insert(name.to_string(), object.etag);
    }
    for gone in seen.keys().filter(|name| !found.contains_key(*name)) {
        let _ = std::fs::remove_file(folder.join(gone));
    }
    *seen = found;
    Ok(())
}

/// Goes on for ever. A bucket that does not answer is asked again.
pub(crate) async fn keep(cloud: &Cloud, environment: &Value, home: &Path, mut seen: Seen) {
    let mut was_well = true;
    loop {
        tokio::time::sleep(EVERY).await;
        let done = dags(cloud, environment, home, &mut seen).await;
        if let (Err(why), true) = (&done, was_well) {
            tracing::warn!("reading the DAGs of {}: {}", environment["Name"], why.message);
        }
        was_well = done.is_ok();
    }
}

/// `requirements.txt`, `plugins.zip` and the startup script, in the versions that the environment names.
pub(crate) async fn files(cloud: &Cloud, environment: &Value, home: &Path) -> Result<(), AwsError> {
    for (kind, name) in
        [("Requirements", "requirements.txt"), ("Plugins", "plugins.zip"), ("StartupScript", "startup.sh")]
    {
        let text = |member: &str| environment[format!("{kind}{member}")].as_str().unwrap_or_default();
        let bytes = match text("S3Path") {
            // An empty requirements file asks for nothing.
            "" if kind == "Requirements" => bytes::Bytes::new(),
            "" => continue,
            path => cloud.s3.get(bucket(environment), path, Some(text("S3ObjectVersion"))).await.map_err(s3_error)?,
        };
        write(&home.join(name), &bytes, home).map_err(failed)?;
    }
    Ok(())
}

fn bucket(environment: &Value) -> &str {
    environment["SourceBucketArn"].as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default()
}

/// A key may say anything: it must not leave the folder.
fn is_inside(name: &str) -> bool {
    Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Writes a file so that Airflow sees all of it or nothing.
fn write(path: &Path, bytes: &[u8], home: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let temporary = home.join("sync.tmp");
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(&temporary, path)
}

fn failed(why: std::io::Error) -> AwsError {
    AwsError::new("InternalServerException", format!("writing the bucket's files: {why}"))
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn a_key_does_not_leave_the_folder() {
        assert!(is_inside("a.py") && is_inside("sub/a.py"));
        assert!(!is_inside("../a.py") && !is_inside("/etc/passwd") && !is_inside("sub/../../a.py"));
    }
}
