//! The words of a wish for Airflow that are AWS's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What runs the pipeline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Orchestrator {
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
    /// All of them, the smallest first.
    pub const ALL: [Self; 6] = [Self::Micro, Self::Small, Self::Medium, Self::Large, Self::Xlarge, Self::TwoXlarge];

    /// The class that AWS calls by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

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
