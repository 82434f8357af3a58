//! `airflow`: what runs the pipeline by a schedule, an MWAA environment or a workflow of MWAA Serverless.

pub(crate) mod check;
mod wish;
mod words;

pub use wish::{Section, Wish};
pub use words::{Access, Class, Local, LogLevel, Logs, Orchestrator};

use crate::demand::{Body, Class as Subnets, File, Group, Network, Role, Rule, Source};
use crate::layer::Layer;
use crate::policy::{Added, Place};
use crate::wish::Pipeline;
use crate::{Document, Kind, dag, workflow};

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "airflow",
    about: "What runs the pipeline: the MWAA environment with its DAG, or the workflow of MWAA Serverless",
    asked: |pipeline| pipeline.airflow.is_some(),
    uses: &["net", "iam", "storage", "catalog", "jobs"],
    needs,
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
        classes: [Subnets::Private].into(),
        way_out: true,
        endpoints: ENDPOINTS.into(),
        groups: [("main", group)].into(),
    }
}

/// The one DAG module, which turns each description next to it into a DAG.
const MODULE: &str = include_str!("../../../../../scripts/dags/strata_pipeline.py");
/// MWAA takes a requirements file away from an environment as little as it takes away its DAGs: it is always there.
pub const REQUIREMENTS_KEY: &str = "requirements.txt";

fn files(pipeline: &Pipeline, place: &Place) -> Vec<File> {
    let Place { account, region, .. } = place;
    if pipeline.is_serverless() {
        // A workflow is one definition: nothing runs a user's own DAG files.
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
