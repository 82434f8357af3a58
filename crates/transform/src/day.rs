//! Which days a table has, and in which files. One listing tells; no file of another day is opened.

use crate::{Error, Object, Store};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use strata_state::spec::Place;

/// The files of each day of one table.
pub(crate) type Days = BTreeMap<NaiveDate, Vec<Object>>;

/// List `table`, of all days or of `only` one.
pub(crate) fn find(store: &dyn Store, table: &str, place: &Place, only: Option<NaiveDate>) -> Result<Days, Error> {
    // One day's folder is listed alone. A folder of CSV files is listed whole: a file without a day must not hide in it.
    let prefix = match only {
        Some(date) if place.partition.is_some() => folder(place, date),
        _ => place.path.clone(),
    };
    let objects =
        store.list(&prefix).map_err(|source| Error::Store { doing: "listing", url: prefix.clone(), source })?;
    let mut days = Days::new();
    for object in objects {
        let key = object.url.strip_prefix(place.path.as_str()).unwrap_or_default();
        // As in Hive: names with a dot or underscore in front are not data, and a key with a slash at the end is a folder.
        if key.is_empty() || key.ends_with('/') || key.split('/').any(|part| part.starts_with(['.', '_'])) {
            continue;
        }
        let date = day_of(place, key).ok_or_else(|| Error::Stray {
            table: table.to_owned(),
            url: object.url.clone(),
            pattern: pattern(place),
        })?;
        if only.is_none_or(|only| only == date) {
            days.entry(date).or_default().push(object);
        }
    }
    Ok(days)
}

/// Where the data of one day is, for errors and for writing: a file, or a folder with a slash at the end.
pub(crate) fn folder(place: &Place, date: NaiveDate) -> String {
    format!("{}{}", place.path, pattern(place).replace("{date}", &date.to_string()))
}

fn pattern(place: &Place) -> String {
    match (&place.file, &place.partition) {
        (Some(file), _) => file.clone(),
        (None, Some(partition)) => format!("{partition}={{date}}/"),
        (None, None) => "{date}".to_owned(),
    }
}

/// The day in a key below the table's path.
fn day_of(place: &Place, key: &str) -> Option<NaiveDate> {
    let pattern = pattern(place);
    let (before, after) = pattern.split_once("{date}")?;
    let rest = key.strip_prefix(before)?;
    let (date, rest) = rest.split_at_checked(10)?;
    let right = if place.file.is_some() { rest == after } else { rest.starts_with(after) };
    if right { NaiveDate::parse_from_str(date, "%Y-%m-%d").ok() } else { None }
}
