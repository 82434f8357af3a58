//! What is to be done for a day, and what was made of it.

use crate::answer::{Made, Maker};
use crate::csv::{Raw, Rejects, Seen};
use crate::error::Halt;
use crate::parquet::Table;
use crate::{Error, Limits, Object, Store, day};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use strata_sql::Query;
use strata_state::Spec;
use strata_state::spec::Place;

/// What is to be done for a day.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) store: &'a dyn Store,
    pub(crate) query: &'a Query,
    pub(crate) date: NaiveDate,
    pub(crate) limits: Limits,
}

/// What was made of a day.
pub(crate) struct Outcome<'a> {
    pub(crate) made: Made<'a>,
    pub(crate) rejects: Rejects,
    /// Rows of each table.
    pub(crate) rows_in: BTreeMap<String, u64>,
}

/// The files of each table.
pub(crate) type Tables<'t> = BTreeMap<&'t str, &'t [Object]>;

impl<'a> Work<'a> {
    /// The day's one file.
    pub(crate) fn part(&self) -> String {
        format!("{}part-00000.parquet", day::folder(&self.spec.writes, self.date))
    }

    pub(crate) fn maker(&self) -> Result<Maker<'a>, Error> {
        Maker::new(self.spec, self.query, self.store, self.part(), self.limits)
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.spec.name, self.date)
    }

    pub(crate) fn place(&self, table: &str) -> Result<&'a Place, Error> {
        self.spec.reads.get(table).ok_or_else(|| Error::Query {
            sql: self.spec.sql.clone(),
            reason: format!("table `{table}` is not among those that it reads"),
        })
    }

    pub(crate) fn open(&self, table: &str, objects: &[Object]) -> Result<Table<'a>, Error> {
        Table::open(self.store, objects, &self.place(table)?.columns, &|column| self.query.mentions(column))
    }

    /// Read a raw file; `attempt` is made again where the file needs it.
    pub(crate) fn raw<T>(
        &self,
        table: &str,
        object: &Object,
        attempt: impl FnMut(&Raw<'_>) -> Result<(T, Seen), Halt>,
    ) -> Result<(T, Seen), Error> {
        let url = &object.url;
        let source =
            self.store.open(url).map_err(|source| Error::Store { doing: "reading", url: url.clone(), source })?;
        let used = |column: &str| self.query.mentions(column);
        Raw::open(url, &*source, self.place(table)?, &used, self.limits)?.settle(attempt)
    }
}
