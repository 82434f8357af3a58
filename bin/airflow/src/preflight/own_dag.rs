//! The pipeline's own DAG files, read without being run: names that do not exist, another bucket, what the role may not
//! do, Variables and connections that are not declared. Each of these fails only when the environment is up, half an
//! hour later.

use super::Found;
use super::own_uses::{Need, Use, uses};
use super::policy;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use strata_aws::UNKNOWN_ACCOUNT;
use strata_layer::Context;
use strata_state::Kind;

/// What there is, for DAG files to use.
struct Known {
    jobs: BTreeSet<String>,
    crawlers: BTreeSet<String>,
    bucket: String,
    variables: BTreeSet<String>,
    connections: BTreeSet<String>,
    /// The documents of Airflow's role, where rights are looked at.
    role: Vec<Value>,
}

/// While an environment is planned: what would break the import, or start what is not there. In one that exists,
/// Variables may be set already.
pub(crate) fn look(cx: &Context, may_be_typed: bool) -> Found {
    let mut found = Found::default();
    let known = known(cx, Vec::new());
    each(cx, |place, used| {
        let counts = match &used {
            Use::Variable { at_import, .. } => *at_import && !may_be_typed,
            Use::Job(_) | Use::Crawler(_) | Use::Bucket(_) => true,
            Use::Connection(_) | Use::Right(_) | Use::Unreadable { .. } => false,
        };
        if counts {
            judge(cx, &known, place, &used, &mut found);
        }
    });
    found
}

/// For `airflow check`: everything, held against the role's documents, too. Also how many files there are.
pub(crate) fn all(cx: &Context, role: Vec<Value>) -> (Found, usize) {
    let mut found = Found::default();
    let known = known(cx, role);
    let files = each(cx, |place, used| judge(cx, &known, place, &used, &mut found));
    (found, files)
}

fn known(cx: &Context, role: Vec<Value>) -> Known {
    let pipeline = &cx.doc.pipeline;
    let crawlers = pipeline.tables.values().filter_map(|table| table.crawler.as_deref());
    // Airflow supplies this one where it is not declared: the role's own credentials.
    let connections = pipeline.airflow().connections.iter().cloned().chain(["aws_default".to_owned()]);
    Known {
        jobs: pipeline.transforms.iter().map(|transform| cx.name(Kind::Job, &transform.name)).collect(),
        crawlers: crawlers.map(|crawler| cx.name(Kind::Crawler, crawler)).collect(),
        bucket: cx.bucket(),
        variables: pipeline.airflow().variables.iter().cloned().collect(),
        connections: connections.collect(),
        role,
    }
}

/// Every use of every file, with its place; how many files there are.
fn each(cx: &Context, mut say: impl FnMut(&str, Use)) -> usize {
    let mut files = Vec::new();
    walk(&cx.folder().join("dags"), &mut files);
    files.sort();
    for path in &files {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        for (line, used) in uses(&text) {
            say(&format!("{}:{line}", path.display()), used);
        }
    }
    files.len()
}

fn judge(cx: &Context, known: &Known, place: &str, used: &Use, found: &mut Found) {
    let pipeline = &cx.doc.pipeline;
    match used {
        Use::Job(name) if !known.jobs.contains(name) => found.say(
            format!("{place} starts the job {name}, and the pipeline has none of this name"),
            nearest(name, &known.jobs),
        ),
        Use::Crawler(name) if !known.crawlers.contains(name) => found.say(
            format!("{place} starts the crawler {name}, and the pipeline has none of this name"),
            nearest(name, &known.crawlers),
        ),
        Use::Bucket(name) if !is_bucket(name, &known.bucket) => found.say(
            format!(
                "{place} names the bucket {name}; the pipeline's is {}, and the role may use no other",
                known.bucket
            ),
            format!("read `bucket` from {}.strata.json, which is next to the DAGs", pipeline.name),
        ),
        Use::Variable { name, at_import: true } if !known.variables.contains(name) => found.say(
            format!(
                "{place} reads the Variable {name} while the file is imported: it is not set yet, and the import fails"
            ),
            format!(
                "give it a default, or read it in the task: {{{{ var.value.{name} }}}}; or name it in \
                 pipeline.airflow().variables, and `airflow variables set {name}` when the environment is there"
            ),
        ),
        Use::Variable { name, at_import: false } if !known.variables.contains(name) => found.say(
            format!("{place} reads the Variable {name}, which the document does not name: the task fails"),
            format!(
                "name it in pipeline.airflow.variables, and `airflow variables set {name}` when the environment is there"
            ),
        ),
        Use::Connection(name) if !known.connections.contains(name) => found.say(
            format!("{place} uses the connection {name}, which the document does not name: the task fails"),
            "name it in pipeline.airflow.connections, and make it in Airflow; for AWS none is needed: aws_conn_id=None",
        ),
        Use::Right(need) => lacking(cx, known, place, need, found),
        // No failure by itself, and no proof either.
        Use::Unreadable { what } => {
            cx.report.say(&format!("airflow: {place}: {what} is only known when it runs: not checked"));
        }
        _ => {}
    }
}

/// What Airflow's role would have to be allowed, and is not.
fn lacking(cx: &Context, known: &Known, place: &str, need: &Need, found: &mut Found) {
    let session = &cx.session;
    let resource = match &need.key {
        Some(key) => format!("arn:{}:s3:::{}/{key}", session.partition, known.bucket),
        None => "*".to_owned(),
    };
    // What begins so may go on in any way: the right is on all of it.
    let asked = if need.is_beginning { format!("{resource}any") } else { resource.clone() };
    if !policy::allow(&known.role, need.action, &asked) {
        let star = if need.is_beginning { "*" } else { "" };
        found.say(
            format!("{place} needs {} on {resource}{star}, which Airflow's role does not have", need.action),
            need.remedy(),
        );
    }
}

/// Without an account, any account's bucket of the form is the pipeline's.
fn is_bucket(name: &str, ours: &str) -> bool {
    let Some((before, after)) = ours.split_once(UNKNOWN_ACCOUNT) else { return name == ours };
    let account = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    account.is_some_and(|account| account.len() == 12 && account.bytes().all(|sign| sign.is_ascii_digit()))
}

fn nearest(name: &str, known: &BTreeSet<String>) -> String {
    let alike = |other: &&String| name.contains(other.as_str()) || other.contains(name);
    match known.iter().find(alike) {
        Some(other) => format!("write {other}"),
        None => format!("write one of {}", known.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
    }
}

/// All Python files below a folder. Links are left to `storage`, which refuses those that lead out.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, files),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "py") => files.push(path),
            _ => {}
        }
    }
}
