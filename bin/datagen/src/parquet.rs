//! Records as a Parquet file: one row group for each piece, values as they are (PLAIN, not compressed, no nulls). Readers
//! find dates and timestamps in their own types.

use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::compression::CompressionOptions;
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::metadata::{ColumnDescriptor, SchemaDescriptor};
use polars_parquet::parquet::page::{DataPage, DataPageHeader, DataPageHeaderV1, FormatEncoding, Page};
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{
    ParquetType, PhysicalType, PrimitiveConvertedType, PrimitiveLogicalType, TimeUnit,
};
use polars_parquet::parquet::write::{Compressor, DynIter, DynStreamingIterator, FileWriter, Version, WriteOptions};
use std::cell::Cell;
use std::io::{self, Write};
use std::iter::once;
use std::rc::Rc;
use strata_records::{COLUMNS, Columns, KINDS, Kind};

/// A file that is being written.
pub(crate) struct File<W: Write> {
    writer: FileWriter<Watched<W>>,
    error: Rc<Cell<Option<io::Error>>>,
}

/// Keeps what the place of the file says when it refuses: of that, the library passes on a text alone.
struct Watched<W> {
    out: W,
    error: Rc<Cell<Option<io::Error>>>,
}

impl<W> Watched<W> {
    fn keep<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            self.error.set(Some(error));
            kind.into()
        })
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.out.write(bytes);
        self.keep(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.out.flush();
        self.keep(done)
    }
}

impl<W: Write> File<W> {
    pub(crate) fn new(out: W) -> io::Result<Self> {
        let columns = COLUMNS.iter().zip(KINDS).map(|(name, kind)| column(name, kind));
        let columns = columns.collect::<Result<_, _>>().map_err(io::Error::other)?;
        let schema = SchemaDescriptor::new("records".into(), columns);
        let options = WriteOptions { write_statistics: false, version: Version::V1 };
        let error = Rc::new(Cell::new(None));
        let out = Watched { out, error: Rc::clone(&error) };
        Ok(Self { writer: FileWriter::new(out, schema, options, Some("strata datagen".to_owned())), error })
    }

    /// Append a row group.
    pub(crate) fn write(&mut self, piece: Columns) -> io::Result<()> {
        let rows = piece.rows;
        let descriptors = self.writer.schema().columns().to_vec();
        let pages = descriptors.into_iter().zip(piece.values).map(|(column, values)| {
            let page = once(Ok(Page::Data(page(&column, values, rows))));
            Ok(DynStreamingIterator::new(Compressor::new_from_vec(page, CompressionOptions::Uncompressed, Vec::new())))
        });
        let done = self.writer.write::<ParquetError>(rows, DynIter::new(pages));
        self.told(done)
    }

    /// The file is whole after this.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let done = self.writer.end(None).map(drop);
        self.told(done)
    }

    fn told(&self, done: Result<(), ParquetError>) -> io::Result<()> {
        done.map_err(|error| self.error.take().unwrap_or_else(|| io::Error::other(error)))
    }
}

/// Some readers know only the older way to say what a number means, and some only the newer one: both are there.
fn column(name: &str, kind: Kind) -> Result<ParquetType, ParquetError> {
    let micros = PrimitiveLogicalType::Timestamp { unit: TimeUnit::Microseconds, is_adjusted_to_utc: false };
    let (physical, old, new) = match kind {
        Kind::Text => (PhysicalType::ByteArray, Some(PrimitiveConvertedType::Utf8), Some(PrimitiveLogicalType::String)),
        Kind::Date => (PhysicalType::Int32, Some(PrimitiveConvertedType::Date), Some(PrimitiveLogicalType::Date)),
        // The older way would say that it is UTC.
        Kind::Timestamp => (PhysicalType::Int64, None, Some(micros)),
        Kind::Int => (PhysicalType::Int32, None, None),
    };
    ParquetType::try_from_primitive(name.into(), physical, Repetition::Required, old, new, None)
}

fn page(column: &ColumnDescriptor, values: Vec<u8>, rows: u64) -> DataPage {
    let header = DataPageHeaderV1 {
        num_values: i32::try_from(rows).unwrap_or(i32::MAX),
        encoding: FormatEncoding::PLAIN,
        definition_level_encoding: FormatEncoding::RLE,
        repetition_level_encoding: FormatEncoding::RLE,
        statistics: None,
    };
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    DataPage::new(DataPageHeader::V1(header), CowBuffer::Owned(values), column.descriptor.clone(), rows)
}
