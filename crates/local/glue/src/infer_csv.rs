//! The schema of a CSV file: by the crawler's own classifiers first, then by Glue's built-in rules.

use crate::crawl_table::{Column, Schema, clean};
use serde_json::Value;
use std::{fs::File, io::Read, path::Path};

/// How much of a file is looked at.
const SAMPLE: u64 = 1 << 20;

/// How a CSV is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: char,
    /// The quote character, for a SerDe that honours quotes.
    pub(crate) quote: Option<char>,
    pub(crate) header: bool,
    /// OpenCSVSerDe honours quotes, LazySimpleSerDe does not.
    pub(crate) open: bool,
}

/// The first rows of a file, and how many it has in all as far as the sample tells.
struct Sample {
    rows: Vec<Vec<String>>,
    total: u64,
}

/// The schema, or None when the file is not CSV.
pub(crate) fn infer(path: &Path, classifiers: &[Value]) -> Option<Schema> {
    let size = path.metadata().ok()?.len();
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(SAMPLE).read_to_end(&mut bytes).ok()?;
    if (bytes.len() as u64) < size {
        // Only whole lines.
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n')? + 1);
    }
    let text = std::str::from_utf8(&bytes).ok()?.trim_start_matches('\u{feff}');
    classifiers.iter().find_map(|classifier| custom(text, size, classifier)).or_else(|| built_in(text, size))
}

fn read(text: &str, size: u64, delimiter: char, quote: Option<char>) -> Option<Sample> {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(u8::try_from(delimiter).ok()?);
    match quote {
        Some(quote) => reader.quote(u8::try_from(quote).ok()?),
        None => reader.quoting(false),
    };
    let rows: Vec<Vec<String>> = reader
        .from_reader(text.as_bytes())
        .records()
        .map(|row| Some(row.ok()?.iter().map(str::to_owned).collect()))
        .collect::<Option<_>>()?;
    let total = rows.len() as u64 * size.max(1) / (text.len() as u64).max(1);
    Some(Sample { total: total.max(rows.len() as u64), rows })
}

/// A custom CSV classifier. It fits when its header fits.
fn custom(text: &str, size: u64, classifier: &Value) -> Option<Schema> {
    let letter = |key: &str| classifier[key].as_str().and_then(|text| text.chars().next());
    let delimiter = letter("Delimiter").unwrap_or(',');
    let quote = letter("QuoteSymbol");
    let sample = read(text, size, delimiter, Some(quote.unwrap_or('"')))?;
    let width = sample.rows.first()?.len();
    let texts = |key: &str| -> Vec<String> {
        classifier[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let given = texts("Header");
    if width < 2 && classifier["AllowSingleColumn"] != true || !given.is_empty() && given.len() != width {
        return None;
    }
    let header = match classifier["ContainsHeader"].as_str() {
        Some("PRESENT") => true,
        Some("ABSENT") => false,
        _ => !given.is_empty() && sample.rows.first() == Some(&given) || given.is_empty() && has_header(&sample.rows),
    };
    let open = match classifier["Serde"].as_str() {
        Some("OpenCSVSerDe") => true,
        Some(_) => false,
        None => quote.is_some(),
    };
    let first = sample.rows.first().filter(|_| header).cloned().unwrap_or_default();
    let names = names(if given.is_empty() { &first } else { &given }, width);
    let data = &sample.rows[usize::from(header)..];
    let types = texts("CustomDatatypes");
    let columns = names.into_iter().enumerate().map(|(at, name)| {
        let kind = match types.get(at) {
            Some(custom) => custom_type(custom),
            // OpenCSVSerDe has strings only.
            None if open => "string".to_owned(),
            None => column_type(data, at),
        };
        (name, kind)
    });
    let dialect = Dialect { delimiter, quote: open.then(|| quote.unwrap_or('"')), header, open };
    Some(schema(columns.collect(), dialect, &sample))
}

/// Glue's built-in classifier: it sniffs the delimiter, names no column of an all-string file, and writes a table that
/// does not honour quotes.
fn built_in(text: &str, size: u64) -> Option<Schema> {
    let candidates = [',', '|', '\t', ';', '\u{1}'];
    let (delimiter, sample) = candidates.into_iter().find_map(|delimiter| {
        let sample = read(text, size, delimiter, Some('"'))?;
        let width = sample.rows.first()?.len();
        // Two columns and two rows at least, and most rows as wide as the first.
        let even = sample.rows.iter().filter(|row| row.len() == width).count();
        (width >= 2 && sample.rows.len() >= 2 && even * 10 >= sample.rows.len() * 9).then_some((delimiter, sample))
    })?;
    let header = has_header(&sample.rows);
    let width = sample.rows.first()?.len();
    let first = sample.rows.first().filter(|_| header).cloned().unwrap_or_default();
    let data = &sample.rows[usize::from(header)..];
    let columns = names(&first, width).into_iter().enumerate().map(|(at, name)| (name, column_type(data, at)));
    let dialect = Dialect { delimiter, quote: None, header, open: false };
    Some(schema(columns.collect(), dialect, &sample))
}

fn schema(columns: Vec<Column>, dialect: Dialect, sample: &Sample) -> Schema {
    let rows = sample.total.saturating_sub(u64::from(dialect.header));
    Schema { classification: "csv", columns, csv: Some(dialect), rows }
}

/// The header rule: every name is a string and fit for a column, and some column below it is not a string.
fn has_header(rows: &[Vec<String>]) -> bool {
    let Some((first, data)) = rows.split_first() else { return false };
    let last = first.len().saturating_sub(1);
    let fit = first.iter().enumerate().all(|(at, name)| {
        !name.is_empty() && value_type(name) == "string" && (at == last || name.chars().count() < 150)
    });
    fit && (0..first.len()).any(|at| column_type(data, at) != "string")
}

/// Names for `width` columns: the header's, made unique, and `col<n>` where it is silent.
fn names(header: &[String], width: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for at in 0..width {
        let name = header.get(at).map(|name| clean(name.trim())).filter(|name| !name.is_empty());
        let mut name = name.unwrap_or_else(|| format!("col{at}"));
        if names.contains(&name) {
            name = format!("{name}_{at}");
        }
        names.push(name);
    }
    names
}

fn column_type(rows: &[Vec<String>], at: usize) -> String {
    let values = rows.iter().filter_map(|row| row.get(at)).filter(|value| !value.is_empty());
    let kind =
        values.map(|value| value_type(value)).reduce(|one, other| if one == other { one } else { wide(one, other) });
    kind.unwrap_or("string").to_owned()
}

fn value_type(value: &str) -> &'static str {
    let value = value.trim();
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    if value.parse::<i64>().is_ok() {
        "bigint"
    } else if digits.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.')
        && value.parse::<f64>().is_ok()
    {
        "double"
    } else if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") {
        "boolean"
    } else {
        "string"
    }
}

