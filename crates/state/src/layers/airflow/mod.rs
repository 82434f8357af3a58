//! `airflow`: what runs the pipeline by a schedule, an MWAA environment or a workflow of MWAA Serverless.

mod check;
mod words;

pub use words::{Access, Class, Local, LogLevel, Logs, Orchestrator};

use super::Layer;
use crate::demand::{self, Body, File, Group, Network, Role, Rule, Source};
use crate::policy::{Added, Place};
use crate::wish::Pipeline;
use crate::{Document, Kind, dag, workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "airflow",
    about: "What runs the pipeline: the MWAA environment with its DAG, or the workflow of MWAA Serverless",
    asked: |pipeline| pipeline.airflow.is_some(),
    uses: &["net", "iam", "storage", "catalog", "jobs"],
    needs,
    check: check::check,
    roles: |pipeline| vec![role(pipeline)],
    network,
    files,
    prefixes: &["dags/", REQUIREMENTS_KEY],
    values,
    ..Layer::NONE
};

impl Pipeline {
    /// Whether MWAA Serverless runs it, and no environment.
    #[must_use]
    pub fn is_serverless(&self) -> bool {
        self.airflow().kind == Orchestrator::Serverless
    }
}

/// MWAA checks role, bucket, subnets and security group when it is asked for an environment: all have to be whole. A workflow
/// needs no network of ours. The jobs and crawlers that either starts are only used.
fn needs(pipeline: &Pipeline) -> Vec<&'static str> {
    if pipeline.is_serverless() { vec!["iam", "storage"] } else { vec!["net", "iam", "storage"] }
}

fn role(pipeline: &Pipeline) -> Role {
    let (file, description, trust, permissions) = if pipeline.is_serverless() {
        (
            "workflow",
            "MWAA Serverless runs the pipeline with it",
            include_str!("../../../../../policies/roles/workflow.trust.json"),
            include_str!("../../../../../policies/roles/workflow.permissions.json"),
        )
    } else {
        (
            "airflow",
            "MWAA runs the pipeline with it",
            include_str!("../../../../../policies/roles/airflow.trust.json"),
            include_str!("../../../../../policies/roles/airflow.permissions.json"),
        )
    };
    Role {
        id: "airflow".into(),
        file: file.into(),
        description: description.into(),
        trust: vec![trust.into()],
        permissions: vec![permissions.into()],
        ..Role::default()
    }
}

/// What MWAA needs (MWAA guide: creating the required VPC service endpoints), and what the DAG calls: Glue, Athena and STS.
const ENDPOINTS: [&str; 12] = [
    "airflow.api",
    "airflow.env",
    "airflow.ops",
    "athena",
    "ecr.api",
    "ecr.dkr",
    "glue",
    "kms",
    "logs",
    "monitoring",
    "sqs",
    "sts",
];

/// An environment lives in two private subnets, and its members have to reach each other.
fn network(pipeline: &Pipeline) -> Network {
    if pipeline.is_serverless() {
        return Network::default();
    }
    let rules = vec![Rule { from: Source::Itself, port: None, description: "" }];
    let group = Group { description: "", rules };
    Network {
        classes: [demand::Class::Private].into(),
        way_out: true,
        endpoints: ENDPOINTS.into(),
        groups: [("main", group)].into(),
    }
}

/// The one DAG module, which turns each description beside it into a DAG.
const MODULE: &str = include_str!("../../../../../scripts/dags/strata_pipeline.py");
/// MWAA takes a requirements file away from an environment as little as it takes away its DAGs: it is always there.
pub const REQUIREMENTS_KEY: &str = "requirements.txt";

fn files(pipeline: &Pipeline, place: &Place) -> Vec<File> {
    let Place { account, region, .. } = place;
    if pipeline.is_serverless() {
        // A workflow is one definition: DAG files of somebody's own have nothing to run them.
        return vec![File::text(workflow::key(pipeline), workflow::print(pipeline, account, region))];
    }
    let graph = dag::graph(pipeline, account, region);
    vec![
        File::text(dag::MODULE_KEY, MODULE),
        File::text(dag::key(pipeline), strata_tasks::airflow::print(&graph)),
        File::text(REQUIREMENTS_KEY, requirements(&pipeline.airflow().requirements)),
        File::new("dags/", Body::Folder("dags".into())),
    ]
}

fn requirements(lines: &[String]) -> String {
    let mut text = "# Python packages for the DAGs. MWAA adds its own constraints.\n".to_owned();
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn values(document: &Document, place: &Place) -> Added {
    let pipeline = &document.pipeline;
    let name = |kind| vec![pipeline.physical(kind, "airflow", &place.account, &place.region)];
    vec![
        ("environment", name(Kind::Environment)),
        ("workflow", name(Kind::Workflow)),
        ("input_path", dag::input(pipeline).map(|(_, table)| table.path.clone()).collect()),
    ]
}

/// What runs the pipeline: one MWAA environment with a DAG, or one workflow of MWAA Serverless.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// What runs the pipeline. Class, workers, access, logs, maintenance, config, requirements, variables and connections are
    /// an environment's alone.
    pub kind: Orchestrator,
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
