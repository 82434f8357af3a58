//! Reads one slice of a table, a stretch of rows at a time: no more is read than the row groups and columns that it needs.

use super::types::{dtype, empty};
use crate::order::in_order;
use crate::{Error, Object, Source, Store};
use polars::prelude::*;
use polars_buffer::Buffer;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, DataPageHeader, PageReader, RowGroupMetadata, column_iter_to_arrays,
    infer_schema, read_metadata,
};
use polars_parquet::write::{CompressedPage, Descriptor, FileMetadata};
use std::io::Cursor;
use strata_state::wish;

/// Columns that are no further apart than this are read in one go.
const GAP: u64 = 1 << 20;

/// One slice of a table.
pub(crate) struct Table<'a> {
    files: Vec<File<'a>>,
    columns: Vec<wish::Column>,
}

struct File<'a> {
    url: String,
    source: Box<dyn Source + 'a>,
    metadata: FileMetadata,
    /// The columns that are used, as they are in the file.
    fields: Vec<ArrowField>,
}

impl<'a> Table<'a> {
    /// Open all files of a slice; each has to hold the declared columns in their types. Only those that are `used` are
    /// read later.
    pub(crate) fn open<'o>(
        store: &'a dyn Store,
        objects: impl Iterator<Item = &'o Object>,
        columns: &[wish::Column],
        used: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        let mut taken: Vec<_> = columns.iter().filter(|column| used(&column.name)).cloned().collect();
        // A query that uses no column, such as one that only counts, still needs the rows.
        if taken.is_empty() {
            taken.extend(columns.first().cloned());
        }
        let file = |object: &Object| {
            let url = object.url.clone();
            let source =
                store.open(&url).map_err(|source| Error::Store { doing: "reading", url: url.clone(), source })?;
            match about(&*source, columns, &taken) {
                Ok((metadata, fields)) => Ok(File { url, source, metadata, fields }),
                Err(reason) => Err(Error::Input { url, reason }),
            }
        };
        Ok(Self { files: objects.map(file).collect::<Result<_, _>>()?, columns: taken })
    }

    fn groups(&self) -> impl Iterator<Item = (&File<'a>, &RowGroupMetadata)> {
        self.files.iter().flat_map(|file| file.metadata.row_groups.iter().map(move |group| (file, group)))
    }

    /// Rows of each row group.
    pub(crate) fn rows(&self) -> Vec<usize> {
        self.groups().map(|(_, group)| group.num_rows()).collect()
    }

    /// Bytes of all files.
    pub(crate) fn size(&self) -> u64 {
        self.files.iter().map(|file| file.source.size()).sum()
    }

    /// All rows.
    pub(crate) fn all(&self, threads: usize) -> Result<DataFrame, Error> {
        let mut groups = self.groups();
        let mut all = empty(&self.columns);
        let next = || groups.next().map(Ok);
        in_order(
            threads,
            next,
            |(file, group)| file.read(group).map(|frame| (file, frame)),
            |(file, frame)| {
                if all.height() == 0 {
                    all = frame;
                    return Ok(());
                }
                let wrong = |error: PolarsError| Error::Input { url: file.url.clone(), reason: error.to_string() };
                all.vstack_mut_owned(frame).map(drop).map_err(wrong)
            },
        )?;
        Ok(all)
    }

    /// The `count` rows from `from` on as they are stored. None when they are not exactly one row group.
    pub(crate) fn stored(&self, from: usize, count: usize) -> Result<Option<Vec<Stored<'_>>>, Error> {
        let mut start = 0;
        for (file, group) in self.groups() {
            if (start, group.num_rows()) == (from, count) {
                return file.stored(group).map(Some);
            }
            start += group.num_rows();
        }
        Ok(None)
    }

    /// The `count` rows from `from` on.
    pub(crate) fn read(&self, from: usize, count: usize) -> Result<DataFrame, Error> {
        let mut frame = empty(&self.columns);
        let mut start = 0;
        for (file, group) in self.groups() {
            let end = start + group.num_rows();
            if end > from && start < from + count {
                let wrong = |reason: String| Error::Input { url: file.url.clone(), reason };
                let mut part = file.read(group)?;
                let (first, last) = (from.max(start) - start, (from + count).min(end) - start);
                if (first, last) != (0, group.num_rows()) {
                    part = part.slice(i64::try_from(first).unwrap_or(i64::MAX), last - first);
                }
                match frame.height() {
                    0 => frame = part,
                    _ => frame.vstack_mut_owned(part).map(drop).map_err(|error| wrong(error.to_string()))?,
                }
            }
            start = end;
        }
        Ok(frame)
    }
}

