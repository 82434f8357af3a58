//! What is to be done for a slice, and what was made of it.

use crate::answer::{Made, Maker};
use crate::csv::{Raw, Rejects, Seen};
use crate::error::Halt;
use crate::parquet::Table;
use crate::slices::{self, Slices};
use crate::{Error, Limits, Object, Store};
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

/// What was made of a slice by one transform.
pub(crate) struct Outcome<'a> {
    pub(crate) made: Made<'a>,
    pub(crate) rejects: Rejects,
    /// Rows of each table.
    pub(crate) rows_in: BTreeMap<String, u64>,
}

/// The files of each table, in groups: those of each of the table's own slices.
pub(crate) type Tables<'t> = BTreeMap<&'t str, Vec<&'t [Object]>>;

/// The slices of each table that is read.
pub(crate) type Found<'t> = BTreeMap<&'t str, Slices>;

impl<'a> Work<'a> {
    /// The files that this slice is made of; each table has to have some.
    pub(crate) fn tables<'t>(&self, found: &'t Found<'_>) -> Result<Tables<'t>, Error>
    where
        'a: 't,
    {
        let (spec, slice) = (self.spec, self.slice);
        let mut tables = Tables::new();
        for (name, place) in &spec.reads {
            let all = found.get(name.as_str()).into_iter().flatten();
            let files: Vec<&[Object]> =
                all.filter(|(of, _)| of.overlaps(slice)).map(|(_, files)| files.as_slice()).collect();
            if files.is_empty() {
                let (transform, table, url) = (spec.name.clone(), name.clone(), slices::folder(place, slice));
                return Err(Error::NoSlice { transform, slice, table, url });
            }
            tables.insert(name, files);
        }
        Ok(tables)
    }

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

    /// Read a raw file, with the columns that `used` says; `attempt` is made again where the file needs it.
    pub(crate) fn raw<T>(
        &self,
        table: &str,
        object: &Object,
        used: &dyn Fn(&str) -> bool,
        attempt: impl FnMut(&Raw<'_>) -> Result<(T, Seen), Halt>,
    ) -> Result<(T, Seen), Error> {
        let url = &object.url;
        let source =
            self.store.open(url).map_err(|source| Error::Store { doing: "reading", url: url.clone(), source })?;
        Raw::open(url, &*source, self.place(table)?, used, self.limits)?.settle(attempt)
    }
}
