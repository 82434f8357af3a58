//! What the person asks for: the `pipeline` object of the document.

mod airflow;
mod catalog;
pub(crate) mod check;
mod generate;
mod net;
mod storage;
mod table;
mod transform;
mod words;

pub use airflow::{Access, Airflow, AirflowKind, Class, Local, LogLevel, Logs};
pub use catalog::Catalog;
pub use generate::Generate;
pub use net::{Egress, Ingress, Net};
pub use storage::Storage;
pub use table::{Column, Format, Table, Type};
pub use transform::{Engine, Jobs, Transform, outgrown};
pub use words::bucket_problem;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One pipeline in one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = crate::envs_schema::add)]
pub struct Pipeline {
    /// Lower-case letters, digits and hyphens, 2 to 24 characters; part of every name and tag.
    pub name: String,
    /// Which copy of the pipeline: `dev`, `prod`, a person's name. Lower-case letters, digits and hyphens, at most 12.
    #[serde(default = "dev")]
    pub env: String,
    /// The AWS region. `--region` wins; without either, the profile's or AWS_REGION decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The pipeline's folder, seen from the working directory: holds `sql/` and, if there is one, `dags/`. Without it, the
    /// working directory itself.
    #[serde(default = "here")]
    pub folder: String,
    /// Tags of the person's own, put on everything beside strata's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The day (YYYY-MM-DD) after which this copy may be taken down; becomes the tag `strata:expires`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// `down` removes this copy only when its name, `<name>-<env>`, is typed or given as `--confirm`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// Name patterns per kind (`bucket`, `database`, `crawler`, `classifier`, `job`, `workgroup`, `environment`, `workflow`,
    /// `role`, `network`) with the placeholders `{pipeline} {env} {_env} {name} {account} {region}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// The network.
    #[serde(default)]
    pub net: Net,
    /// The bucket.
    #[serde(default)]
    pub storage: Storage,
    /// The Glue database and the Athena workgroup.
    #[serde(default)]
    pub catalog: Catalog,
    /// How jobs run.
    #[serde(default)]
    pub jobs: Jobs,
    /// The orchestration.
    #[serde(default)]
    pub airflow: Airflow,
    /// Generated input, for pipelines that bring none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generate: Option<Generate>,
    /// Tables by name: where their files are, what their columns are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, Table>,
    /// SQL files that make tables out of tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transforms: Vec<Transform>,
}

fn dev() -> String {
    "dev".to_owned()
}

fn here() -> String {
    ".".to_owned()
}

impl Pipeline {
    /// Whether MWAA Serverless runs it, and no environment.
    #[must_use]
    pub fn is_serverless(&self) -> bool {
        self.airflow.kind == AirflowKind::Serverless
    }

    /// The way out of the private subnets that is really needed: only an environment lives in them.
    #[must_use]
    pub fn egress(&self) -> Egress {
        if self.is_serverless() { Egress::None } else { self.net.egress }
    }
}
