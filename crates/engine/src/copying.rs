//! Columns that an answer has from a table as they are: where the tables' rows are aligned, their pages are copied, and
//! only the other columns are read, asked for and written.

use crate::Error;
use crate::answer::{Maker, Piece, keys};
use crate::parquet::{Encoder, Stored, Table};
use crate::query::wrong;
use crate::work::Work;
use polars::prelude::{Column, DataFrame};
use std::collections::BTreeMap;
use strata_sql::{Query, Wide};
use strata_state::Spec;
use strata_state::wish;

/// The query for the columns that are not copied.
pub(crate) struct Rest<'q> {
    wide: &'q Wide,
    /// What a table's row and the answer's are known by.
    key: &'q str,
    /// None when all columns are copied.
    query: Option<Query>,
    /// The transform, with those columns alone.
    spec: Spec,
}

impl<'q> Rest<'q> {
    /// None when the answer has no column that can be copied.
    pub(crate) fn new(work: &Work<'q>, key: Option<&'q String>) -> Option<Self> {
        let (wide, key) = (work.query.wide()?, key?.as_str());
        let (found, wanted) = (wide.columns.as_ref()?, &work.spec.writes.columns);
        let same = |name: &str| found.iter().any(|(column, same)| *same && column == name);
        // Anything else is told of where the whole answer is made.
        let declared = found.iter().map(|(name, _)| name).eq(wanted.iter().map(|column| &column.name));
        let known = match work.spec.writes.key.as_slice() {
            [] => true,
            [only] => only == key && same(key),
            _ => false,
        };
        let mut owners: BTreeMap<&str, &wish::Column> = BTreeMap::new();
        let read = work.spec.reads.values().flat_map(|place| &place.columns);
        for column in read.filter(|column| work.query.mentions(&column.name)) {
            // Of a column that two tables have, the name alone does not tell.
            if owners.insert(&column.name, column).is_some() && column.name != key {
                return None;
            }
        }
        let typed =
            |column: &wish::Column| owners.get(column.name.as_str()).is_some_and(|owner| owner.kind == column.kind);
        let fits = wanted.iter().all(|column| !same(&column.name) || typed(column));
        if !declared || !known || !fits {
            return None;
        }
        let query = wide.rest.as_ref().map(|text| strata_sql::parse(&work.spec.sql, text)).transpose().ok()?;
        let mut spec = work.spec.clone();
        spec.writes.columns.retain(|column| !same(&column.name));
        spec.writes.key.clear();
        Some(Self { wide, key, query, spec })
    }

    pub(crate) fn copying<'a>(&'a self, work: &Work<'a>) -> Result<Copying<'a>, Error> {
        let encoder = Encoder::new(&work.spec.writes.columns);
        let encoder = encoder.map_err(|error| wrong(work.spec, error.to_string()))?;
        let maker = Maker::new(&self.spec, work.query, work.store, work.part(), work.limits)?;
        Ok(Copying { rest: self, columns: &work.spec.writes.columns, encoder, maker })
    }
}

/// How pieces are made by copying.
pub(crate) struct Copying<'a> {
    rest: &'a Rest<'a>,
    columns: &'a [wish::Column],
    encoder: Encoder,
    maker: Maker<'a>,
}

impl Copying<'_> {
    /// The answer for the `count` rows from `from` on of all tables, and the hashes of their keys, which are also the
    /// answer's. None when these rows are not such that it can be made in this way.
    pub(crate) fn make(
        &self,
        tables: &[(&String, Table<'_>)],
        (from, count): (usize, usize),
    ) -> Result<Option<(Piece, Vec<u64>)>, Error> {
        let mut stored = Vec::new();
        for (_, table) in tables {
            match table.stored(from, count)? {
                Some(columns) => stored.push(columns),
                None => return Ok(None),
            }
        }
        let Some(key) = self.same_keys(&stored)? else { return Ok(None) };
        let failed = |error: polars::error::PolarsError| wrong(&self.rest.spec, error.to_string());
        let name = [self.rest.key.to_owned()];
        let frame = DataFrame::new(count, vec![key]).map_err(failed)?;
        let hashes = keys(&frame, &name).map_err(failed)?;
        let mut copied = Vec::new();
        for ((column, kind), (_, same)) in self.columns.iter().zip(&self.encoder.stored).zip(self.wide_columns()) {
            if *same {
                let found = stored.iter().flatten().find(|stored| stored.name() == column.name);
                match found.and_then(|stored| stored.copied(kind, !column.nullable)) {
                    Some(pages) => copied.push(Some(pages)),
                    None => return Ok(None),
                }
            } else {
                copied.push(None);
            }
        }
        let made = match &self.rest.query {
            Some(query) => Some(self.made(query, tables, &stored, frame)?),
            None => None,
        };
        Ok(Piece::copied(count, copied, made).map(|piece| (piece, hashes)))
    }

    fn wide_columns(&self) -> &[(String, bool)] {
        self.rest.wide.columns.as_deref().unwrap_or_default()
    }

    /// The key's column, when all tables have the same in the same order.
    fn same_keys(&self, stored: &[Vec<Stored<'_>>]) -> Result<Option<Column>, Error> {
        let of = |columns: &[Stored<'_>]| columns.iter().position(|column| column.name() == self.rest.key);
        let mut found = Vec::new();
        for columns in stored {
            match of(columns) {
                Some(at) => found.push(&columns[at]),
                None => return Ok(None),
            }
        }
        let Some((first, others)) = found.split_first() else { return Ok(None) };
        let wanted = first.values()?;
        // A key that is missing is equal to none.
        if wanted.null_count() > 0 {
            return Ok(None);
        }
        for other in others {
            if !other.equals(first) {
                let other = other.values()?;
                let equal = other.dtype() == wanted.dtype()
                    && other.as_materialized_series().equals_missing(wanted.as_materialized_series());
                if !equal {
                    return Ok(None);
                }
            }
        }
        Ok(Some(wanted))
    }

    /// The columns that are not copied; `frame` has the key.
    fn made(
        &self,
        query: &Query,
        tables: &[(&String, Table<'_>)],
        stored: &[Vec<Stored<'_>>],
        mut frame: DataFrame,
    ) -> Result<Piece, Error> {
        let used =
            stored.iter().flatten().filter(|column| column.name() != self.rest.key && query.mentions(column.name()));
        let columns: Result<Vec<Column>, Error> = used.map(Stored::values).collect();
        frame.hstack_mut(&columns?).map_err(|error| wrong(&self.rest.spec, error.to_string()))?;
        let table = tables.first().map(|(name, _)| name.as_str()).unwrap_or_default();
        self.maker.make_wide(query.text(), table, frame)
    }
}
