//! The ways to make a slice. A query that goes row by row is run on one piece of its tables after another, a few side by
//! side, so that memory does not grow with the tables. Tables that are joined have to hold the same keys in the same
//! order for that, as the staging tables of a day do. All else is run in memory, as a whole; so are several raw files.

use crate::aligned::side_by_side;
use crate::answer::{Answer, keys};
use crate::csv::{Rejects, Seen};
use crate::error::Halt;
use crate::order::in_order;
use crate::progress::Log;
use crate::query::answer;
use crate::scan::alone;
use crate::work::{Outcome, Tables, Work};
use crate::{Error, Object, parquet};
use polars::prelude::{DataFrame, IntoLazy, PolarsError, SortMultipleOptions, col, len};
use std::collections::{BTreeMap, HashSet};
use strata_sql::Shape;
use strata_state::wish::Format;

/// Rows in a row group of an answer that is made in memory.
const GROUP: usize = 1 << 17;

/// From this size on a run says what it holds in memory.
const LARGE: usize = 1 << 28;

/// Make the slice in the first way that serves.
pub(crate) fn make<'a>(work: &Work<'a>, tables: &Tables<'_>, log: Log<'_>) -> Result<Outcome<'a>, Error> {
    let reads = &work.spec.reads;
    let format = |format: Format| reads.values().all(|place| place.format == format);
    let done = match work.query.shape() {
        Shape::Rows(table) => match (reads.len(), tables.get(table.as_str()).map(Vec::as_slice)) {
            (1, Some([[object]])) if format(Format::Csv) => alone(work, table, object, log)?,
            (1, _) if format(Format::Parquet) => side_by_side(work, tables, std::slice::from_ref(table), None, log)?,
            _ => None,
        },
        Shape::Joined { tables: names, key } if names.len() == reads.len() && format(Format::Parquet) => {
            side_by_side(work, tables, names, Some(key), log)?
        }
        _ => None,
    };
    match done {
        Some(outcome) => Ok(outcome),
        None => in_memory(work, tables, log),
    }
}

fn failed(error: Halt, doing: &str) -> Error {
    match error {
        Halt::Failed(error) => error,
        Halt::Again => {
            Error::Input { url: doing.to_owned(), reason: "it changes while it is read; run again".to_owned() }
        }
    }
}

/// All rows of all tables at once.
fn in_memory<'a>(work: &Work<'a>, tables: &Tables<'_>, log: Log<'_>) -> Result<Outcome<'a>, Error> {
    let (mut frames, mut rejects, mut rows_in) = (BTreeMap::new(), Rejects::default(), BTreeMap::new());
    for (name, files) in tables {
        let place = work.place(name)?;
        let (frame, rows) = match place.format {
            Format::Parquet => {
                let frame = work.open(name, files)?.all(work.limits.threads)?;
                let rows = frame.height() as u64;
                (frame, rows)
            }
            Format::Csv => raw_whole(work, name, files, &mut rejects)?,
        };
        rows_in.insert((*name).to_owned(), rows);
        frames.insert((*name).to_owned(), frame);
    }
    let held: usize = frames.values().map(DataFrame::estimated_size).sum();
    if held > LARGE {
        let why =
            "rows of its query depend on each other, its tables are not in one order, or a raw one has several files";
        log(&format!(
            "{}: {why}, so all are held in memory: {} MB and what the query needs",
            work.name(),
            held / 1_000_000
        ));
    }
    let frame = in_one_order(work, answer(work.spec, work.query.text(), frames)?)?;
    let whole = work.maker()?.whole(|maker| {
        let mut answer: Answer<'a> = maker.start()?;
        let mut starts = (0..frame.height()).step_by(GROUP);
        let slice = |start: usize| Ok(maker.piece(frame.slice(i64::try_from(start).unwrap_or(i64::MAX), GROUP))?);
        in_order(work.limits.threads, || starts.next().map(Ok), slice, |piece| Ok::<(), Halt>(answer.add(piece)?))?;
        Ok((answer, ()))
    });
    let (made, ()) = whole.map_err(|error| failed(error, &work.spec.sql))?;
    Ok(Outcome { made, rejects, rows_in })
}

