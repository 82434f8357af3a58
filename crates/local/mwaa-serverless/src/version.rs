//! A version of a workflow: its settings and a snapshot of its definition. It never changes.

use std::sync::Arc;
use strata_local_cloud::Cloud;
use strata_local_iam::Role;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::definition::{self, Definition};
use crate::failure::invalid;
use crate::members::text;
use strata_local_wire::{AwsError, Caller};

/// Who acts in a workflow's name.
pub(crate) const PRINCIPAL: &str = "airflow-serverless.amazonaws.com";

/// What a request sets, and a later one leaves as it is when it is silent.
const KEPT: [&str; 6] = [
    "Description",
    "LoggingConfiguration",
    "EngineVersion",
    "NetworkConfiguration",
    "EncryptionConfiguration",
    "TriggerMode",
];

/// What is absent when a request is silent.
const REPLACED: [&str; 4] = ["DefinitionS3Location", "RoleArn", "Code", "Environment"];

/// A version. The definition is read from its text.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "Kept")]
pub(crate) struct Version {
    /// 32 characters.
    pub id: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// The members of the request that made it, and of those before.
    pub settings: Value,
    /// The text of the definition.
    pub text: String,
    /// What it says.
    #[serde(skip_serializing)]
    pub definition: Arc<Definition>,
}

/// A version as it was kept.
#[derive(Deserialize)]
struct Kept {
    id: String,
    created: DateTime<Utc>,
    settings: Value,
    text: String,
}

impl TryFrom<Kept> for Version {
    type Error = String;

    fn try_from(kept: Kept) -> Result<Self, String> {
        let Kept { id, created, settings, text } = kept;
        let definition = definition::read(text.as_bytes(), settings["Code"].is_object()).map_err(|why| why.message)?;
        Ok(Self { id, created, settings, text, definition: Arc::new(definition) })
    }
}

impl Version {
    /// Checks what a request names, and reads the definition.
    pub(crate) async fn read(cloud: &Cloud, body: &Value, before: &Value) -> Result<Self, AwsError> {
        let role = text(body, "RoleArn");
        check_role(cloud, role).await?;
        let place = &body["DefinitionS3Location"];
        let (bucket, key) = (text(place, "Bucket"), text(place, "ObjectKey"));
        let bytes = cloud.s3.get(bucket, key, place["VersionId"].as_str()).await;
        let bytes = bytes.map_err(|why| {
            let why =
                format!("Unable to read the workflow definition s3://{bucket}/{key}: {} {}", why.code, why.message);
            invalid("other", why)
        })?;
        if let Some(code) = body["Code"]["S3Location"].as_object() {
            let member = |name: &str| code.get(name).and_then(Value::as_str).unwrap_or_default();
            if !cloud.s3.has(member("Bucket"), member("ObjectKey"), None) {
                let why = format!("Unable to read the code s3://{}/{}", member("Bucket"), member("ObjectKey"));
                return Err(invalid("other", why));
            }
        }
        let definition = definition::read(&bytes, body["Code"].is_object())?;
        let mut settings = json!({ "EngineVersion": 1, "EncryptionConfiguration": { "Type": "AWS_MANAGED_KEY" } });
        for name in KEPT {
            for value in [&before[name], &body[name]].into_iter().filter(|value| !value.is_null()) {
                settings[name] = value.clone();
            }
        }
        for name in REPLACED.iter().filter(|name| !body[**name].is_null()) {
            settings[*name] = body[*name].clone();
        }
        Ok(Self {
            id: uuid::Uuid::new_v4().simple().to_string(),
            created: Utc::now(),
            settings,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            definition: Arc::new(definition),
        })
    }

    /// Whether runs are started by its schedule, only by a client, or not at all.
    pub(crate) fn mode(&self) -> &str {
        let default = if self.definition.schedule.is_some() { "SCHEDULED" } else { "MANUAL" };
        self.settings["TriggerMode"].as_str().unwrap_or(default)
    }

    /// The schedule as the service shows it; null where there is none.
    pub(crate) fn schedule(&self) -> Value {
        self.definition.schedule.as_ref().map_or(Value::Null, |(words, _)| json!({ "CronExpression": words }))
    }
}

/// Refuses a role that does not exist, or that the service may not assume.
pub(crate) async fn check_role(cloud: &Cloud, arn: &str) -> Result<(), AwsError> {
    match trusted(cloud, arn).await {
        Some(true) => Ok(()),
        Some(false) => Err(invalid(
            "other",
            format!("Unable to assume role {arn}: its trust policy must allow {PRINCIPAL} to assume it"),
        )),
        None => Err(invalid("other", format!("Unable to assume role {arn}: it does not exist"))),
    }
}

/// Whether the service may assume the role; `None` where there is no such role.
async fn trusted(cloud: &Cloud, arn: &str) -> Option<bool> {
    let role = Role::find(cloud, &Caller::service(PRINCIPAL), arn).await.ok()?;
    (role.arn == arn).then(|| role.trusts(PRINCIPAL))
}
