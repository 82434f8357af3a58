//! `storage put`: files of this machine into the main bucket, unchanged. Nothing is read in them: `datagen load` checks rows.

use crate::wanted::content_type;
use std::path::{Path, PathBuf};
use strata_aws::Error;
use strata_layer::Context;
use strata_slices::{Named, date_in, newest};
use strata_state::demand;
use strata_state::layers::storage::RESULTS;
use strata_state::wish::Pipeline;
use strata_upload::Bucket;

/// Which files, and where they go.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files; with --newest folders
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What their keys begin with, with a slash at the end: data/raw/sensors/
    #[arg(long, value_name = "PREFIX")]
    to: String,
    /// Of each folder the newest file only: the one whose name begins with the latest date, YYYYMMDD
    #[arg(long)]
    newest: bool,
}

/// Send them, and print the document.
///
/// # Errors
/// When a file cannot be read or chosen, when the prefix is not for files of one's own, and when AWS refuses.
pub(crate) async fn put(cx: &Context, args: &Args) -> Result<String, Error> {
    check(&cx.doc.pipeline, &args.to)?;
    let mut files = Vec::new();
    for path in &args.files {
        let path = if args.newest { newest_in(cx, path)? } else { path.clone() };
        let name = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_file());
        let Some(name) = name.map(str::to_owned) else {
            let error = Error::usage(format!("putting {}", path.display()), "it is not a file with a name in UTF-8");
            return Err(error.advise("name its files, or take the newest of a folder: --newest"));
        };
        if let Some((_, other)) = files.iter().find(|(known, _)| *known == name) {
            let other: &PathBuf = other;
            let message = format!("{} and {} would be one object", other.display(), path.display());
            return Err(Error::usage("putting files", message));
        }
        files.push((name, path));
    }
    let bucket = Bucket::ours(cx).await?;
    for (name, path) in files {
        let key = format!("{}{name}", args.to);
        let step = cx.report.step(format!("s3://{}/{key}", bucket.name()), "uploading");
        let sent = bucket.file(&key, content_type(&key), &path, &step).await?;
        let there = if sent.was_there { ", there already" } else { "" };
        step.done(&format!("{} bytes{there}", sent.bytes));
    }
    cx.doc.print().map_err(|error| Error::failed("printing the document", error.to_string()))
}

/// Refuse where strata, a transform or Athena writes: what is there is replaced or deleted without a word.
fn check(pipeline: &Pipeline, to: &str) -> Result<(), Error> {
    let refuse = |why: String| Err(Error::usage(format!("putting files to {to}"), why));
    let is_prefix =
        to.strip_suffix('/').is_some_and(|folders| folders.split('/').all(|part| !part.is_empty() && part != ".."));
    if !is_prefix {
        return refuse("a prefix has a slash at its end, and none at its start, such as data/raw/".into());
    }
    let own = demand::prefixes().into_iter().chain([RESULTS]);
    if let Some(own) = own.into_iter().find(|own| to.starts_with(own) || own.starts_with(to)) {
        return refuse(format!("strata keeps its own files in {own}"));
    }
    let made = pipeline.transforms.iter().find(|transform| {
        pipeline
            .tables
            .get(&transform.writes)
            .is_some_and(|table| to.starts_with(&table.path) || table.path.starts_with(to))
    });
    made.map_or(Ok(()), |transform| refuse(format!("transform {} writes its table there", transform.name)))
}

/// The newest file of a folder.
fn newest_in(cx: &Context, folder: &Path) -> Result<PathBuf, Error> {
    let doing = || format!("choosing the newest file of {}", folder.display());
    let entries = std::fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    let mut paths: Vec<PathBuf> = entries
        .map_err(|error| Error::usage(doing(), error.to_string()))?
        .iter()
        .map(std::fs::DirEntry::path)
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    let mut dated = Vec::new();
    for path in paths {
        match path.file_name().and_then(|name| name.to_str()).map(date_in) {
            Some(Named::Of(date)) => dated.push((date, path)),
            Some(Named::Impossible) => cx.report.say(&format!(
                "storage: the name of {} begins with a date that the calendar does not have, so it is ignored",
                path.display()
            )),
            _ => {}
        }
    }
    let found = newest(dated).map_err(|(date, first, second)| {
        let message = format!("{} and {} are both of {date}, the latest date", first.display(), second.display());
        Error::usage(doing(), message).advise("remove or rename one, or name the file without --newest")
    })?;
    found.ok_or_else(|| Error::usage(doing(), "no name begins with a date, YYYYMMDD"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(to: &str) -> String {
        let table = |path: &str, more: serde_json::Value| {
            let mut table = json!({ "format": "parquet", "path": path, "columns": ["id int"] });
            table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            table
        };
        let pipeline = json!({
            "name": "some",
            "tables": { "raw": table("data/raw/", json!({})), "made": table("data/made/", json!({ "partition": "p" })) },
            "transforms": [{ "name": "make", "sql": "sql/made.sql", "reads": ["raw"], "writes": "made" }]
        });
        check(&serde_json::from_value(pipeline).unwrap(), to).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn files_go_where_nothing_of_strata_is() {
        for to in ["data/raw/", "data/raw/deeper/", "landing/"] {
            assert_eq!(said(to), "", "{to}");
        }
        for to in ["", "/", "data/raw", "/data/raw/", "data//raw/", "data/../dags/"] {
            assert!(said(to).contains("a prefix has a slash at its end"), "{to}: {}", said(to));
        }
        for to in ["dags/", "dags/own/", "scripts/glue/", "athena-results/", "sql/"] {
            assert!(said(to).contains("strata keeps its own files in"), "{to}: {}", said(to));
        }
        for to in ["data/made/", "data/made/p=1/", "data/"] {
            assert!(said(to).contains("transform make writes its table there"), "{to}: {}", said(to));
        }
    }
}
