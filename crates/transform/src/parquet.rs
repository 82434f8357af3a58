//! Parquet files with declared types: decimals stay decimals, timestamps are microseconds without a zone.

use polars::io::parquet::write::get_encodings;
use polars::prelude::*;
use polars_parquet::read::ParquetError;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, Compressor, Encoding, ParquetType, Version, WriteOptions, array_to_columns,
};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::io::Cursor;
use strata_state::wish::{Column, Type};

/// The polars type of a declared type.
pub(crate) fn dtype(kind: Type) -> DataType {
    match kind {
        Type::String => DataType::String,
        Type::Int => DataType::Int32,
        Type::Bigint => DataType::Int64,
        Type::Double => DataType::Float64,
        Type::Boolean => DataType::Boolean,
        Type::Date => DataType::Date,
        Type::Timestamp => DataType::Datetime(TimeUnit::Microseconds, None),
        Type::Decimal(digits, scale) => DataType::Decimal(usize::from(digits), usize::from(scale)),
    }
}

/// A table without rows.
pub(crate) fn empty(columns: &[Column]) -> DataFrame {
    let fields = columns.iter().map(|column| Field::new(column.name.as_str().into(), dtype(column.kind)));
    DataFrame::empty_with_schema(&fields.collect::<Schema>())
}

/// Read one file; it has to hold the declared columns in their types.
pub(crate) fn read(bytes: Vec<u8>, columns: &[Column]) -> Result<DataFrame, String> {
    let mut frame = ParquetReader::new(Cursor::new(bytes))
        .finish()
        .map_err(|error| format!("{error}; run the transform that writes it again"))?;
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    for column in columns {
        let Ok(found) = frame.column(&column.name) else {
            return Err(format!("column `{}` is missing; run the transform that writes it again", column.name));
        };
        if *found.dtype() != dtype(column.kind) {
            let is = found.dtype();
            let (name, kind) = (&column.name, column.kind);
            return Err(format!(
                "column `{name}` is {is}, and declared is {kind}; run the transform that writes it again"
            ));
        }
    }
    frame = frame.select(names).map_err(|error| error.to_string())?;
    Ok(frame)
}

/// Rows in a row group, as polars itself has it.
const GROUP: usize = 1 << 18;

/// The rows of a row group, and the compressed pages of each of its columns.
type Group = (u64, Vec<Vec<CompressedPage>>);

/// The file that holds `frame`. Row groups are made side by side: polars' own writer compresses them one after another,
/// and that takes longer than anything else in a run.
pub(crate) fn write(frame: &mut DataFrame) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    frame.align_chunks_par();
    let mut writer =
        ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Snappy).batched(frame.schema())?;
    let kinds = writer.parquet_schema().fields().to_vec();
    let encodings = get_encodings(&frame.schema().to_arrow(CompatLevel::newest()));
    let starts: Vec<usize> = (0..frame.height()).step_by(GROUP).collect();
    let groups = starts.par_iter().map(|start| {
        let slice = frame.slice(i64::try_from(*start).unwrap_or(i64::MAX), GROUP);
        groups(&slice, &kinds, &encodings)
    });
    for (rows, pages) in groups.collect::<PolarsResult<Vec<_>>>()?.iter().flatten() {
        writer.write_row_group(*rows, pages)?;
    }
    writer.finish()?;
    drop(writer);
    Ok(bytes)
}

/// The row groups of a slice: one, or more where the slice is in pieces.
fn groups(slice: &DataFrame, kinds: &[ParquetType], encodings: &[Vec<Encoding>]) -> PolarsResult<Vec<Group>> {
    let compression = CompressionOptions::Snappy;
    let statistics = StatisticsOptions::default();
    let options = WriteOptions { statistics, version: Version::V1, compression, data_page_size: None };
    let mut groups = Vec::new();
    for batch in slice.iter_chunks(CompatLevel::newest(), false).filter(|batch| !batch.is_empty()) {
        let mut columns = Vec::new();
        for ((array, kind), encoding) in batch.columns().iter().zip(kinds).zip(encodings) {
            for pages in array_to_columns(array, kind.clone(), options, encoding)? {
                let pages = pages.map(|page| page.map_err(|error| ParquetError::OutOfSpec(error.to_string())));
                columns.push(Compressor::new(pages, compression, Vec::new()).collect::<Result<Vec<_>, _>>()?);
            }
        }
        groups.push((batch.len() as u64, columns));
    }
    Ok(groups)
}
