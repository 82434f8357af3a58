//! Files as polars frames, read the way the table's SerDe reads them.

use crate::job::{File, Format, Source};
use crate::lazy::{self, Rows};
use polars::prelude::*;
use std::sync::Arc;

/// A Glue type as polars has it.
fn dtype(kind: &str) -> Result<DataType, String> {
    Ok(match kind {
        "boolean" => DataType::Boolean,
        "tinyint" => DataType::Int8,
        "smallint" => DataType::Int16,
        "int" | "integer" => DataType::Int32,
        "bigint" => DataType::Int64,
        "float" => DataType::Float32,
        "double" => DataType::Float64,
        "date" => DataType::Date,
        "timestamp" => DataType::Datetime(TimeUnit::Microseconds, None),
        "binary" => DataType::Binary,
        text if text == "string" || text.starts_with("varchar") || text.starts_with("char") => DataType::String,
        text => {
            let inner = text.strip_prefix("decimal").map(|rest| rest.trim_matches(['(', ')']));
            let digits = inner.map(|inner| inner.split_once(',').unwrap_or((inner, "0")));
            match digits.map(|(all, scale)| (all.trim().parse(), scale.trim().parse())) {
                Some((Ok(all), Ok(scale))) => DataType::Decimal(all, scale),
                _ => return Err(format!("NOT_SUPPORTED: the local endpoint does not read columns of type {kind}")),
            }
        }
    })
}

/// The whole table.
pub(crate) fn scan(source: &Source) -> Result<LazyFrame, String> {
    let columns: Vec<(&str, DataType)> =
        source.columns.iter().map(|(name, kind)| Ok((name.as_str(), dtype(kind)?))).collect::<Result<_, String>>()?;
    let keys: Vec<(&str, DataType)> =
        source.keys.iter().map(|(name, kind)| Ok((name.as_str(), dtype(kind)?))).collect::<Result<_, String>>()?;
    let frames: Vec<LazyFrame> =
        source.files.iter().map(|file| one(source, file, &columns, &keys)).collect::<Result<_, _>>()?;
    if frames.is_empty() {
        let all = columns.iter().chain(&keys).map(|(name, kind)| Field::new((*name).into(), kind.clone()));
        return Ok(DataFrame::empty_with_schema(&Schema::from_iter(all)).lazy());
    }
    concat(frames, UnionArgs::default()).map_err(|error| error.to_string())
}

fn one(
    source: &Source,
    file: &File,
    columns: &[(&str, DataType)],
    keys: &[(&str, DataType)],
) -> Result<LazyFrame, String> {
    let (frame, mut exprs) = match &source.format {
        Format::Parquet => parquet(file, columns)?,
        Format::Csv { delimiter, quote, skip } => csv(file, columns, *delimiter, *quote, *skip)?,
    };
    for ((name, kind), value) in keys.iter().zip(&file.values) {
        exprs.push(lit(value.as_str()).cast(kind.clone()).alias(*name));
    }
    Ok(frame.select(exprs))
}

type Read = Result<(LazyFrame, Vec<Expr>), String>;

/// Parquet columns are found by name; one that the file lacks is null.
fn parquet(file: &File, columns: &[(&str, DataType)]) -> Read {
    let open = std::fs::File::open(&file.path).map_err(|error| error.to_string())?;
    let schema = ParquetReader::new(open).schema().map_err(|error| format!("HIVE_CURSOR_ERROR: {error}"))?;
    let schema = Schema::from_arrow_schema(&schema);
    let mut exprs = Vec::new();
    for (name, kind) in columns {
        let found = schema.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        exprs.push(match found {
            None => lit(NULL).cast(kind.clone()).alias(*name),
            Some((known, have)) if compatible(have, kind) => col(known.clone()).cast(kind.clone()).alias(*name),
            Some((_, have)) => {
                return Err(format!(
                    "HIVE_BAD_DATA: Field {name}'s type {have} in parquet file is incompatible with type {kind} defined in table schema"
                ));
            }
        });
    }
    let frame = lazy::frame(Rows::Parquet(file.path.clone()), schema).map_err(|error| error.to_string())?;
    Ok((frame, exprs))
}

fn compatible(have: &DataType, want: &DataType) -> bool {
    have == want
        || (have.is_integer() && want.is_integer())
        || (have.is_float() && want.is_float())
        || (have.is_decimal() && want.is_decimal())
        || (have.is_temporal() && want.is_temporal() && (*have == DataType::Date) == (*want == DataType::Date))
}

/// A CSV is read as text, and cast as the SerDe casts.
fn csv(file: &File, columns: &[(&str, DataType)], delimiter: char, quote: Option<char>, skip: usize) -> Read {
    let byte = |letter: char| u8::try_from(letter).map_err(|_| format!("the separator {letter:?} is not one byte"));
    let text = columns.iter().map(|(name, _)| Field::new((*name).into(), DataType::String));
    let schema = Schema::from_iter(text);
    let (separator, quote_char) = (byte(delimiter)?, quote.map(byte).transpose()?);
    let options = CsvReadOptions::default()
        .with_has_header(false)
        .with_skip_lines(skip)
        .with_schema(Some(Arc::new(schema.clone())))
        .with_raise_if_empty(false)
        .map_parse_options(|options| {
            options
                .with_separator(separator)
                .with_quote_char(quote_char)
                .with_missing_is_null(false)
                .with_truncate_ragged_lines(true)
        });
    let rows = Rows::Csv(file.path.clone(), Box::new(options));
    let frame = lazy::frame(rows, schema).map_err(|error| error.to_string())?;
    let exprs = columns.iter().map(|(name, kind)| cast(name, kind, quote.is_some())).collect();
    Ok((frame, exprs))
}

fn cast(name: &str, kind: &DataType, open: bool) -> Expr {
    let text = col(name);
    match kind {
        DataType::String if open => text,
        // LazySimpleSerDe writes null as \N.
        DataType::String => when(text.clone().eq(lit("\\N"))).then(lit(NULL)).otherwise(text).alias(name),
        DataType::Boolean => {
            let lower = text.str().to_lowercase();
            when(lower.clone().eq(lit("true")))
                .then(lit(true))
                .when(lower.eq(lit("false")))
                .then(lit(false))
                .otherwise(lit(NULL))
                .alias(name)
        }
        // OpenCSVSerDe takes days and milliseconds since 1970, and nothing else.
        DataType::Date if open => text.strict_cast(DataType::Int32).cast(kind.clone()),
        DataType::Datetime(..) if open => {
            text.strict_cast(DataType::Int64).cast(DataType::Datetime(TimeUnit::Milliseconds, None)).cast(kind.clone())
        }
        _ if open => text.strict_cast(kind.clone()),
        _ => text.cast(kind.clone()),
    }
}
