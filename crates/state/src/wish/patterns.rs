//! The patterns of names.

use super::Pipeline;
use super::words::{bucket_problem, word_like};
use crate::names::Kind;
use crate::region_problem;
use std::collections::BTreeSet;

/// The patterns of names, and every name that they make.
pub(super) fn check(found: &mut Vec<String>, pipeline: &Pipeline) {
    for (key, pattern) in &pipeline.names {
        if !Kind::ALL.iter().any(|kind| kind.key() == key) {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.key()).collect();
            found.push(format!("pipeline.names: unknown kind `{key}`; known are {}", known.join(", ")));
        } else if ![Kind::Bucket.key(), Kind::Key.key()].contains(&key.as_str()) && !pattern.contains("{name}") {
            found.push(format!("pipeline.names.{key}: `{pattern}` has no {{name}}, so all would be called the same"));
        }
    }
    let crawlers = pipeline.tables.values().filter_map(|table| table.crawler.as_deref());
    let jobs = pipeline.transforms.iter().map(|transform| transform.name.as_str());
    // Where the region is not known yet, a short one: what is too long there is too long anywhere.
    let region = pipeline.region.as_deref().filter(|region| region_problem(region).is_none()).unwrap_or("us-east-1");
    let mut seen = BTreeSet::new();
    let mut hold = |kind: Kind, name: &str| {
        let Some(pattern) = pipeline.names.get(kind.key()) else { return };
        let physical = pipeline.physical(kind, name, "123456789012", region);
        let why = match kind {
            Kind::Bucket => bucket_problem(&physical),
            Kind::Environment | Kind::Workflow if !physical.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                Some("a letter at its start")
            }
            Kind::Environment | Kind::Database if physical.contains('.') => Some("no dots"),
            _ if physical.len() > 120 => Some("up to 120 characters"),
            _ if !word_like(&physical, "_.-") => Some("letters, digits, hyphens, dots and underscores"),
            _ => None,
        };
        if let Some(why) = why
            && seen.insert(kind.key())
        {
            found
                .push(format!("pipeline.names.{}: `{pattern}` makes `{physical}`, and AWS requires {why}", kind.key()));
        }
    };
    jobs.for_each(|name| hold(Kind::Job, name));
    crawlers.for_each(|name| hold(Kind::Crawler, name));
    hold(Kind::Database, &pipeline.catalog().database);
    for (kind, name) in [
        (Kind::Bucket, "data"),
        (Kind::Classifier, "csv"),
        (Kind::Workgroup, "athena"),
        (Kind::Environment, "airflow"),
        (Kind::Workflow, "airflow"),
        (Kind::Role, "airflow"),
        (Kind::Key, "main"),
        (Kind::Network, "main"),
    ] {
        hold(kind, name);
    }
}
