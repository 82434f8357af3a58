//! A workflow, its versions and its runs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strata_local_wire::AwsError;

use crate::failure::{conflict, missing};
use crate::run::Run;
use crate::version::Version;

/// A workflow.
#[derive(Serialize, Deserialize)]
pub(crate) struct Workflow {
    /// Its ARN, which ends in ten characters that cannot be derived.
    pub arn: String,
    /// Its name in the account.
    pub name: String,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// The newest last; there is at least one.
    pub versions: Vec<Version>,
    /// Its tags.
    pub tags: Map<String, Value>,
    /// Its runs, the newest last.
    pub runs: Vec<Run>,
    /// When its schedule starts the next run.
    pub due: Option<DateTime<Utc>>,
}

impl Workflow {
    /// The version of that id, or the newest.
    pub(crate) fn version(&self, id: Option<&str>) -> Result<&Version, AwsError> {
        let found = match id {
            Some(id) => self.versions.iter().find(|version| version.id == id),
            None => self.versions.last(),
        };
        found.ok_or_else(|| missing("WorkflowVersion", id.unwrap_or_default()))
    }

    /// `READY` or `DELETING`.
    pub(crate) fn status(&self) -> &'static str {
        if self.deleting { "DELETING" } else { "READY" }
    }

    /// Refuses to work on one that is going.
    pub(crate) fn ready(&self) -> Result<(), AwsError> {
        if self.deleting { Err(conflict("Workflow", &self.arn, "The workflow is being deleted")) } else { Ok(()) }
    }
}