/// What the file's end says of it, and the fields that are taken.
fn about(
    source: &dyn Source,
    columns: &[wish::Column],
    taken: &[wish::Column],
) -> Result<(FileMetadata, Vec<ArrowField>), String> {
    let again = |error: &dyn std::fmt::Display| format!("{error}; run the transform that writes it again");
    let tail = tail(source).map_err(|error| again(&error))?;
    let metadata = read_metadata(&mut Cursor::new(tail)).map_err(|error| again(&error))?;
    let schema = infer_schema(&metadata).map_err(|error| again(&error))?;
    for column in columns {
        let Some(field) = schema.get(&column.name) else {
            return Err(again(&format!("column `{}` is missing", column.name)));
        };
        let is = DataType::from_arrow_field(field);
        if is != dtype(column.kind) {
            return Err(again(&format!("column `{}` is {is}, and the table declares {}", column.name, column.kind)));
        }
    }
    let fields = taken.iter().filter_map(|column| schema.get(&column.name).cloned()).collect();
    Ok((metadata, fields))
}

/// The end of the file, with all that it says of itself.
fn tail(source: &dyn Source) -> std::io::Result<Vec<u8>> {
    let size = source.size();
    let read = |length: u64| {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        source.read(size - length, &mut bytes).map(|()| bytes)
    };
    let end = read(size.min(1 << 16))?;
    let length = match end.as_slice() {
        [.., a, b, c, d, _, _, _, _] => u64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        _ => 0,
    };
    // Twelve bytes more: the length itself, and the word at both ends.
    if length + 12 <= end.len() as u64 { Ok(end) } else { read(size.min(length + 12)) }
}

/// A column of a row group, as it is stored.
pub(crate) struct Stored<'t> {
    url: &'t str,
    field: &'t ArrowField,
    chunk: &'t ColumnChunkMetadata,
    bytes: Buffer<u8>,
}

impl Stored<'_> {
    pub(crate) fn name(&self) -> &str {
        &self.field.name
    }

    /// Whether the other one is stored in the same bytes: then it has the same values.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        let kind = |stored: &Self| stored.chunk.descriptor().descriptor.clone();
        kind(self) == kind(other)
            && self.chunk.compression() == other.chunk.compression()
            && self.chunk.num_values() == other.chunk.num_values()
            && self.bytes.as_slice() == other.bytes.as_slice()
    }

    fn pages(&self) -> PageReader {
        PageReader::new(Cursor::new(self.bytes.clone()), self.chunk, Vec::new(), usize::MAX)
    }

    /// Its values.
    pub(crate) fn values(&self) -> Result<polars::prelude::Column, Error> {
        let wrong = |error: PolarsError| again(self.url, &error);
        let pages = BasicDecompressor::new(self.pages(), Vec::new());
        let kind = &self.chunk.descriptor().descriptor.primitive_type;
        let arrays = column_iter_to_arrays(vec![pages], vec![kind], self.field.clone(), None);
        let series = arrays.and_then(|(arrays, _)| Series::try_from((self.field, arrays)));
        Ok(series.map_err(wrong)?.into_column())
    }

    /// Its pages, where they can go into another file as they are: one that stores such a column in the way `kind`, and,
    /// with `whole`, where it is sure that no value is missing.
    pub(crate) fn copied(&self, kind: &Descriptor, whole: bool) -> Option<Vec<CompressedPage>> {
        if self.chunk.descriptor().descriptor != *kind {
            return None;
        }
        let pages = self.pages().map(|page| {
            let mut page = page.ok()?;
            if let CompressedPage::Data(data) = &mut page {
                if whole && missing(data.header()) != Some(0) {
                    return None;
                }
                // Of a column that is not nested.
                data.num_rows = Some(data.num_values());
            }
            Some(page)
        });
        pages.collect()
    }
}

