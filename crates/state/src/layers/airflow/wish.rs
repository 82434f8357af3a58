//! The Airflow that a person asks for, and what the document says of it.

use super::{Access, Class, Local, Logs, Orchestrator};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What runs the pipeline: one MWAA environment with a DAG, or one workflow of MWAA Serverless.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// What runs the pipeline. Class, workers, access, logs, maintenance, config, requirements, variables and connections are
    /// an environment's alone.
    pub kind: Orchestrator,
    /// Airflow version, as MWAA names it.
    pub version: String,
    /// What a local endpoint runs for the environment. By default a new one is `api`, and an existing one stays as it
    /// is. It is never sent to AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<Local>,
    /// Environment class.
    pub class: Class,
    /// Minimum number of workers.
    pub min_workers: i32,
    /// Maximum number of workers.
    pub max_workers: i32,
    /// Schedulers: 1 for mw1.micro, 2 to 5 for the others.
    pub schedulers: i32,
    /// Who may open the web server.
    pub access: Access,
    /// Levels of the logs.
    pub logs: Logs,
    /// Days after which CloudWatch deletes what the environment, or the workflow, has logged: one of the numbers that AWS
    /// takes.
    pub log_days: i32,
    /// When AWS may do maintenance: `DAY:HH:MM` in UTC.
    pub maintenance: String,
    /// airflow.cfg options, `section.key`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
    /// Python packages for the DAGs: the lines of requirements.txt. MWAA adds its constraints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
    /// Airflow Variables that are set by hand (`airflow variables set`): their names, for `airflow check`. Values are
    /// in no document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// Airflow connections that are created by hand: their ids, for `airflow check`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<String>,
    /// When the pipeline runs: cron, UTC.
    pub schedule: String,
    /// Deadline for the day's data: `HH:MM`, UTC.
    pub ready_by: String,
    /// First day (YYYY-MM-DD) that Airflow schedules.
    pub start_date: String,
}

/// The newest Airflow that MWAA offered and the package index had in 2026-11. MWAA's images of 3.3 are not proof of an offer.
const NEWEST: &str = "3.2.1";

impl Default for Wish {
    fn default() -> Self {
        Self {
            kind: Orchestrator::default(),
            version: NEWEST.into(),
            local: None,
            class: Class::Small,
            min_workers: 1,
            max_workers: 5,
            schedulers: 2,
            access: Access::PublicOnly,
            logs: Logs::default(),
            log_days: 30,
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

/// The MWAA environment, or the workflow of MWAA Serverless.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The environment's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub environment: String,
    /// The workflow's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workflow: String,
    /// The ARN of either.
    pub arn: String,
    /// The environment's Airflow version, or the workflow's own.
    pub version: String,
    /// Environment class.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// Address of the environment's web server, as AWS gives it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub webserver: String,
    /// The log group of the workflow's tasks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log_group: String,
}