fn wide(one: &'static str, other: &'static str) -> &'static str {
    match (one, other) {
        ("bigint", "double") | ("double", "bigint") => "double",
        _ => "string",
    }
}

/// The type that holds both.
pub(crate) fn wider(one: &str, other: &str) -> String {
    match (one, other) {
        ("bigint", "double") | ("double", "bigint") => "double".to_owned(),
        ("int", "bigint") | ("bigint", "int") => "bigint".to_owned(),
        _ => "string".to_owned(),
    }
}

fn custom_type(text: &str) -> String {
    match text.to_uppercase().as_str() {
        "LONG" => "bigint".to_owned(),
        "SHORT" => "smallint".to_owned(),
        "DECIMAL" => "decimal(38,18)".to_owned(),
        other => other.to_lowercase(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names_of(schema: &Schema) -> Vec<&str> {
        schema.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn header_is_seen_only_when_some_column_is_not_text() {
        let numbers = built_in("id,n\na,1\nb,2\n", 16).unwrap();
        assert_eq!(numbers.columns, [("id".to_owned(), "string".to_owned()), ("n".to_owned(), "bigint".to_owned())]);
        let texts = built_in("id,n\na,x\nb,y\n", 16).unwrap();
        assert_eq!(names_of(&texts), ["col0", "col1"]);
        assert!(!texts.csv.unwrap().header);
    }

    #[test]
    fn d18_classifier_keeps_the_header_of_all_string_files() {
        let classifier =
            json!({ "ContainsHeader": "PRESENT", "QuoteSymbol": "\"", "Delimiter": ",", "Serde": "OpenCSVSerDe" });
        let texts = custom("id,n\na,\"x, y\"\nb,y\n", 20, &classifier).unwrap();
        assert_eq!(names_of(&texts), ["id", "n"]);
        assert_eq!(texts.rows, 2);
    }

    #[test]
    fn one_column_is_no_csv() {
        assert!(built_in("a\nb\n", 4).is_none());
    }

    #[test]
    fn types_widen() {
        let mixed = built_in("a;b;c\n1;true;x\n2.5;false;y\n", 30).unwrap();
        let kinds: Vec<_> = mixed.columns.iter().map(|(_, kind)| kind.as_str()).collect();
        assert_eq!(kinds, ["double", "boolean", "string"]);
    }
}
