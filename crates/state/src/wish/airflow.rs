//! The wish for the orchestration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What runs the pipeline: one MWAA environment with a DAG, or one workflow of MWAA Serverless.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Airflow {
    /// What runs the pipeline. Class, workers, access, logs, maintenance, config, requirements, variables and connections are
    /// an environment's alone.
    pub kind: AirflowKind,
    /// Airflow version, as MWAA names it.
    pub version: String,
    /// What a local endpoint does for the environment; where nothing is said, one that is made is `api`, and one that is
    /// there stays as it is. AWS is never told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Local>,
    /// Environment class.
    pub class: Class,
    /// Fewest workers.
    pub min_workers: i32,
    /// Most workers.
    pub max_workers: i32,
    /// Schedulers: 1 for mw1.micro, 2 to 5 for the others.
    pub schedulers: i32,
    /// Who may open the web server.
    pub access: Access,
    /// What is logged.
    pub logs: Logs,
    /// When AWS may do maintenance: `DAY:HH:MM` in UTC.
    pub maintenance: String,
    /// airflow.cfg options, `section.key`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
    /// Python packages for the DAGs: the lines of requirements.txt. MWAA adds its constraints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
    /// Airflow Variables that somebody sets (`airflow variables set`): their names, for `airflow check`. Values are in no
    /// document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// Airflow connections that somebody makes: their ids, for `airflow check`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<String>,
    /// When the pipeline runs: cron, UTC.
    pub schedule: String,
    /// By when the day's data has to be there: `HH:MM`, UTC.
    pub ready_by: String,
    /// First day (YYYY-MM-DD) that Airflow schedules.
    pub start_date: String,
}

impl Default for Airflow {
    fn default() -> Self {
        Self {
            kind: AirflowKind::default(),
            version: "2.10.3".into(),
            local: None,
            class: Class::Small,
            min_workers: 1,
            max_workers: 5,
            schedulers: 2,
            access: Access::PublicOnly,
            logs: Logs::default(),
            maintenance: "SAT:09:00".into(),
            config: BTreeMap::new(),
            requirements: Vec::new(),
            variables: Vec::new(),
            connections: Vec::new(),
            schedule: "0 7 * * *".into(),
            ready_by: "08:00".into(),
            start_date: "2024-09-28".into(),
        }
    }
}

/// What runs the pipeline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AirflowKind {
    /// An MWAA environment: Apache Airflow with its web interface, paid for by the hour.
    #[default]
    Environment,
    /// A workflow of MWAA Serverless: the same tasks without an Airflow of one's own, paid for by the minute of each task.
    Serverless,
}

/// What a local endpoint does for an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Local {
    /// It keeps and checks the settings; nothing runs.
    Api,
    /// It runs Apache Airflow.
    Real,
}

impl Local {
    /// As the document and the endpoint's tag have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Real => "real",
        }
    }
}

/// Environment classes of MWAA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs, reason = "the names are AWS's own")]
pub enum Class {
    #[serde(rename = "mw1.micro")]
    Micro,
    #[serde(rename = "mw1.small")]
    Small,
    #[serde(rename = "mw1.medium")]
    Medium,
    #[serde(rename = "mw1.large")]
    Large,
    #[serde(rename = "mw1.xlarge")]
    Xlarge,
    #[serde(rename = "mw1.2xlarge")]
    TwoXlarge,
}

impl Class {
    /// AWS's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Micro => "mw1.micro",
            Self::Small => "mw1.small",
            Self::Medium => "mw1.medium",
            Self::Large => "mw1.large",
            Self::Xlarge => "mw1.xlarge",
            Self::TwoXlarge => "mw1.2xlarge",
        }
    }
}

/// Who may open the web server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Access {
    /// Only from inside the VPC.
    PrivateOnly,
    /// Anyone on the internet who may sign in.
    PublicOnly,
    /// Both.
    PublicAndPrivate,
}

impl Access {
    /// AWS's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrivateOnly => "PRIVATE_ONLY",
            Self::PublicOnly => "PUBLIC_ONLY",
            Self::PublicAndPrivate => "PUBLIC_AND_PRIVATE",
        }
    }
}

/// Log level of each of the five logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are AWS's own")]
pub struct Logs {
    pub dag_processing: LogLevel,
    pub scheduler: LogLevel,
    pub task: LogLevel,
    pub web_server: LogLevel,
    pub worker: LogLevel,
}

impl Default for Logs {
    fn default() -> Self {
        let info = LogLevel::Info;
        Self { dag_processing: info, scheduler: info, task: info, web_server: info, worker: info }
    }
}

/// A log level; `OFF` switches that log off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names are AWS's own")]
pub enum LogLevel {
    Critical,
    Error,
    Warning,
    Info,
    Debug,
    Off,
}

impl LogLevel {
    /// AWS's name, or nothing when the log is off.
    #[must_use]
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Critical => Some("CRITICAL"),
            Self::Error => Some("ERROR"),
            Self::Warning => Some("WARNING"),
            Self::Info => Some("INFO"),
            Self::Debug => Some("DEBUG"),
            Self::Off => None,
        }
    }
}
