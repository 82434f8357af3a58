//! What is to be done for a slice, and what was made of it.

use crate::answer::{Made, Maker};
use crate::csv::{Raw, Rejects, Seen};
use crate::error::Halt;
use crate::parquet::Table;
use crate::{Error, Limits, Object, Store, slices};
use std::collections::BTreeMap;
use strata_slices::Slice;
use strata_sql::Query;
use strata_state::Spec;
use strata_state::spec::Place;

/// What is to be done for a slice.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) store: &'a dyn Store,
    pub(crate) query: &'a Query,
    pub(crate) slice: Slice,
    pub(crate) limits: Limits,
}

/// What was made of a slice.
pub(crate) struct Outcome<'a> {
    pub(crate) made: Made<'a>,
    pub(crate) rejects: Rejects,
    /// Rows of each table.
    pub(crate) rows_in: BTreeMap<String, u64>,
}

/// The files of each table, in groups: those of each of the table's own slices.
pub(crate) type Tables<'t> = BTreeMap<&'t str, Vec<&'t [Object]>>;

impl<'a> Work<'a> {
    /// The slice's one file.
    pub(crate) fn part(&self) -> String {
        format!("{}part-00000.parquet", slices::folder(&self.spec.writes, self.slice))
    }

    pub(crate) fn maker(&self) -> Result<Maker<'a>, Error> {
        Maker::new(self.spec, self.query, self.store, self.part(), self.limits)
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.spec.name, self.slice)
    }

    pub(crate) fn place(&self, table: &str) -> Result<&'a Place, Error> {
        self.spec.reads.get(table).ok_or_else(|| Error::Query {
            sql: self.spec.sql.clone(),
            reason: format!("table `{table}` is not among those that it reads"),
        })
    }

    pub(crate) fn open(&self, table: &str, files: &[&[Object]]) -> Result<Table<'a>, Error> {
        let objects = files.iter().copied().flatten();
        Table::open(self.store, objects, &self.place(table)?.columns, &|column| self.query.mentions(column))
    }

    /// Read a raw file, with its key where that is wanted; `attempt` is made again where the file needs it.
    pub(crate) fn raw<T>(
        &self,
        table: &str,
        object: &Object,
        keyed: bool,
        attempt: impl FnMut(&Raw<'_>) -> Result<(T, Seen), Halt>,
    ) -> Result<(T, Seen), Error> {
        let url = &object.url;
        let source =
            self.store.open(url).map_err(|source| Error::Store { doing: "reading", url: url.clone(), source })?;
        let place = self.place(table)?;
        let used = |column: &str| self.query.mentions(column) || (keyed && place.key.iter().any(|key| key == column));
        Raw::open(url, &*source, place, &used, self.limits)?.settle(attempt)
    }
}
