//! Writes a table row group by row group. The work on a group is apart from the writing, so that groups are made side
//! by side: polars' own writer compresses them one after another.

use super::types::empty;
use polars::prelude::*;
use polars_io::parquet::write::get_encodings;
use polars_parquet::read::ParquetError;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, Descriptor, DynIter, DynStreamingIterator, Encoding, FileWriter, Page,
    ParquetType, Version, WriteOptions, array_to_columns, compress, fallible_streaming_iterator,
};
use std::io::Write;
use strata_state::wish;

/// Rows of a column that show whether compressing it is worth the time.
const SAMPLE: usize = 1 << 10;

/// The pages of a column in one row group.
pub(crate) type Pages = Vec<CompressedPage>;

/// The rows of a row group, and the compressed pages of each of its columns.
pub(crate) type Group = (u64, Vec<Pages>);

/// How rows of one table become row groups.
pub(crate) struct Encoder {
    schema: SchemaRef,
    kinds: Vec<ParquetType>,
    /// How each column is stored.
    pub(crate) stored: Vec<Descriptor>,
    encodings: Vec<Vec<Encoding>>,
}

impl Encoder {
    pub(crate) fn new(columns: &[wish::Column]) -> PolarsResult<Self> {
        let schema = empty(columns).schema().clone();
        let mut writer = ParquetWriter::new(std::io::sink()).batched(&schema)?;
        let kinds = writer.parquet_schema().fields().to_vec();
        let stored = writer.parquet_schema().columns().iter().map(|column| column.descriptor.clone()).collect();
        let encodings = get_encodings(&schema.to_arrow(CompatLevel::newest())).to_vec();
        Ok(Self { schema, kinds, stored, encodings })
    }

    /// The row groups of a frame: one, or more where it is in pieces.
    pub(crate) fn groups(&self, frame: &DataFrame) -> PolarsResult<Vec<Group>> {
        let mut groups = Vec::new();
        for batch in frame.iter_chunks(CompatLevel::newest(), false).filter(|batch| !batch.is_empty()) {
            let mut columns = Vec::new();
            for ((array, kind), encoding) in batch.columns().iter().zip(&self.kinds).zip(&self.encodings) {
                let sample = array.sliced(0, array.len().min(SAMPLE));
                let compression = worth(&pages(&sample, kind, encoding, CompressionOptions::Snappy)?);
                columns.push(pages(array, kind, encoding, compression)?);
            }
            groups.push((batch.len() as u64, columns));
        }
        Ok(groups)
    }
}

/// The pages of a column in one row group.
fn pages(
    array: &ArrayRef,
    kind: &ParquetType,
    encoding: &[Encoding],
    compression: CompressionOptions,
) -> PolarsResult<Pages> {
    let mut made = Vec::new();
    for pages in array_to_columns(array, kind.clone(), options(compression), encoding)? {
        for page in pages {
            let page: Page = page.map_err(|error| ParquetError::OutOfSpec(error.to_string()))?;
            made.push(compress(page, Vec::new(), compression)?);
        }
    }
    Ok(made)
}

fn options(compression: CompressionOptions) -> WriteOptions {
    WriteOptions { statistics: StatisticsOptions::default(), version: Version::V1, compression, data_page_size: None }
}

/// Identifiers and numbers at random do not get smaller; then both writing and reading are quicker as they are.
fn worth(sample: &[CompressedPage]) -> CompressionOptions {
    let (mut before, mut after) = (0, 0);
    for page in sample {
        match page {
            CompressedPage::Data(page) => {
                before += page.uncompressed_size();
                after += page.compressed_size();
            }
            // Values that come again and again.
            CompressedPage::Dict(_) => return CompressionOptions::Snappy,
        }
    }
    if after * 10 > before * 9 { CompressionOptions::Uncompressed } else { CompressionOptions::Snappy }
}

/// A file that is being written.
pub(crate) struct Writer<W: Write>(FileWriter<W>);

impl<W: Write> Writer<W> {
    pub(crate) fn new(to: W, encoder: &Encoder) -> PolarsResult<Self> {
        FileWriter::try_new(to, encoder.schema.to_arrow(CompatLevel::newest()), options(CompressionOptions::Snappy))
            .map(Self)
    }

    pub(crate) fn write(&mut self, groups: &[Group]) -> PolarsResult<()> {
        groups.iter().try_for_each(|(rows, columns)| {
            let columns = columns.iter().map(|pages| {
                let pages = pages.iter().map(PolarsResult::Ok);
                Ok(DynStreamingIterator::new(fallible_streaming_iterator::convert(pages)))
            });
            self.0.write(*rows, DynIter::new(columns))
        })
    }

    /// Write the end; the file is whole then.
    pub(crate) fn finish(mut self) -> PolarsResult<W> {
        self.0.end(None)?;
        Ok(self.0.into_inner())
    }
}
