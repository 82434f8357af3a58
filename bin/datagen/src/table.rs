//! Which table a file belongs to, and what it is called there: below the table's path, where crawlers and transforms look.

use chrono::NaiveDate;
use strata_aws::Error;
use strata_layer::Context;
use strata_slices::{Found, Input, Slice, assign};
use strata_state::Document;
use strata_state::wish::{Format, Table};
use strata_upload::Bucket;

/// The table `asked`, or the one that `pipeline.generate` names, or the only one that takes CSV files.
pub(crate) fn table<'a>(doc: &'a Document, asked: Option<&'a str>) -> Result<(&'a str, &'a Table), Error> {
    let doing = "choosing the table";
    let fit = all(doc);
    let names = || fit.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let asked = asked.or(doc.pipeline.generate.as_ref().map(|generate| generate.table.as_str()));
    match (asked, fit.as_slice()) {
        (Some(asked), _) => {
            fit.iter().find(|(name, _)| *name == asked).copied().ok_or_else(|| {
                Error::usage(doing, format!("`{asked}` is no table of CSV files; such are: {}", names()))
            })
        }
        (None, [one]) => Ok(*one),
        (None, []) => {
            Err(Error::usage(doing, "the pipeline has no table of CSV files").advise("give one of its tables a `file`"))
        }
        (None, _) => {
            Err(Error::usage(doing, format!("there are several: {}", names())).advise("use table=NAME (--table NAME)"))
        }
    }
}

/// The tables that take CSV files.
pub(crate) fn all(doc: &Document) -> Vec<(&str, &Table)> {
    let takes = |table: &Table| table.format == Format::Csv && table.file.is_some();
    let tables = doc.pipeline.tables.iter().filter(|(_, table)| takes(table));
    tables.map(|(name, table)| (name.as_str(), table)).collect()
}

/// The slice of the table that a run of this day reads.
pub(crate) fn slice(table: &Table, date: NaiveDate) -> Slice {
    table.grain.slice(date)
}

/// The name of a file that has none of its own yet.
pub(crate) fn made_name(table: &Table, date: NaiveDate) -> String {
    let name = table.layout().name(slice(table, date));
    match (table.input(), name.strip_prefix('*')) {
        (Input::Newest, Some(rest)) => format!("{}{}", date.format("%Y%m%d"), rest.replace('*', "")),
        _ => name.replace('*', "made"),
    }
}

/// Whether the slice alone says what its file is called.
pub(crate) fn is_named_by_slice(table: &Table) -> bool {
    matches!(table.input(), Input::Dated | Input::Whole)
}

/// Which slices files have, where `wanted` is one of them.
pub(crate) fn files<T>(
    table: &Table,
    wanted: Slice,
    names: impl IntoIterator<Item = (String, T)>,
) -> Result<Found<T>, strata_slices::Error> {
    assign(&table.layout(), Some(wanted), names)
}

/// The names of the files below the table's path.
pub(crate) async fn names(bucket: &Bucket<'_>, table: &Table) -> Result<Vec<String>, Error> {
    let keys = bucket.keys(&table.path).await?;
    Ok(keys.iter().filter_map(|key| key.strip_prefix(table.path.as_str())).map(str::to_owned).collect())
}

/// What the bucket lacks for the slice of this day; None where its files are there.
pub(crate) async fn lacks(
    cx: &Context,
    bucket: &Bucket<'_>,
    name: &str,
    table: &Table,
    date: NaiveDate,
) -> Result<Option<String>, Error> {
    let wanted = slice(table, date);
    let key = format!("{}{}", table.path, table.layout().name(wanted));
    if is_named_by_slice(table) {
        return Ok((!bucket.has(&key).await?).then(|| format!("table {name} has no {key}")));
    }
    let there = names(bucket, table).await?.into_iter().map(|name| (name, ()));
    let found = files(table, wanted, there).map_err(|error| {
        Error::usage(format!("looking at the files of table {name}"), error.below(&table.path).to_string())
    })?;
    for why in &found.ignored {
        cx.report.say(&format!("datagen: table {name}: {why}, so it is ignored"));
    }
    Ok(found.slices.is_empty().then(|| format!("table {name} has no {key} of {wanted}")))
}
