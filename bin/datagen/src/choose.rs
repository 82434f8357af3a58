//! Which files of this machine a table takes, and under which names: the rule that the run reads them by, before anything is sent.

use crate::table;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use strata_aws::Error;
use strata_layer::Context;
use strata_slices::Input;
use strata_state::wish::Table;
use strata_upload::Bucket;

/// A file that a table takes.
pub(crate) struct Chosen<'a> {
    /// The table's name.
    pub(crate) name: &'a str,
    pub(crate) table: &'a Table,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it is called below the table's path.
    file: String,
}

impl Chosen<'_> {
    /// Its key in the bucket.
    pub(crate) fn key(&self) -> String {
        format!("{}{}", self.table.path, self.file)
    }
}

/// The files at `path`: itself, or those in it that belong to the run.
pub(crate) fn files<'a>(
    name: &'a str,
    table: &'a Table,
    path: &Path,
    date: NaiveDate,
) -> Result<Vec<Chosen<'a>>, Error> {
    let chosen = |path: PathBuf, file: String| Chosen { name, table, path, file };
    if table::is_named_by_slice(table) {
        return Ok(vec![chosen(path.to_owned(), table.layout().name(table::slice(table, date)))]);
    }
    let doing = || format!("choosing files of {} for table {name}", path.display());
    let (slice, rule) = (table::slice(table, date), table.input().as_str());
    let named = |path: PathBuf| Some((path.file_name()?.to_str()?.to_owned(), path));
    let all: Vec<(String, PathBuf)> = if path.is_dir() {
        let entries = std::fs::read_dir(path).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let entries = entries.map_err(|error| Error::usage(doing(), error.to_string()))?;
        let mut all: Vec<_> =
            entries.iter().map(std::fs::DirEntry::path).filter(|path| path.is_file()).filter_map(named).collect();
        all.sort();
        all
    } else {
        named(path.to_owned()).into_iter().collect()
    };
    let files = all.into_iter().map(|(name, path)| (name.clone(), (name, path)));
    let found = table::files(table, slice, files).map_err(|error| Error::usage(doing(), error.to_string()))?;
    let found: Vec<_> = found.slices.into_values().flatten().map(|(file, path)| chosen(path, file)).collect();
    if found.is_empty() {
        let pattern = table.layout().name(slice);
        let message = format!("there is no file of {slice} named like `{pattern}`; the table's rule is {rule}");
        return Err(Error::usage(doing(), message).advise("give the date of the file (date=, --date), or rename it"));
    }
    Ok(found)
}

/// Refuse what the run would refuse with these files in the bucket, and tell of files that would not be read.
pub(crate) async fn against(
    cx: &Context,
    bucket: &Bucket<'_>,
    chosen: &[&Chosen<'_>],
    date: NaiveDate,
) -> Result<(), Error> {
    let mut tables: BTreeMap<&str, Vec<&Chosen<'_>>> = BTreeMap::new();
    for one in chosen.iter().copied().filter(|one| one.table.input() == Input::Newest) {
        tables.entry(one.name).or_default().push(one);
    }
    for (name, chosen) in tables {
        let Some(table) = chosen.first().map(|one| one.table) else { continue };
        let mut names = table::names(bucket, table).await?;
        names.extend(chosen.iter().map(|one| one.file.clone()));
        names.sort();
        names.dedup();
        let slice = table::slice(table, date);
        let found =
            table::files(table, slice, names.into_iter().map(|name| (name.clone(), name))).map_err(|error| {
                Error::usage(format!("looking at the files of table {name}"), error.below(&table.path).to_string())
            })?;
        for newest in found.slices.into_values().flatten() {
            for one in chosen.iter().filter(|one| one.file != newest) {
                cx.report.say(&format!("datagen: table {name}: {newest} is in the bucket and newer than {}", one.file));
            }
        }
    }
    Ok(())
}
