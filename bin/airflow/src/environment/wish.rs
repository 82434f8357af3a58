//! What the wish alone tells: the name, the version, the way out, the requirements.

use crate::preflight::Found;
use strata_layer::Context;
use strata_state::{Kind, layers::net::Egress};

/// Versions that MWAA has ended, as of 2026-11: a new environment cannot have them.
const ENDED: [&str; 6] = ["1.10.12", "2.0.2", "2.2.2", "2.4.3", "2.5.1", "2.6.3"];
/// Versions that MWAA offers, as of 2026-11. The list ages, so another one is only remarked upon.
const OFFERED: [&str; 9] = ["2.7.2", "2.8.1", "2.9.2", "2.10.1", "2.10.3", "2.11.0", "2.11.2", "3.0.6", "3.2.1"];

pub(super) fn look(cx: &Context, is_new: bool) -> Found {
    let mut found = Found::default();
    let pipeline = &cx.doc.pipeline;
    let airflow = pipeline.airflow();
    let name = cx.name(Kind::Environment, "airflow");
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(legal) {
        let what = format!("environment {name}: MWAA takes letters, digits, - and _, and a letter first");
        found.say(what, "correct pipeline.names.environment");
    }
    let version = airflow.version.as_str();
    if is_new && ENDED.contains(&version) {
        let what = format!("Airflow {version}: MWAA makes no new environments of this version");
        found.say(what, "set pipeline.airflow.version to a later one, such as 2.10.3");
    } else if is_new && !OFFERED.contains(&version) {
        cx.report.say(&format!("airflow: MWAA was not known to offer Airflow {version} in 2026-11"));
    }
    if pipeline.net().egress == Egress::None {
        let what = "pipeline.net.egress is `none`: MWAA has no way to AWS";
        found.say(what, "set it to `nat` or `endpoints`, and run `net up`");
    }
    let from_pypi = |line: &String| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with(['#', '-'])
    };
    let offline = |line: &String| line.contains("--no-index") || line.contains("--find-links");
    let lines = &airflow.requirements;
    if pipeline.net().egress == Egress::Endpoints && lines.iter().any(from_pypi) && !lines.iter().any(offline) {
        let what = "pipeline.airflow.requirements names packages, and with egress `endpoints` PyPI cannot be reached";
        found.say(what, "set pipeline.net.egress to `nat`, or provide wheels with --no-index and --find-links");
    }
    found
}
