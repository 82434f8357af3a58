//! The answer of a query, as it grows: its row groups go into the file, and what has to hold for all of its rows is
//! counted.

use crate::digest::Digested;
use crate::error::Halt;
use crate::hashes::{Hashes, MISSING, hash};
use crate::parquet::{Encoder, Group, Pages, Writer};
use crate::query::{answer, wrong};
use crate::{Error, Limits, Sink, Store};
use polars::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::io::BufWriter;
use strata_sql::Query;
use strata_state::Spec;

/// The answer for one piece of the tables.
pub(crate) struct Piece {
    rows: u64,
    groups: Vec<Group>,
    /// Missing values of each column.
    nulls: Vec<usize>,
    /// The hash of each row's key.
    keys: Vec<u64>,
    /// The keys of the rows that are looked for.
    found: Option<DataFrame>,
}

impl Piece {
    /// Of copied columns, and those that are None there from `made`. None when that has not the same rows. Whose rows these
    /// are sees to it that no key is there twice.
    pub(crate) fn copied(rows: usize, columns: Vec<Option<Pages>>, made: Option<Self>) -> Option<Self> {
        let (mut groups, nulls) = made.map_or_else(Default::default, |made| (made.groups, made.nulls));
        let (made_rows, pages) = groups.pop().unwrap_or((rows as u64, Vec::new()));
        if made_rows != rows as u64 || !groups.is_empty() {
            return None;
        }
        let (mut pages, mut nulls) = (pages.into_iter(), nulls.into_iter());
        let mut all = Vec::new();
        let mut missing = Vec::new();
        for column in columns {
            // Where a column may miss nothing, it was seen that the copied one does not; else it does not matter.
            missing.push(if column.is_some() { 0 } else { nulls.next()? });
            all.push(match column {
                Some(pages) => pages,
                None => pages.next()?,
            });
        }
        Some(Self {
            rows: rows as u64,
            groups: vec![(rows as u64, all)],
            nulls: missing,
            keys: Vec::new(),
            found: None,
        })
    }
}

/// How the answer for a piece is made.
pub(crate) struct Maker<'a> {
    pub(crate) spec: &'a Spec,
    query: &'a Query,
    store: &'a dyn Store,
    url: String,
    limits: Limits,
    encoder: Encoder,
    /// Its keys are not those of other rows, whatever the query does.
    distinct: bool,
    /// Write nothing, and only look for rows whose key has one of these hashes.
    only: Option<HashSet<u64>>,
}

impl<'a> Maker<'a> {
    /// The answer will be the object `url`.
    pub(crate) fn new(
        spec: &'a Spec,
        query: &'a Query,
        store: &'a dyn Store,
        url: String,
        limits: Limits,
    ) -> Result<Self, Error> {
        let encoder = Encoder::new(&spec.writes.columns).map_err(|error| engine(spec, &error))?;
        Ok(Self { spec, query, store, url, limits, encoder, distinct: false, only: None })
    }

    /// There is no need to check whether a key is there twice: the rows that are read have the same, and each once.
    pub(crate) fn distinct(self, distinct: bool) -> Self {
        Self { distinct, ..self }
    }

    /// An answer without any piece yet.
    pub(crate) fn start(&self) -> Result<Answer<'a>, Error> {
        let failed = |source| Error::Store { doing: "writing", url: self.url.clone(), source };
        let sink = Digested::new(self.store.create(&self.url).map_err(failed)?);
        let sink = BufWriter::with_capacity(1 << 16, sink);
        let writer = Writer::new(sink, &self.encoder).map_err(|error| engine(self.spec, &error))?;
        let nulls = vec![0; self.spec.writes.columns.len()];
        Ok(Answer { spec: self.spec, writer, rows: 0, nulls, keys: Hashes::new(self.limits.hashes), found: None })
    }

    /// Make the whole answer by `attempt`; look at keys that may be there more than once in a second run.
    pub(crate) fn whole<T>(
        mut self,
        mut attempt: impl FnMut(&Self) -> Result<(Answer<'a>, T), Halt>,
    ) -> Result<(Made<'a>, T), Halt> {
        let (answer, more) = attempt(&self)?;
        let (made, twice) = answer.finish()?;
        if !twice.is_empty() {
            self.look_for(twice);
            attempt(&self)?.0.different()?;
        }
        Ok((made, more))
    }

    /// From now on write nothing, and only look for rows whose key has one of these hashes.
    pub(crate) fn look_for(&mut self, keys: HashSet<u64>) {
        self.only = Some(keys);
    }

    /// Whether the answer is written, rather than looked through once more.
    pub(crate) fn writes(&self) -> bool {
        self.only.is_none()
    }

    /// Run the query over these rows.
    pub(crate) fn make(&self, tables: BTreeMap<String, DataFrame>) -> Result<Piece, Error> {
        self.piece(answer(self.spec, self.query.text(), tables)?)
    }

    /// Run the query over one table with the columns of all that it joins.
    pub(crate) fn make_wide(&self, text: &str, table: &str, frame: DataFrame) -> Result<Piece, Error> {
        self.piece(answer(self.spec, text, BTreeMap::from([(table.to_owned(), frame)]))?)
    }

    /// These rows of the answer.
    pub(crate) fn piece(&self, mut frame: DataFrame) -> Result<Piece, Error> {
        let failed = |error: PolarsError| engine(self.spec, &error);
        frame.rechunk_mut();
        let key = &self.spec.writes.key;
        let keys = if key.is_empty() || self.distinct { Vec::new() } else { keys(&frame, key).map_err(failed)? };
        let nulls = frame.columns().iter().map(Column::null_count).collect();
        let rows = frame.height() as u64;
        if let Some(only) = &self.only {
            let wanted: BooleanChunked = keys.iter().map(|key| Some(only.contains(key))).collect();
            let found = frame.select(key.iter().map(String::as_str)).and_then(|keys| keys.filter(&wanted));
            return Ok(Piece {
                rows,
                groups: Vec::new(),
                nulls,
                keys: Vec::new(),
                found: Some(found.map_err(failed)?),
            });
        }
        let groups = self.encoder.groups(&frame).map_err(failed)?;
        Ok(Piece { rows, groups, nulls, keys, found: None })
    }
}

