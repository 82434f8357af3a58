//! Which table a day's file belongs to, and where it goes: below the table's path, where crawlers and transforms look.

use chrono::NaiveDate;
use strata_aws::Error;
use strata_state::Document;
use strata_state::wish::{Format, Table};

/// The table `asked`, or the one that `pipeline.generate` names, or the only one that takes a file a day.
pub(crate) fn table<'a>(doc: &'a Document, asked: Option<&'a str>) -> Result<(&'a str, &'a Table), Error> {
    let doing = "choosing the table";
    let fit = all(doc);
    let names = || fit.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let asked = asked.or(doc.pipeline.generate.as_ref().map(|generate| generate.table.as_str()));
    match (asked, fit.as_slice()) {
        (Some(asked), _) => fit.iter().find(|(name, _)| *name == asked).copied().ok_or_else(|| {
            Error::usage(doing, format!("`{asked}` is no table of CSV files, one a day; such are: {}", names()))
        }),
        (None, [one]) => Ok(*one),
        (None, []) => Err(Error::usage(doing, "the pipeline has no table of CSV files, one a day")
            .advise("give one of its tables a `file`")),
        (None, _) => {
            Err(Error::usage(doing, format!("there are several: {}", names())).advise("say table=NAME (--table NAME)"))
        }
    }
}

/// The tables that take a file a day.
pub(crate) fn all(doc: &Document) -> Vec<(&str, &Table)> {
    let takes = |table: &Table| table.format == Format::Csv && table.file.is_some();
    let tables = doc.pipeline.tables.iter().filter(|(_, table)| takes(table));
    tables.map(|(name, table)| (name.as_str(), table)).collect()
}

/// The key of the day's file.
pub(crate) fn key(table: &Table, date: NaiveDate) -> String {
    let file = table.file.as_deref().unwrap_or("{date}.csv");
    format!("{}{}", table.path, file.replace("{date}", &date.to_string()))
}
