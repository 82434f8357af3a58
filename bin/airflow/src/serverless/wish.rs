//! What the wish alone shows about a workflow: its name, and what it ignores.

use crate::preflight::Found;
use strata_layer::Context;
use strata_state::Kind;

/// Settings that only an environment uses are reported, and do no harm.
pub(super) fn look(cx: &Context) -> Found {
    let mut found = Found::default();
    let pipeline = &cx.doc.pipeline;
    let name = cx.name(Kind::Workflow, "airflow");
    let legal = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if name.len() > 255 || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.chars().all(legal) {
        let what = format!(
            "workflow {name}: MWAA Serverless takes up to 255 letters, digits, ., - and _, and a letter or digit first"
        );
        found.say(what, "correct pipeline.names.workflow");
    }
    let airflow = pipeline.airflow();
    let mut without = Vec::new();
    for (what, is_there) in [
        ("requirements", !airflow.requirements.is_empty()),
        ("variables", !airflow.variables.is_empty()),
        ("connections", !airflow.connections.is_empty()),
        ("config", !airflow.config.is_empty()),
    ] {
        if is_there {
            without.push(format!("pipeline.airflow.{what}"));
        }
    }
    if cx.folder().join("dags").is_dir() {
        without.push(format!("the DAG files in {}", cx.folder().join("dags").display()));
    }
    if !without.is_empty() {
        let what = without.join(", ");
        cx.report.say(&format!("airflow: a workflow of MWAA Serverless ignores {what}: only an environment uses it"));
    }
    found
}
