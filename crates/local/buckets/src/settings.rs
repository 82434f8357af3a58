//! Buckets between two keepers: moto has their settings and forgets them when it ends, the store has their objects. The
//! requests that made the settings are kept with the objects, and sent to moto again at the next start.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use http::request::Parts;
use http::{Method, Request};
use serde::{Deserialize, Serialize};
use strata_local_cloud::Cloud;
use strata_local_process::file::write_whole;
use strata_local_s3::{Encryption, Versioning};
use strata_local_wire::signature::headers;
use strata_local_wire::xml::first_element;

/// A request that made a bucket or one of its settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Setting {
    operation: String,
    method: String,
    path: String,
    query: String,
    region: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Two settings of one bucket may come at once, and they are in one file.
static WRITING: Mutex<()> = Mutex::new(());

impl Setting {
    /// Reads a request; its query without what signs it, and those of its headers that say something.
    pub(crate) fn of(
        operation: &str,
        region: &str,
        parts: &Parts,
        query: String,
        headers: BTreeMap<String, String>,
        body: &[u8],
    ) -> Self {
        Self {
            operation: operation.to_string(),
            method: parts.method.to_string(),
            path: parts.uri.path().to_string(),
            query,
            region: region.to_string(),
            headers,
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    /// What it sets: a later request about the same takes its place, also one that removes it.
    fn about(&self) -> Vec<&str> {
        let said = self.query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("x-id="));
        let mut said: Vec<_> = said.map(|pair| pair.trim_end_matches('=')).collect();
        said.sort_unstable();
        said
    }
}

/// Remembers what moto has done.
pub(crate) fn learn(cloud: &Cloud, bucket: &str, setting: Setting) -> io::Result<()> {
    if setting.operation == "DeleteBucket" {
        // Its settings go with it.
        return cloud.s3.bucket_deleted(bucket);
    }
    if setting.operation == "CreateBucket" {
        cloud.s3.bucket_created(bucket)?;
    }
    // moto finds a success in some requests that name no bucket.
    if cloud.s3.is_empty(bucket).is_none() {
        return Ok(());
    }
    apply(cloud, bucket, &setting)?;
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = path(&cloud.dir, bucket);
    let mut all = read(&path)?;
    match all.iter_mut().find(|known| known.about() == setting.about()) {
        Some(known) => *known = setting,
        None => all.push(setting),
    }
    write_whole(&path, &serde_json::to_vec(&all)?)
}

/// What of a setting the store has to know.
fn apply(cloud: &Cloud, bucket: &str, setting: &Setting) -> io::Result<()> {
    match setting.operation.as_str() {
        "CreateBucket" => {
            let region = first_element(&setting.body, "LocationConstraint").filter(|region| !region.is_empty());
            cloud.s3.set_region(bucket, region.as_deref().unwrap_or("us-east-1"));
            if setting.headers.get("x-amz-bucket-object-lock-enabled").is_some_and(|on| on == "true") {
                return cloud.s3.set_versioning(bucket, Versioning::Enabled);
            }
        }
        "PutBucketVersioning" => {
            let versioning = match first_element(&setting.body, "Status").as_deref() {
                Some("Enabled") => Versioning::Enabled,
                _ => Versioning::Suspended,
            };
            return cloud.s3.set_versioning(bucket, versioning);
        }
        "PutBucketEncryption" => {
            let text = |name: &str| first_element(&setting.body, name);
            let encryption = Encryption {
                algorithm: text("SSEAlgorithm").unwrap_or_else(|| Encryption::default().algorithm),
                key: text("KMSMasterKeyID").filter(|key| !key.is_empty()),
                bucket_key: text("BucketKeyEnabled").as_deref() == Some("true"),
                blocks_customer_keys: text("EncryptionType").as_deref() == Some("SSE-C"),
            };
            cloud.s3.set_encryption(bucket, Some(encryption));
        }
        "DeleteBucketEncryption" => cloud.s3.set_encryption(bucket, None),
        _ => {}
    }
    Ok(())
}

/// Gives moto the buckets of the run before, with their settings.
pub(crate) async fn restore(cloud: &Cloud) {
    for bucket in cloud.s3.buckets() {
        let settings = read(&path(&cloud.dir, &bucket)).unwrap_or_else(|why| {
            tracing::error!("reading the settings of the bucket {bucket}: {why}");
            Vec::new()
        });
        if settings.is_empty() && cloud.s3.is_empty(&bucket) == Some(true) {
            // It was being made when the process died, and was never acknowledged.
            let _ = cloud.s3.bucket_deleted(&bucket);
        }
        for setting in settings {
            if let Err(why) = again(cloud, &bucket, &setting).await {
                tracing::error!("{} of the bucket {bucket} as it was before the restart: {why}", setting.operation);
            }
        }
    }
}

async fn again(cloud: &Cloud, bucket: &str, setting: &Setting) -> Result<(), String> {
    let method = Method::from_bytes(setting.method.as_bytes()).map_err(|why| why.to_string())?;
    let mut request = headers(Request::builder().method(method), &setting.region, "s3");
    for (name, value) in &setting.headers {
        request = request.header(name, value);
    }
    let target = format!("{}?{}", setting.path, setting.query);
    let answer = cloud.moto.send_early(request, &target, Body::from(setting.body.clone())).await;
    let status = answer.map_err(|why| why.message)?.status();
    if !status.is_success() {
        return Err(format!("moto answered {status}"));
    }
    apply(cloud, bucket, setting).map_err(|why| why.to_string())
}

/// Whether a folder of the endpoint's has buckets of an earlier run.
pub fn are_in(dir: &Path) -> bool {
    let folders = std::fs::read_dir(folder(dir)).into_iter().flatten().flatten();
    folders.into_iter().any(|one| !one.file_name().as_encoded_bytes().starts_with(b"."))
}

/// Where the objects are.
pub fn folder(dir: &Path) -> PathBuf {
    dir.join("s3")
}

fn path(dir: &Path, bucket: &str) -> PathBuf {
    folder(dir).join(bucket).join("settings.json")
}

fn read(path: &Path) -> io::Result<Vec<Setting>> {
    match std::fs::read(path) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(why) => Err(why),
    }
}
