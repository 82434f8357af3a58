//! The course of a run: for each day read the tables, run the SQL, replace the day.

use crate::day::{self, Days};
use crate::{Day, Error, Object, Report, Store, csv, parquet, query};
use chrono::NaiveDate;
use polars::prelude::DataFrame;
use std::collections::{BTreeMap, BTreeSet};
use strata_sql::Query;
use strata_state::Spec;
use strata_state::spec::Place;
use strata_state::wish::Format;

/// Run the transform `spec` in `store`: for `date` alone, or for every day that its tables have. `log` gets a line for
/// each day and each thing worth knowing.
///
/// # Errors
/// When the SQL or the input is wrong, or the store fails. The day at which it stopped is as it was; days before it are
/// done, and running again repeats them to the same result.
pub fn run(
    spec: &Spec,
    store: &dyn Store,
    date: Option<NaiveDate>,
    log: &mut dyn FnMut(&str),
) -> Result<Report, Error> {
    let text = get(store, &spec.sql)?;
    let text = String::from_utf8(text)
        .map_err(|error| Error::Input { url: spec.sql.clone(), reason: format!("it is not UTF-8: {error}") })?;
    let query = strata_sql::parse(&spec.sql, &text)?;
    query.check(&spec.reads.keys().map(String::as_str).collect::<Vec<_>>())?;

    let mut found: BTreeMap<&str, Days> = BTreeMap::new();
    for (name, place) in &spec.reads {
        found.insert(name, day::find(store, name, place, date)?);
    }
    let dates: BTreeSet<NaiveDate> = match date {
        Some(date) => [date].into(),
        None => found.values().flat_map(|days| days.keys().copied()).collect(),
    };
    if dates.is_empty() {
        let urls = spec.reads.values().map(|place| place.path.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Error::NoInput { transform: spec.name.clone(), urls });
    }
    let mut report = Report::default();
    for date in dates {
        report.days.push(one_day(spec, store, &query, date, &found, log)?);
    }
    Ok(report)
}

fn one_day(
    spec: &Spec,
    store: &dyn Store,
    query: &Query,
    date: NaiveDate,
    found: &BTreeMap<&str, Days>,
    log: &mut dyn FnMut(&str),
) -> Result<Day, Error> {
    let of_day = |table: &Days| table.get(&date).into_iter().flatten().map(|object| object.size).sum::<u64>();
    if let Some(warning) = strata_state::wish::outgrown(spec.day_gb, found.values().map(of_day).sum()) {
        log(&format!("{} {date}: warning: {warning}", spec.name));
    }
    let mut tables = BTreeMap::new();
    let mut rejects = csv::Rejects::default();
    let mut rows_in = BTreeMap::new();
    for (name, place) in &spec.reads {
        let objects = found.get(name.as_str()).and_then(|days| days.get(&date)).ok_or_else(|| Error::NoDay {
            transform: spec.name.clone(),
            date,
            table: name.clone(),
            url: day::folder(place, date),
        })?;
        let (frame, rows) = table(store, query, place, objects, &mut rejects)?;
        if rows == 0 {
            log(&format!("{} {date}: warning: table `{name}` has no rows on this day", spec.name));
        }
        rows_in.insert(name.clone(), rows);
        tables.insert(name.clone(), frame);
    }

    let mut answer = query::answer(spec, query, tables)?;
    let bytes = parquet::write(&mut answer)
        .map_err(|error| Error::Query { sql: spec.sql.clone(), reason: error.to_string() })?;
    if spec.reads.values().any(|place| place.format == Format::Csv) {
        let url = format!("{}{date}.csv", spec.rejects);
        match rejects.is_empty() {
            true => delete(store, &url)?,
            false => put(store, &url, rejects.print())?,
        }
    }
    replace(spec, store, date, bytes)?;

    let day =
        Day { date, rows_in, rows_out: answer.height() as u64, rejected: rejects.len(), reasons: rejects.reasons() };
    tell(spec, &day, log);
    Ok(day)
}

/// One day of one table, and how many rows its files have.
fn table(
    store: &dyn Store,
    query: &Query,
    place: &Place,
    objects: &[Object],
    rejects: &mut csv::Rejects,
) -> Result<(DataFrame, u64), Error> {
    let mut frame: Option<DataFrame> = None;
    let mut rows = 0;
    for Object { url, .. } in objects {
        let bytes = get(store, url)?;
        let wrong = |reason| Error::Input { url: url.clone(), reason };
        let part = match place.format {
            Format::Parquet => {
                let part = parquet::read(bytes, &place.columns).map_err(wrong)?;
                rows += part.height() as u64;
                part
            }
            Format::Csv => {
                let part = csv::read(&bytes, place, &|column| query.mentions(column)).map_err(wrong)?;
                rows += part.rows;
                rejects.add(part.rejects);
                part.frame
            }
        };
        match &mut frame {
            None => frame = Some(part),
            Some(frame) => {
                frame.vstack_mut_owned(part).map_err(|error| wrong(error.to_string()))?;
            }
        }
    }
    Ok((frame.unwrap_or_else(|| parquet::empty(&place.columns)), rows))
}

/// One PUT replaces the day; what an earlier run or another engine left beside it goes afterwards.
fn replace(spec: &Spec, store: &dyn Store, date: NaiveDate, bytes: Vec<u8>) -> Result<(), Error> {
    let folder = day::folder(&spec.writes, date);
    let part = format!("{folder}part-00000.parquet");
    put(store, &part, bytes)?;
    let others = store.list(&folder).map_err(|source| Error::Store { doing: "listing", url: folder, source })?;
    others.iter().filter(|object| object.url != part).try_for_each(|object| delete(store, &object.url))
}

fn tell(spec: &Spec, day: &Day, log: &mut dyn FnMut(&str)) {
    let (name, date) = (&spec.name, day.date);
    let read: Vec<String> = day.rows_in.iter().map(|(table, rows)| format!("{rows} of {table}")).collect();
    log(&format!("{name} {date}: read {}; wrote {} rows", read.join(", "), day.rows_out));
    for (reason, rows) in &day.reasons {
        log(&format!("{name} {date}: warning: {rows} rows set aside: {reason}; see {}{date}.csv", spec.rejects));
    }
    let most = day.rows_in.values().max().copied().unwrap_or(0).saturating_sub(day.rejected);
    if day.rows_out < most {
        let lost = most - day.rows_out;
        log(&format!("{name} {date}: warning: {lost} rows of the largest input have no row in the result"));
    }
}

fn get(store: &dyn Store, url: &str) -> Result<Vec<u8>, Error> {
    store.get(url).map_err(|source| Error::Store { doing: "reading", url: url.to_owned(), source })
}

fn put(store: &dyn Store, url: &str, bytes: Vec<u8>) -> Result<(), Error> {
    store.put(url, bytes).map_err(|source| Error::Store { doing: "writing", url: url.to_owned(), source })
}

fn delete(store: &dyn Store, url: &str) -> Result<(), Error> {
    store.delete(url).map_err(|source| Error::Store { doing: "deleting", url: url.to_owned(), source })
}
