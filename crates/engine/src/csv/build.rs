//! Collects the values of one column.

use super::value::Value;
use crate::parquet::dtype;
use polars::prelude::*;
use strata_state::wish::Type;

/// One column that grows. Dates and timestamps grow as the integers that they are stored as, decimals as their text.
pub(super) enum Builder {
    Text(StringChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int32Type>),
    Long(PrimitiveChunkedBuilder<Int64Type>),
    Double(PrimitiveChunkedBuilder<Float64Type>),
    Boolean(BooleanChunkedBuilder),
}

impl Builder {
    pub(super) fn new(name: &str, kind: Type, rows: usize) -> Self {
        let name = name.into();
        match kind {
            Type::String | Type::Decimal(..) => Self::Text(StringChunkedBuilder::new(name, rows)),
            Type::Int | Type::Date => Self::Int(PrimitiveChunkedBuilder::new(name, rows)),
            Type::Bigint | Type::Timestamp => Self::Long(PrimitiveChunkedBuilder::new(name, rows)),
            Type::Double => Self::Double(PrimitiveChunkedBuilder::new(name, rows)),
            Type::Boolean => Self::Boolean(BooleanChunkedBuilder::new(name, rows)),
        }
    }

    /// Add a checked value that is its field's own text.
    pub(super) fn text(&mut self, text: &str) {
        if let Self::Text(builder) = self {
            builder.append_value(text);
        }
    }

    /// Add any other checked value.
    pub(super) fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Text(builder), _) => builder.append_null(),
            // `value` has checked that it fits.
            (Self::Int(builder), Value::Whole(whole)) => builder.append_option(i32::try_from(whole).ok()),
            (Self::Int(builder), _) => builder.append_null(),
            (Self::Long(builder), Value::Whole(whole)) => builder.append_value(whole),
            (Self::Long(builder), _) => builder.append_null(),
            (Self::Double(builder), Value::Double(double)) => builder.append_value(double),
            (Self::Double(builder), _) => builder.append_null(),
            (Self::Boolean(builder), Value::Boolean(boolean)) => builder.append_value(boolean),
            (Self::Boolean(builder), _) => builder.append_null(),
        }
    }

    /// The column in its declared type.
    pub(super) fn finish(self, kind: Type) -> PolarsResult<polars::prelude::Column> {
        let series = match self {
            Self::Text(builder) => builder.finish().into_series(),
            Self::Int(builder) => builder.finish().into_series(),
            Self::Long(builder) => builder.finish().into_series(),
            Self::Double(builder) => builder.finish().into_series(),
            Self::Boolean(builder) => builder.finish().into_series(),
        };
        Ok(series.strict_cast(&dtype(kind))?.into_column())
    }
}
