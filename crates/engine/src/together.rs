//! Several transforms in one run: those that read one raw file, row by row, share one scan of it; others run one after another.

use crate::progress::Log;
use crate::run::{Prepared, finish, slices, warn};
use crate::scan::scan;
use crate::work::Work;
use crate::{Error, Limits, Report, Store};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use strata_sql::Shape;
use strata_state::Spec;
use strata_state::wish::Format;

/// Run `specs` in `store`, each as [`crate::run`] does, in limits of one's own. Where all of them read the rows of one raw
/// table, a slice's file is read once, and no table is replaced before all of their answers are right.
///
/// # Errors
/// As [`crate::run`]; what comes after the one that failed is not run.
pub fn run_together(
    limits: Limits,
    specs: &[Spec],
    store: &dyn Store,
    date: Option<NaiveDate>,
    log: &mut (dyn FnMut(&str) + Send),
) -> Result<Vec<Report>, Error> {
    let prepared = specs.iter().map(|spec| Prepared::new(spec, store, limits)).collect::<Result<Vec<_>, _>>()?;
    match shared(&prepared) {
        Some(table) if prepared.len() > 1 => run_shared(&prepared, table, date, log),
        _ => prepared.iter().map(|one| one.run(date, log)).collect(),
    }
}

/// The raw table whose rows are all that any of them reads.
fn shared<'p>(prepared: &'p [Prepared<'_>]) -> Option<&'p str> {
    let (first, others) = prepared.split_first()?;
    let table = |one: &'p Prepared<'_>| match one.query.shape() {
        Shape::Rows(table) if one.spec.reads.len() == 1 => one.spec.reads.get_key_value(table.as_str()),
        _ => None,
    };
    let (name, place) = table(first).filter(|(_, place)| place.format == Format::Csv)?;
    let same =
        |one: &'p Prepared<'_>| table(one) == Some((name, place)) && one.spec.writes.grain == first.spec.writes.grain;
    others.iter().all(same).then_some(name.as_str())
}

fn run_shared(
    prepared: &[Prepared<'_>],
    table: &str,
    date: Option<NaiveDate>,
    log: Log<'_>,
) -> Result<Vec<Report>, Error> {
    let Some(first) = prepared.first() else { return Ok(Vec::new()) };
    let report = |one: &Prepared<'_>| Report { transform: one.spec.name.clone(), slices: Vec::new() };
    let mut reports: Vec<Report> = prepared.iter().map(report).collect();
    let (found, parts) = slices(first, date, log)?;
    for slice in parts {
        let works: Vec<Work<'_>> = prepared.iter().map(|one| one.work(slice)).collect();
        let Some(tables) = works.first().map(|work| work.tables(&found)).transpose()? else { continue };
        let object = match tables.get(table).map(Vec::as_slice) {
            Some([[object]]) => object,
            // Several files of a slice are read in memory, by each.
            _ => {
                for (report, work) in reports.iter_mut().zip(&works) {
                    report.slices.push(crate::run::one_slice(work, &found, log)?);
                }
                continue;
            }
        };
        for work in &works {
            warn(work, &tables, log);
        }
        let (made, mut seen) = scan(&works, table, object, log)?;
        let rows_in = BTreeMap::from([(table.to_owned(), seen.rows)]);
        for ((report, work), made) in reports.iter_mut().zip(&works).zip(made) {
            report.slices.push(finish(work, made, &mut seen.rejects, rows_in.clone(), log)?);
        }
    }
    Ok(reports)
}