/// How many values are missing in a page, where its header tells.
fn missing(header: &DataPageHeader) -> Option<i64> {
    match header {
        DataPageHeader::V1(header) => header.statistics.as_ref()?.null_count,
        DataPageHeader::V2(header) => Some(header.num_nulls.into()),
    }
}

fn again(url: &str, reason: &dyn std::fmt::Display) -> Error {
    Error::Input { url: url.to_owned(), reason: format!("{reason}; run the transform that writes it again") }
}

impl File<'_> {
    fn read(&self, group: &RowGroupMetadata) -> Result<DataFrame, Error> {
        let columns: Result<Vec<_>, Error> = self.stored(group)?.iter().map(Stored::values).collect();
        DataFrame::new(group.num_rows(), columns?).map_err(|error| again(&self.url, &error))
    }

    /// The columns of a row group.
    fn stored<'t>(&'t self, group: &'t RowGroupMetadata) -> Result<Vec<Stored<'t>>, Error> {
        let mut chunks = Vec::new();
        for field in &self.fields {
            match group.columns_under_root_iter(&field.name).and_then(|mut chunks| chunks.next()) {
                Some(chunk) => chunks.push(chunk),
                None => return Err(again(&self.url, &format!("column `{}` is missing", field.name))),
            }
        }
        let bytes =
            self.bytes(&chunks).map_err(|source| Error::Store { doing: "reading", url: self.url.clone(), source })?;
        let columns = self.fields.iter().zip(chunks).zip(bytes);
        Ok(columns.map(|((field, chunk), bytes)| Stored { url: &self.url, field, chunk, bytes }).collect())
    }

    /// The bytes of each column.
    fn bytes(&self, chunks: &[&ColumnChunkMetadata]) -> std::io::Result<Vec<Buffer<u8>>> {
        let mut ranges: Vec<std::ops::Range<u64>> = Vec::new();
        let mut sorted: Vec<_> = chunks.iter().map(|chunk| chunk.byte_range()).collect();
        sorted.sort_by_key(|range| range.start);
        for range in sorted {
            match ranges.last_mut() {
                Some(last) if range.start <= last.end + GAP => last.end = last.end.max(range.end),
                _ => ranges.push(range),
            }
        }
        let mut read = Vec::new();
        for range in ranges {
            // Before memory is taken for what a broken file says of itself.
            if range.end > self.source.size() {
                return Err(std::io::Error::other("a column is out of the file"));
            }
            let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap_or_default()];
            self.source.read(range.start, &mut bytes)?;
            read.push((range, Buffer::from(bytes)));
        }
        let of = |chunk: &&ColumnChunkMetadata| {
            let wanted = chunk.byte_range();
            let found = read.iter().find(|(range, _)| range.start <= wanted.start && wanted.end <= range.end);
            let (range, bytes) = found?;
            let at = |place: u64| usize::try_from(place - range.start).ok();
            let (start, end) = (at(wanted.start)?, at(wanted.end)?);
            (start <= end && end <= bytes.len()).then(|| bytes.clone().sliced(start..end))
        };
        chunks
            .iter()
            .map(|chunk| of(chunk).ok_or_else(|| std::io::Error::other("a column is out of the file")))
            .collect()
    }
}
