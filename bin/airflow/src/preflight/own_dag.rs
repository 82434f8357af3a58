//! The pipeline's own DAG files, read as text: names that nobody has made, another bucket, and Variables that nobody has
//! typed. Each of these fails only when the environment is up, half an hour later.

use super::Found;
use regex::Regex;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use strata_layer::Context;
use strata_state::Kind;

/// What a line of a DAG file names.
#[derive(Debug, PartialEq)]
enum Name {
    Job(String),
    Crawler(String),
    Bucket(String),
    /// An Airflow Variable, read while the file is imported, without a default.
    Variable(String),
}

pub(super) fn look(cx: &Context) -> Found {
    let mut found = Found::default();
    let mut files = Vec::new();
    walk(&cx.folder().join("dags"), &mut files);
    files.sort();
    let pipeline = &cx.doc.pipeline;
    let jobs: BTreeSet<String> =
        pipeline.transforms.iter().map(|transform| cx.name(Kind::Job, &transform.name)).collect();
    let crawlers = pipeline.tables.values().filter_map(|table| table.crawler.as_deref());
    let crawlers: BTreeSet<String> = crawlers.map(|crawler| cx.name(Kind::Crawler, crawler)).collect();
    let bucket = cx.bucket();
    // Whoever has an environment may have typed them there.
    let may_be_typed = cx.live("environment", "main").is_some();
    for path in files {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (line, name) in names(&text) {
            let place = format!("{}:{line}", path.display());
            match name {
                Name::Job(name) if !jobs.contains(&name) => found.say(
                    format!("{place} starts the job {name}, and the pipeline has none of this name"),
                    nearest("write", &name, &jobs),
                ),
                Name::Crawler(name) if !crawlers.contains(&name) => found.say(
                    format!("{place} starts the crawler {name}, and the pipeline has none of this name"),
                    nearest("write", &name, &crawlers),
                ),
                Name::Bucket(name) if name != bucket => found.say(
                    format!("{place} names the bucket {name}; the pipeline's is {bucket}, and the role may use no other"),
                    format!("read `bucket` from {}.strata.json, which lies beside the DAGs", pipeline.name),
                ),
                Name::Variable(name) if !may_be_typed => found.say(
                    format!("{place} reads the Variable {name} while the file is imported: nobody has typed it, and the import fails"),
                    format!("give it a default, or read it in the task: {{{{ var.value.{name} }}}}"),
                ),
                _ => {}
            }
        }
    }
    found
}

fn nearest(verb: &str, name: &str, known: &BTreeSet<String>) -> String {
    let alike = |other: &&String| name.contains(other.as_str()) || other.contains(name);
    match known.iter().find(alike) {
        Some(other) => format!("{verb} {other}"),
        None => format!("{verb} one of {}", known.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
    }
}

/// What the lines of a DAG file name as plain text.
fn names(text: &str) -> Vec<(usize, Name)> {
    // Never empty: the patterns are fixed, and a test compiles them.
    let find = |pattern: &str| Regex::new(pattern).ok();
    let job = find(r#"\bjob_name\s*=\s*["']([^"'{}]+)["']"#);
    let crawler = find(r#"\b(?:crawler_name\s*=\s*|config\s*=\s*\{\s*["']Name["']\s*:\s*)["']([^"'{}]+)["']"#);
    let bucket = find(r#"(?:s3a?://|\b(?:bucket|bucket_name|Bucket)\s*=\s*["'])([a-z0-9][a-z0-9.-]{2,62})["'/]"#);
    let variable = find(r#"^[^\s#].*\bVariable\.get\(\s*["']([^"']+)["']\s*\)"#);
    let mut names = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default();
        if line.trim_start().starts_with('#') {
            continue;
        }
        let mut add = |pattern: &Option<Regex>, name: fn(String) -> Name| {
            for found in pattern.iter().flat_map(|pattern| pattern.captures_iter(line)) {
                names.push((index + 1, name(found[1].to_owned())));
            }
        };
        add(&job, Name::Job);
        add(&crawler, Name::Crawler);
        add(&bucket, Name::Bucket);
        add(&variable, Name::Variable);
    }
    names
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_they_are_written_out() {
        let text = r#"
from airflow.models import Variable
BUCKET = Variable.get("S3_BUCKET_NAME")
PATH = Variable.get("S3_FILE_PATH", default_var="data/raw")
# job_name="old"
def extract():
    bucket = Variable.get("IN_A_TASK")
    read("s3://driven-data-bucket/data/raw/")
    read(f"s3://{bucket}/data/raw/")
one = GlueJobOperator(task_id="a", job_name="staging_dim_address_glue")
two = GlueCrawlerOperator(task_id="b", config={"Name": "raw_driven_data"})
three = GlueCrawlerOperator(task_id="c", config={'Name': f"{x}"})
"#;
        let found = names(text);
        let expected = [
            (3, Name::Variable("S3_BUCKET_NAME".into())),
            (8, Name::Bucket("driven-data-bucket".into())),
            (10, Name::Job("staging_dim_address_glue".into())),
            (11, Name::Crawler("raw_driven_data".into())),
        ];
        assert_eq!(found, expected);
    }
}
