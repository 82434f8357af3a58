//! The schema of a Parquet file, from its footer.

use crate::crawl_table::Schema;
use polars::prelude::{DataType, ParquetReader, SerReader};
use std::{fs::File, path::Path};

/// The schema, or None when the file is not Parquet.
pub(crate) fn infer(path: &Path) -> Option<Schema> {
    let mut reader = ParquetReader::new(File::open(path).ok()?);
    let schema = reader.schema().ok()?;
    let rows = reader.num_rows().ok()? as u64;
    let columns = schema
        .iter()
        .map(|(name, field)| (name.to_lowercase(), glue_type(&DataType::from_arrow_field(field))))
        .collect();
    Some(Schema { classification: "parquet", columns, csv: None, rows })
}

/// A polars type as Glue writes it.
fn glue_type(kind: &DataType) -> String {
    match kind {
        DataType::Boolean => "boolean".into(),
        DataType::Int8 => "tinyint".into(),
        DataType::Int16 | DataType::UInt8 => "smallint".into(),
        DataType::Int32 | DataType::UInt16 => "int".into(),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "bigint".into(),
        DataType::Float32 => "float".into(),
        DataType::Float64 => "double".into(),
        DataType::Date => "date".into(),
        DataType::Datetime(..) => "timestamp".into(),
        DataType::Decimal(digits, scale) => format!("decimal({digits},{scale})"),
        DataType::Binary => "binary".into(),
        DataType::List(inner) => format!("array<{}>", glue_type(inner)),
        _ => "string".into(),
    }
}
