//! Rows for people or for programs.

use clap::ValueEnum;
use serde_json::{Map, Value};

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns
    Table,
    /// One array of objects
    Json,
}

/// Rows under these columns; in JSON an empty cell is null.
pub(crate) fn show(columns: &[&str], rows: &[Vec<String>], format: Format) -> String {
    match format {
        Format::Table => table(columns, rows),
        Format::Json => format!("{:#}\n", Value::Array(rows.iter().map(|row| object(columns, row)).collect())),
    }
}

fn object(columns: &[&str], row: &[String]) -> Value {
    let value = |cell: &String| if cell.is_empty() { Value::Null } else { Value::from(cell.as_str()) };
    let pairs = columns.iter().zip(row).map(|(column, cell)| ((*column).to_owned(), value(cell)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |text: &str| text.replace('\n', "\\n");
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|text| cell(text).chars().count());
        cells.chain([columns[at].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let padded: Vec<String> = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut text = line(&mut columns.iter().map(|column| (*column).to_owned()));
    text.push_str(&line(&mut widths.iter().map(|width| "-".repeat(*width))));
    text.extend(rows.iter().map(|row| line(&mut row.iter().map(|text| cell(text)))));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_json_has_nulls() {
        let rows = [vec!["a".to_owned(), String::new()], vec!["long name".into(), "x\ny".into()]];
        let text = show(&["key", "value"], &rows, Format::Table);
        assert_eq!(text, "key        value\n---------  -----\na\nlong name  x\\ny\n");
        let json: Value = serde_json::from_str(&show(&["key", "value"], &rows, Format::Json)).unwrap_or_default();
        assert_eq!(json, serde_json::json!([{"key": "a", "value": null}, {"key": "long name", "value": "x\ny"}]));
    }
}
