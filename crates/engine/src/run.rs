//! The course of a run: for each slice read the tables, run the SQL, replace the slice.

use crate::answer::Made;
use crate::csv::Rejects;
use crate::progress::Log;
use crate::slices;
use crate::ways;
use crate::work::{Found, Outcome, Tables, Work};
use crate::{Error, Limits, Replaced, Report, Store};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use strata_slices::{Grain, Slice};
use strata_sql::Query;
use strata_state::Spec;
use strata_state::wish::Format;

/// Run the transform `spec` in `store`: for the slice that `date` is in, or for every slice that its tables have. `log` gets a
/// line for each slice and each thing worth knowing, and how far it is when it takes long.
///
/// # Errors
/// When the SQL or the input is wrong, or the store fails. The slice at which it stopped is as it was; those before it are
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
    Prepared::new(spec, store, limits)?.run(date, log)
}

/// A transform whose SQL was read and is right.
pub(crate) struct Prepared<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) query: Query,
    store: &'a dyn Store,
    limits: Limits,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(spec: &'a Spec, store: &'a dyn Store, limits: Limits) -> Result<Self, Error> {
        let text = get(store, &spec.sql)?;
        let text = String::from_utf8(text)
            .map_err(|error| Error::Input { url: spec.sql.clone(), reason: format!("it is not UTF-8: {error}") })?;
        let query = strata_sql::parse(&spec.sql, &text)?;
        query.check(&spec.reads.keys().map(String::as_str).collect::<Vec<_>>())?;
        Ok(Self { spec, query, store, limits })
    }

    pub(crate) fn work(&self, slice: Slice) -> Work<'_> {
        Work { spec: self.spec, store: self.store, query: &self.query, slice, limits: self.limits }
    }

    pub(crate) fn run(&self, date: Option<NaiveDate>, log: Log<'_>) -> Result<Report, Error> {
        let (found, parts) = slices(self, date, log)?;
        let mut report = Report { transform: self.spec.name.clone(), slices: Vec::new() };
        for slice in parts {
            report.slices.push(one_slice(&self.work(slice), &found, log)?);
        }
        Ok(report)
    }
}

/// The slices of each table that is read, and those that are to be made: the one that `date` is in, or all.
pub(crate) fn slices<'p>(
    prepared: &'p Prepared<'_>,
    date: Option<NaiveDate>,
    log: Log<'_>,
) -> Result<(Found<'p>, BTreeSet<Slice>), Error> {
    let (spec, grain) = (prepared.spec, prepared.spec.writes.grain);
    let only = date.map(|date| grain.slice(date));
    let (mut found, mut ignored): (Found<'_>, Vec<String>) = (BTreeMap::new(), Vec::new());
    for (name, place) in &spec.reads {
        let files = slices::find(prepared.store, name, place, only)?;
        ignored.extend(files.ignored.into_iter().map(|why| format!("table `{name}`: {why}, so it is ignored")));
        found.insert(name, files.slices);
    }
    let parts: BTreeSet<Slice> = match only {
        Some(slice) => [slice].into(),
        None => found.values().flat_map(BTreeMap::keys).filter_map(|slice| of_grain(*slice, grain)).collect(),
    };
    let said = parts.first().map_or_else(|| grain.as_str().to_owned(), Slice::to_string);
    for why in ignored {
        log(&format!("{} {said}: warning: {why}", spec.name));
    }
    if parts.is_empty() {
        let urls = spec.reads.values().map(|place| place.path.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Error::NoInput { transform: spec.name.clone(), urls });
    }
    Ok((found, parts))
}

/// The slice that has a table's slice in it. A coarser one, of reference data, says nothing about which slices there are.
fn of_grain(slice: Slice, grain: Grain) -> Option<Slice> {
    (slice.grain() <= grain).then(|| slice.within(grain))
}

pub(crate) fn one_slice(work: &Work<'_>, found: &Found<'_>, log: Log<'_>) -> Result<Replaced, Error> {
    let tables = work.tables(found)?;
    warn(work, &tables, log);
    let Outcome { made, mut rejects, rows_in } = ways::make(work, &tables, log)?;
    finish(work, made, &mut rejects, rows_in, log)
}

/// Tell where a slice is too large for what its job was made for.
pub(crate) fn warn(work: &Work<'_>, tables: &Tables<'_>, log: Log<'_>) {
    let size = tables.values().flatten().copied().flatten().map(|object| object.size).sum();
    if let Some(warning) = strata_state::layers::jobs::outgrown(work.spec.day_gb, size, work.slice.grain()) {
        log(&format!("{}: warning: {warning}", work.name()));
    }
}

/// Put in place what was made of a slice, and keep the rows that were rejected.
pub(crate) fn finish(
    work: &Work<'_>,
    made: Made<'_>,
    rejects: &mut Rejects,
    rows_in: BTreeMap<String, u64>,
    log: Log<'_>,
) -> Result<Replaced, Error> {
    let Work { spec, store, slice, .. } = *work;
    for (name, _) in rows_in.iter().filter(|(_, rows)| **rows == 0) {
        log(&format!("{} {slice}: warning: table `{name}` has no rows {}", spec.name, slice.during()));
    }
    if spec.reads.values().any(|place| place.format == Format::Csv) {
        let url = format!("{}{slice}.csv", spec.rejects);
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
    let (rows_out, sha256) = (made.rows, made.sha256.clone());
    replace(work, made)?;
    let (rejected, reasons) = (rejects.len(), rejects.reasons().clone());
    let done = Replaced { slice, rows_in, rows_out, rejected, reasons, sha256 };
    tell(work, &done, log);
    Ok(done)
}

/// One PUT replaces the slice; other objects there, of an earlier run or another engine, are deleted afterwards.
fn replace(work: &Work<'_>, made: Made<'_>) -> Result<(), Error> {
    let (part, store) = (work.part(), work.store);
    made.sink.commit().map_err(|source| Error::Store { doing: "writing", url: part.clone(), source })?;
    let folder = slices::folder(&work.spec.writes, work.slice);
    let others = store.list(&folder).map_err(|source| Error::Store { doing: "listing", url: folder, source })?;
    others.iter().filter(|object| object.url != part).try_for_each(|object| delete(store, &object.url))
}

fn tell(work: &Work<'_>, done: &Replaced, log: Log<'_>) {
    let (spec, name, slice) = (work.spec, &work.spec.name, done.slice);
    let read: Vec<String> = done.rows_in.iter().map(|(table, rows)| format!("{rows} of {table}")).collect();
    log(&format!("{name} {slice}: read {}; wrote {} rows", read.join(", "), done.rows_out));
    for (reason, rows) in &done.reasons {
        log(&format!("{name} {slice}: warning: {rows} rows rejected: {reason}; see {}{slice}.csv", spec.rejects));
    }
    let most = done.rows_in.values().max().copied().unwrap_or(0).saturating_sub(done.rejected);
    // Fewer rows are no loss where the query puts them together.
    if done.rows_out < most && !work.query.groups() {
        let lost = most - done.rows_out;
        log(&format!("{name} {slice}: warning: {lost} rows of the largest input have no row in the result"));
    }
}

fn get(store: &dyn Store, url: &str) -> Result<Vec<u8>, Error> {
    store.get(url).map_err(|source| Error::Store { doing: "reading", url: url.to_owned(), source })
}

fn delete(store: &dyn Store, url: &str) -> Result<(), Error> {
    store.delete(url).map_err(|source| Error::Store { doing: "deleting", url: url.to_owned(), source })
}
