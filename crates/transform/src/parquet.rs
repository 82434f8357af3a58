//! Parquet files with declared types: decimals stay decimals, timestamps are microseconds without a zone.

use polars::prelude::*;
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

/// The file that holds `frame`.
pub(crate) fn write(frame: &mut DataFrame) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Snappy).finish(frame)?;
    Ok(bytes)
}
