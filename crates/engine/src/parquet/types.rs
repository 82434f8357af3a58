//! The types of polars for the declared ones.

use polars::prelude::{DataFrame, DataType, Field, Schema, TimeUnit};
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
