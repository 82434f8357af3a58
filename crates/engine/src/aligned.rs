//! Tables that hold the same keys in the same order, as those that are made of one raw file do. A join of them has nothing
//! to look up: their columns side by side are one wide table.

use crate::answer::keys;
use crate::copying::Rest;
use crate::error::Halt;
use crate::hashes::Hashes;
use crate::order::in_order;
use crate::parquet::Table;
use crate::progress::{Log, Progress};
use crate::work::{Outcome, Tables, Work};
use crate::{Error, csv::Rejects};
use polars::prelude::DataFrame;
use std::collections::BTreeMap;
use strata_sql::Query;

/// Tables that hold the same keys in the same order, one stretch of rows of all of them after another. None when they do
/// not.
pub(crate) fn side_by_side<'a>(
    work: &Work<'a>,
    objects: &Tables<'_>,
    names: &[String],
    key: Option<&String>,
    log: Log<'_>,
) -> Result<Option<Outcome<'a>>, Error> {
    let mut tables = Vec::new();
    for name in names {
        tables.push((name, work.open(name, objects.get(name.as_str()).map(Vec::as_slice).unwrap_or_default())?));
    }
    let Some(rows) = tables.iter().map(|(_, table)| table.rows()).min_by_key(Vec::len) else { return Ok(None) };
    let count: usize = rows.iter().sum();
    if tables.iter().any(|(_, table)| table.rows().iter().sum::<usize>() != count) {
        return Ok(None);
    }
    let size: u64 = tables.iter().map(|(_, table)| table.size()).sum();
    let frames = |(from, count): (usize, usize)| -> Result<BTreeMap<String, DataFrame>, Error> {
        let read = |(name, table): &(&String, Table<'_>)| Ok(((*name).clone(), table.read(from, count)?));
        tables.iter().map(read).collect()
    };
    let rest = Rest::new(work, key);
    let copying = rest.as_ref().map(|rest| rest.copying(work)).transpose()?;
    let whole = work.maker()?.whole(|maker| {
        let mut answer = maker.start()?;
        let mut progress = Progress::new(log, work.name(), size);
        let mut known = Hashes::new(work.limits.hashes);
        let unsure = |_| Halt::Again;
        let one = |piece: (usize, usize)| {
            if let Some(copying) = &copying
                && maker.writes()
                && let Some((made, hashes)) = copying.make(&tables, piece)?
            {
                return Ok((made, hashes, piece.1 as u64));
            }
            let frames = frames(piece)?;
            let hashes = match key {
                Some(key) => same(&frames, key).ok_or(Halt::Again)?,
                None => Vec::new(),
            };
            let made = match wide(work.query, names, key, &frames) {
                Some((text, table, frame)) => maker.make_wide(text, table, frame)?,
                None => maker.make(frames)?,
            };
            Ok((made, hashes, piece.1 as u64))
        };
        let mut start = 0;
        let mut pieces = rows.iter().filter(|rows| **rows > 0).map(|rows| {
            start += rows;
            Ok::<_, Halt>((start - rows, *rows))
        });
        in_order(
            work.limits.threads,
            || pieces.next(),
            one,
            |(piece, hashes, rows)| {
                progress.add(rows, size * rows / (count as u64).max(1));
                known.add(&hashes).map_err(unsure)?;
                Ok(answer.add(piece)?)
            },
        )?;
        // A key in two stretches would be joined across them.
        if !known.twice().map_err(unsure)?.is_empty() {
            return Err(Halt::Again);
        }
        if count == 0 {
            answer.add(maker.make(frames((0, 0))?)?)?;
        }
        Ok((answer, ()))
    });
    match whole {
        Ok((made, ())) => {
            let rows_in = names.iter().map(|name| (name.clone(), count as u64)).collect();
            Ok(Some(Outcome { made, rejects: Rejects::default(), rows_in }))
        }
        Err(Halt::Again) => Ok(None),
        Err(Halt::Failed(error)) => Err(error),
    }
}

/// The hashes of the key, when all tables have the same keys in the same order.
fn same(frames: &BTreeMap<String, DataFrame>, key: &String) -> Option<Vec<u64>> {
    let mut frames = frames.values();
    let first = frames.next()?;
    let wanted = first.column(key).ok()?.as_materialized_series();
    let equal = |frame: &DataFrame| {
        let found = frame.column(key).ok().map(|column| column.as_materialized_series());
        found.is_some_and(|found| found.dtype() == wanted.dtype() && found.equals_missing(wanted))
    };
    // A key that is missing is equal to none.
    let known = wanted.null_count() == 0;
    if known && frames.all(equal) { keys(first, std::slice::from_ref(key)).ok() } else { None }
}

/// All columns of tables that hold the same keys in the same order, and the query over those. None when two have a
/// column of the same name, besides the key.
fn wide<'q>(
    query: &'q Query,
    names: &'q [String],
    key: Option<&String>,
    frames: &BTreeMap<String, DataFrame>,
) -> Option<(&'q str, &'q str, DataFrame)> {
    let (wide, key, table) = (query.wide()?, key?, names.first()?);
    let mut all = frames.get(table)?.clone();
    for name in names.iter().skip(1) {
        let columns = frames.get(name)?.columns().iter().filter(|column| column.name() != key.as_str());
        all.hstack_mut(&columns.cloned().collect::<Vec<_>>()).ok()?;
    }
    Some((&wide.text, table, all))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::{same, wide};
    use polars::df;
    use polars::prelude::DataFrame;
    use std::collections::BTreeMap;

    fn frames(a: DataFrame, b: DataFrame) -> BTreeMap<String, DataFrame> {
        BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)])
    }

    #[test]
    fn equal_keys_without_gaps_are_the_same() {
        let key = "k".to_owned();
        let known = || df!("k" => [Some("1"), Some("2")]).unwrap();
        let gap = || df!("k" => [Some("1"), None]).unwrap();
        let turned = df!("k" => [Some("2"), Some("1")]).unwrap();
        assert_eq!(same(&frames(known(), known()), &key).unwrap().len(), 2);
        assert!(same(&frames(known(), turned), &key).is_none());
        assert!(same(&frames(gap(), gap()), &key).is_none(), "a join takes no row whose key is missing");
    }

    #[test]
    fn tables_side_by_side_are_one_unless_a_name_is_there_twice() {
        let query = strata_sql::parse("x.sql", "SELECT a.k, b.y FROM a JOIN b USING (k)").unwrap();
        let (names, key) = (["a".to_owned(), "b".to_owned()], "k".to_owned());
        let a = || df!("k" => ["1"], "x" => [1]).unwrap();
        let frames_ok = frames(a(), df!("k" => ["1"], "y" => [2]).unwrap());
        let (text, table, found) = wide(&query, &names, Some(&key), &frames_ok).unwrap();
        assert_eq!((text, table), ("SELECT k, y FROM a", "a"));
        assert_eq!(found, df!("k" => ["1"], "x" => [1], "y" => [2]).unwrap());
        let frames_twice = frames(a(), df!("k" => ["1"], "x" => [2]).unwrap());
        assert!(wide(&query, &names, Some(&key), &frames_twice).is_none());
        assert!(wide(&query, &names, None, &frames_ok).is_none());
    }
}
