//! The course of a run: for each day read the tables, run the SQL, replace the day.

use crate::answer::Made;
use crate::day::{self, Days};
use crate::progress::Log;
use crate::ways;
use crate::work::{Outcome, Work};
use crate::{Day, Error, Limits, Report, Store};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use strata_state::Spec;
use strata_state::wish::Format;

/// Run the transform `spec` in `store`: for `date` alone, or for every day that its tables have. `log` gets a line for
/// each day and each thing worth knowing, and how far it is when it takes long.
///
/// # Errors
/// When the SQL or the input is wrong, or the store fails. The day at which it stopped is as it was; days before it are
/// done, and running again repeats them to the same result.
pub fn run(
    spec: &Spec,
    store: &dyn Store,
    date: Option<NaiveDate>,
    log: &mut (dyn FnMut(&str) + Send),
) -> Result<Report, Error> {
    run_within(Limits::default(), spec, store, date, log)
}

/// As [`run`], with limits of one's own.
///
/// # Errors
/// As [`run`].
pub fn run_within(
    limits: Limits,
    spec: &Spec,
    store: &dyn Store,
    date: Option<NaiveDate>,
    log: &mut (dyn FnMut(&str) + Send),
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
        report.days.push(one_day(&Work { spec, store, query: &query, date, limits }, &found, log)?);
    }
    Ok(report)
}

fn one_day(work: &Work<'_>, found: &BTreeMap<&str, Days>, log: Log<'_>) -> Result<Day, Error> {
    let Work { spec, store, date, .. } = *work;
    let of_day = |table: &Days| table.get(&date).into_iter().flatten().map(|object| object.size).sum::<u64>();
    if let Some(warning) = strata_state::layers::jobs::outgrown(spec.day_gb, found.values().map(of_day).sum()) {
        log(&format!("{} {date}: warning: {warning}", spec.name));
    }
    let mut tables = BTreeMap::new();
    for (name, place) in &spec.reads {
        let objects = found.get(name.as_str()).and_then(|days| days.get(&date)).ok_or_else(|| Error::NoDay {
            transform: spec.name.clone(),
            date,
            table: name.clone(),
            url: day::folder(place, date),
        })?;
        tables.insert(name.as_str(), objects.as_slice());
    }
    let Outcome { made, mut rejects, rows_in } = ways::make(work, &tables, log)?;
    for (name, _) in rows_in.iter().filter(|(_, rows)| **rows == 0) {
        log(&format!("{} {date}: warning: table `{name}` has no rows on this day", spec.name));
    }
    if spec.reads.values().any(|place| place.format == Format::Csv) {
        let url = format!("{}{date}.csv", spec.rejects);
        match rejects.len() {
            0 => delete(store, &url)?,
            _ => {
                let put = store.create(&url).and_then(|mut sink| {
                    rejects.print(&mut *sink)?;
                    sink.commit()
                });
                put.map_err(|source| Error::Store { doing: "writing", url, source })?;
            }
        }
    }
    let rows_out = made.rows;
    replace(work, made)?;
    let day = Day { date, rows_in, rows_out, rejected: rejects.len(), reasons: rejects.reasons().clone() };
    tell(spec, &day, log);
    Ok(day)
}

/// One PUT replaces the day; what an earlier run or another engine left beside it goes afterwards.
fn replace(work: &Work<'_>, made: Made<'_>) -> Result<(), Error> {
    let (part, store) = (work.part(), work.store);
    made.sink.commit().map_err(|source| Error::Store { doing: "writing", url: part.clone(), source })?;
    let folder = day::folder(&work.spec.writes, work.date);
    let others = store.list(&folder).map_err(|source| Error::Store { doing: "listing", url: folder, source })?;
    others.iter().filter(|object| object.url != part).try_for_each(|object| delete(store, &object.url))
}

fn tell(spec: &Spec, day: &Day, log: Log<'_>) {
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

fn delete(store: &dyn Store, url: &str) -> Result<(), Error> {
    store.delete(url).map_err(|source| Error::Store { doing: "deleting", url: url.to_owned(), source })
}