fn engine(spec: &Spec, error: &dyn std::fmt::Display) -> Error {
    Error::Query { sql: spec.sql.clone(), reason: error.to_string() }
}

/// The hash of each row's values in these columns.
pub(crate) fn keys(frame: &DataFrame, names: &[String]) -> PolarsResult<Vec<u64>> {
    let mut hashes = vec![0; frame.height()];
    for name in names {
        let column = frame.column(name)?;
        let number = column.dtype().is_integer() || column.dtype().is_temporal();
        if number {
            let whole = column.cast(&DataType::Int64)?;
            for (before, value) in hashes.iter_mut().zip(whole.i64()?.iter()) {
                *before = hash(&value.map_or(MISSING, i64::cast_unsigned).to_le_bytes(), *before);
            }
        } else {
            let text = column.cast(&DataType::String)?;
            for (before, value) in hashes.iter_mut().zip(text.str()?.iter()) {
                *before =
                    value.map_or_else(|| hash(&MISSING.to_le_bytes(), *before), |text| hash(text.as_bytes(), *before));
            }
        }
    }
    Ok(hashes)
}

/// The answer so far.
pub(crate) struct Answer<'a> {
    spec: &'a Spec,
    writer: Writer<BufWriter<Digested<Box<dyn Sink + 'a>>>>,
    rows: u64,
    nulls: Vec<usize>,
    keys: Hashes,
    found: Option<DataFrame>,
}

/// An answer that is whole and is the declared table, but for its key.
pub(crate) struct Made<'a> {
    pub(crate) rows: u64,
    pub(crate) sink: Box<dyn Sink + 'a>,
    /// SHA-256 of what was written.
    pub(crate) sha256: String,
}

impl<'a> Answer<'a> {
    /// Add a piece.
    pub(crate) fn add(&mut self, piece: Piece) -> Result<(), Error> {
        self.writer.write(&piece.groups).map_err(|error| engine(self.spec, &error))?;
        self.rows += piece.rows;
        self.nulls.iter_mut().zip(piece.nulls).for_each(|(all, more)| *all += more);
        self.keys.add(&piece.keys).map_err(|error| engine(self.spec, &error))?;
        match (&mut self.found, piece.found) {
            (Some(all), Some(more)) => {
                all.vstack_mut_owned(more).map_err(|error| engine(self.spec, &error))?;
            }
            (all, more) => *all = all.take().or(more),
        }
        Ok(())
    }

    /// The whole answer, and the hashes of keys that are there more than once.
    pub(crate) fn finish(self) -> Result<(Made<'a>, HashSet<u64>), Error> {
        let spec = self.spec;
        for (column, nulls) in spec.writes.columns.iter().zip(&self.nulls) {
            if *nulls > 0 && !column.nullable {
                let (name, kind, rows) = (&column.name, column.kind, self.rows);
                return Err(wrong(
                    spec,
                    format!(
                        "column `{name}` has no value in {nulls} of {rows} rows; correct the SQL, or declare it `{name} {kind} null`"
                    ),
                ));
            }
        }
        let twice = self.keys.twice().map_err(|error| engine(spec, &error))?;
        let sink = self.writer.finish().map_err(|error| engine(spec, &error))?;
        let (sink, sha256) = sink.into_inner().map_err(|error| engine(spec, &error))?.finish();
        Ok((Made { rows: self.rows, sink, sha256 }, twice))
    }

    /// After a run that only looked for keys: whether they are all different.
    pub(crate) fn different(self) -> Result<(), Error> {
        let Some(found) = self.found else { return Ok(()) };
        let key = &self.spec.writes.key;
        let columns = key.iter().map(|name| col(name.as_str())).collect::<Vec<_>>();
        let rows = found.height();
        let groups =
            found.lazy().group_by(columns).agg([len()]).collect().map_err(|error| engine(self.spec, &error))?;
        if groups.height() == rows {
            return Ok(());
        }
        let (all, key) = (self.rows, key.join(", "));
        let distinct = all - (rows - groups.height()) as u64;
        let reason =
            format!("{all} rows have only {distinct} different values of its key ({key}); a join multiplies rows");
        Err(wrong(self.spec, reason))
    }
}
