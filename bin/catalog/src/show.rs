//! Rows as people or programs want them.

use crate::athena::Rows;
use clap::ValueEnum;
use strata_aws::Error;

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns
    Table,
    /// RFC 4180, with a header line; NULL is empty
    Csv,
    /// One array of objects
    Json,
}

pub(crate) fn show(rows: &Rows, format: Format) -> Result<String, Error> {
    match format {
        Format::Table => Ok(table(rows)),
        Format::Csv => csv(rows).map_err(|error| Error::failed("printing the rows as CSV", error)),
        Format::Json => Ok(json(rows)),
    }
}

fn is_number(kind: &str) -> bool {
    matches!(kind, "tinyint" | "smallint" | "integer" | "int" | "bigint" | "float" | "real" | "double" | "decimal")
        || kind.starts_with("decimal(")
}

fn table(rows: &Rows) -> String {
    let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".into()).replace('\n', "\\n");
    let width = |at: usize, name: &str| {
        let cells = rows.rows.iter().filter_map(|row| row.get(at)).map(|value| cell(value).chars().count());
        cells.chain([name.chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = rows.columns.iter().enumerate().map(|(at, (name, _))| width(at, name)).collect();
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).zip(&rows.columns).map(|((cell, width), (_, kind))| {
            if is_number(kind) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let mut text = line(rows.columns.iter().map(|(name, _)| name.clone()).collect());
    text.push_str(&line(widths.iter().map(|width| "-".repeat(*width)).collect()));
    text.extend(rows.rows.iter().map(|row| line(row.iter().map(cell).collect())));
    text
}

fn csv(rows: &Rows) -> Result<String, String> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let wrong = |error: csv::Error| error.to_string();
    writer.write_record(rows.columns.iter().map(|(name, _)| name)).map_err(wrong)?;
    for row in &rows.rows {
        writer.write_record(row.iter().map(|value| value.as_deref().unwrap_or_default())).map_err(wrong)?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// By hand, since a map would sort the columns. A decimal stays text: a JSON number would lose its digits.
fn json(rows: &Rows) -> String {
    let text = |value: &str| serde_json::Value::from(value).to_string();
    let value = |value: &Option<String>, kind: &str| match value {
        None => "null".to_owned(),
        Some(value) if kind == "boolean" && (value == "true" || value == "false") => value.clone(),
        Some(value) if is_number(kind) && !kind.starts_with("decimal") => {
            // NaN and Infinity are no JSON numbers.
            value.parse::<serde_json::Number>().map_or_else(|_| text(value), |_| value.clone())
        }
        Some(value) => text(value),
    };
    let object = |row: &Vec<Option<String>>| {
        let pairs =
            rows.columns.iter().zip(row).map(|((name, kind), cell)| format!("{}:{}", text(name), value(cell, kind)));
        format!("  {{{}}}", pairs.collect::<Vec<_>>().join(","))
    };
    let objects: Vec<String> = rows.rows.iter().map(object).collect();
    if objects.is_empty() { "[]\n".into() } else { format!("[\n{}\n]\n", objects.join(",\n")) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        let column = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
        Rows {
            columns: vec![column("name", "varchar"), column("n", "bigint"), column("paid", "decimal")],
            rows: vec![
                vec![Some("Ana, \"A\"".into()), Some("7".into()), Some("1.10".into())],
                vec![None, Some("1200".into()), None],
            ],
            more: false,
            scanned: 0,
            millis: 0,
        }
    }

    #[test]
    fn numbers_are_aligned_to_the_right() {
        let text = show(&rows(), Format::Table).unwrap();
        assert_eq!(text, "name         n  paid\n--------  ----  ----\nAna, \"A\"     7  1.10\nNULL      1200  NULL\n");
    }

    #[test]
    fn csv_quotes_what_needs_quotes() {
        let text = show(&rows(), Format::Csv).unwrap();
        assert_eq!(text, "name,n,paid\n\"Ana, \"\"A\"\"\",7,1.10\n,1200,\n");
    }

    #[test]
    fn json_keeps_columns_in_order_and_decimals_exact() {
        let text = show(&rows(), Format::Json).unwrap();
        assert!(text.contains(r#"{"name":"Ana, \"A\"","n":7,"paid":"1.10"}"#), "{text}");
        assert!(text.contains(r#"{"name":null,"n":1200,"paid":null}"#), "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(&text).unwrap().is_array());
    }
}
