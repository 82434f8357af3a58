//! Values and types as Athena writes them.

use polars::prelude::*;
use serde_json::{Value, json};

/// A result column as GetQueryResults describes it.
pub(crate) fn describe(name: &str, kind: &DataType) -> Value {
    let (text, precision, scale) = match kind {
        DataType::Boolean => ("boolean", 0, 0),
        DataType::Int8 => ("tinyint", 3, 0),
        DataType::Int16 => ("smallint", 5, 0),
        DataType::Int32 => ("integer", 10, 0),
        DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => ("bigint", 19, 0),
        DataType::Float32 => ("float", 17, 0),
        DataType::Float64 => ("double", 17, 0),
        DataType::Date => ("date", 0, 0),
        DataType::Datetime(..) => ("timestamp", 3, 0),
        DataType::Decimal(digits, scale) => ("decimal", *digits, *scale),
        DataType::Binary => ("varbinary", 1_073_741_824, 0),
        DataType::List(_) => ("array", 0, 0),
        _ => ("varchar", 2_147_483_647, 0),
    };
    column(name, text, precision, scale)
}

/// The description of a column by the name of its type.
pub fn column(name: &str, kind: &str, precision: usize, scale: usize) -> Value {
    json!({
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": kind,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": matches!(kind, "varchar" | "string"),
    })
}

/// A column's values as text, nulls as None.
pub(crate) fn texts(column: &Column) -> PolarsResult<Vec<Option<String>>> {
    let series = column.as_materialized_series();
    Ok(match series.dtype() {
        DataType::Float64 => series.f64()?.iter().map(|value| value.map(double)).collect(),
        DataType::Float32 => {
            series.f32()?.iter().map(|value| value.map(|value| short(&format!("{value:E}")))).collect()
        }
        DataType::Boolean => series.bool()?.iter().map(|value| value.map(|value| value.to_string())).collect(),
        DataType::Datetime(..) => {
            let stamps = series.datetime()?.to_string("%Y-%m-%d %H:%M:%S%.3f")?;
            stamps.iter().map(|value| value.map(str::to_owned)).collect()
        }
        DataType::List(_) => series.iter().map(|value| (!value.is_null()).then(|| list(&value))).collect(),
        _ => series.cast(&DataType::String)?.str()?.iter().map(|value| value.map(str::to_owned)).collect(),
    })
}

fn list(value: &AnyValue) -> String {
    let AnyValue::List(series) = value else { return value.to_string() };
    let items = texts(&series.clone().into_column()).unwrap_or_default();
    let items: Vec<String> = items.into_iter().map(|item| item.unwrap_or_else(|| "null".to_owned())).collect();
    format!("[{}]", items.join(", "))
}

/// A double as Java writes it: `1.0`, `0.001`, `1.5E7`.
fn double(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        short(&format!("{value:E}"))
    }
}

/// From Rust's `1.5E7` to Java's choice between plain and scientific.
fn short(scientific: &str) -> String {
    let Some((digits, exponent)) = scientific.split_once('E') else { return scientific.to_owned() };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let plain: String = digits.chars().filter(|letter| *letter != '.').collect();
    if plain.trim_matches('0').is_empty() {
        return format!("{sign}0.0");
    }
    match usize::try_from(exponent) {
        Ok(whole) if exponent < 7 => {
            let padded = format!("{plain:0<width$}", width = whole + 2);
            format!("{sign}{}.{}", &padded[..=whole], &padded[whole + 1..])
        }
        Err(_) if exponent >= -3 => {
            format!("{sign}0.{}{plain}", "0".repeat(usize::try_from(-exponent - 1).unwrap_or_default()))
        }
        _ => format!("{sign}{}.{}E{exponent}", &plain[..1], if plain.len() > 1 { &plain[1..] } else { "0" }),
    }
}

/// One line of Athena's CSV: every value in quotes, a null as nothing.
pub(crate) fn csv_line(cells: &[Option<String>]) -> String {
    let quoted = |cell: &Option<String>| match cell {
        Some(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        None => String::new(),
    };
    let mut line = cells.iter().map(quoted).collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::{csv_line, double};

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let written = [1.0, 0.0, -0.5, 123.25, 0.001, 0.0001, 1e7, 12_345_678.5, 9_999_999.0, 1e-10, 100.0].map(double);
        let java = [
            "1.0",
            "0.0",
            "-0.5",
            "123.25",
            "0.001",
            "1.0E-4",
            "1.0E7",
            "1.23456785E7",
            "9999999.0",
            "1.0E-10",
            "100.0",
        ];
        assert_eq!(written, java);
    }

    #[test]
    fn csv_quotes_all_but_nulls() {
        let cells = [Some("a\"b".to_owned()), None, Some(String::new())];
        assert_eq!(csv_line(&cells), "\"a\"\"b\",,\"\"\n");
    }
}