/// Groups and joins come in any order, another one each time: a table with a key is sorted by it, so that a slice that is made
/// again is the same, byte for byte.
fn in_one_order(work: &Work<'_>, frame: DataFrame) -> Result<DataFrame, Error> {
    let key = &work.spec.writes.key;
    if key.is_empty() || work.query.is_ordered() {
        return Ok(frame);
    }
    let sorted = frame.sort(key.iter().map(String::as_str), SortMultipleOptions::default());
    sorted.map_err(|error| Error::Query { sql: work.spec.sql.clone(), reason: error.to_string() })
}

/// The raw files of one table in memory, and how many rows they have.
fn raw_whole(
    work: &Work<'_>,
    name: &str,
    files: &[&[Object]],
    rejects: &mut Rejects,
) -> Result<(DataFrame, u64), Error> {
    let place = work.place(name)?;
    let keyed = !place.key.is_empty() && files.iter().any(|files| files.len() > 1);
    let (mut all, mut rows) = (parquet::empty(&place.columns), 0);
    for files in files {
        let mut slice = parquet::empty(&place.columns);
        for object in *files {
            let (frame, seen) = raw_file(work, name, object, keyed)?;
            rows += seen.rows;
            let read = |source| Error::Store { doing: "reading", url: object.url.clone(), source };
            rejects.append(seen.rejects).map_err(read)?;
            append(&mut slice, frame, &object.url)?;
        }
        if let Some(object) = files.first().filter(|_| keyed) {
            distinct(&slice, &place.key, &object.url)?;
        }
        append(&mut all, slice, &place.path)?;
    }
    Ok((all, rows))
}

/// The rows of one raw file.
fn raw_file(work: &Work<'_>, name: &str, object: &Object, keyed: bool) -> Result<(DataFrame, Seen), Error> {
    let columns = &work.place(name)?.columns;
    let place = work.place(name)?;
    let used = |column: &str| work.query.mentions(column) || (keyed && place.key.iter().any(|key| key == column));
    work.raw(name, object, &used, |raw| {
        let mut frame = parquet::empty(columns);
        let seen = raw.each(|part| Ok(part.frame), |part, _, _| append(&mut frame, part, &object.url))?;
        Ok((frame, seen))
    })
}

/// Put rows below others. A table without rows has all columns, and others only those that are used.
fn append(all: &mut DataFrame, more: DataFrame, url: &str) -> Result<(), Error> {
    if more.height() == 0 {
        return Ok(());
    }
    if all.height() == 0 {
        *all = more;
        return Ok(());
    }
    let wrong = |error: PolarsError| Error::Input { url: url.to_owned(), reason: error.to_string() };
    all.vstack_mut_owned(more).map(drop).map_err(wrong)
}

/// Of rows of one file that share a key, none or one is read; files of one slice must not share any.
fn distinct(slice: &DataFrame, key: &[String], url: &str) -> Result<(), Error> {
    let wrong = |error: PolarsError| Error::Input { url: url.to_owned(), reason: error.to_string() };
    if slice.height() == 0 {
        return Ok(());
    }
    let hashes = keys(slice, key).map_err(wrong)?;
    if hashes.iter().collect::<HashSet<_>>().len() == hashes.len() {
        return Ok(());
    }
    let columns = key.iter().map(|name| col(name.as_str())).collect::<Vec<_>>();
    let groups = slice.clone().lazy().group_by(columns).agg([len()]).collect().map_err(wrong)?;
    if groups.height() == slice.height() {
        return Ok(());
    }
    let (rows, values, key) = (slice.height(), groups.height(), key.join(", "));
    let reason = format!(
        "it and other files of its slice have {rows} rows with only {values} different values of the key ({key}); \
         leave each row in one file"
    );
    Err(Error::Input { url: url.to_owned(), reason })
}
