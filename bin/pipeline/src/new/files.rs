//! The files of a new pipeline, as text.

use super::place::Place;
use super::sample::Sample;
use super::{header, justfile};
use crate::Failure;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;
use strata_state::wish::Column;

/// The schema of the document, in strata's checkout.
const SCHEMA: &str = "crates/state/document.schema.json";

/// Days of input up to this size, in GB, need no word about it (`jobs.day_gb`).
const SMALL_GB: f64 = 0.09;

/// What the columns that tell a day's rows apart are called, in the order in which they are tried.
const PARTITIONS: [&str; 3] = ["batch_date", "load_date", "run_date"];

/// What to do about a guess.
pub(super) const KEY_IS_A_GUESS: &str = "rows of one day that share a key are rejected unless they are copies; correct `key` in pipeline.json where it is wrong";

/// Words of SQL that are no column's or table's name without quotes.
const RESERVED: &str = "add all alter analyze and anti any array as asc at authorization begin between bigint binary blob both \
    by bytes call cascade case cast char character check cluster collate column commit connect constraint create cross cube \
    current current_catalog current_date current_time current_timestamp current_user date datetime day decimal declare default delete desc \
    describe distinct distribute double drop else end escape except exclude execute exists explain extract false fetch fields \
    filter final first float following for foreign format from full function global grant group grouping having hour if ilike \
    in inner insert int integer intersect interval into is join key language last lateral leading left level like limit local \
    localtime localtimestamp lock map match merge minus minute month natural new no not null nulls numeric of offset on only option or order out outer \
    over overlaps partition percent period pivot position preceding precision primary qualify range real references regexp \
    rename replace return returning revoke right rlike rollback rollup row rows sample schema second select semi session session_user set settings show \
    smallint some sort start struct symmetric system table tablesample text then time timestamp to top trailing transaction \
    trim true truncate union unique unknown unnest unpivot update use user using value values varchar view when where window \
    with within without year zone";

/// A file to be written.
#[derive(Debug)]
pub(super) struct File {
    /// Its path in the pipeline's folder.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
    /// Whether it is the pipeline's own; else it may be there already and stay as it is.
    pub(super) is_own: bool,
}

/// All files of the pipeline.
///
/// # Errors
/// When the names cannot be those of a pipeline and its table.
pub(super) fn all(name: &str, table: &str, sample: &Sample, place: &Place) -> Result<Vec<File>, Failure> {
    let made = format!("stg_{table}");
    let document = document(name, table, &made, sample, place);
    // What the programs would refuse is not written.
    strata_state::read(&document)?;
    let sql = sql(table, &made, sample);
    Ok(vec![
        File { name: "pipeline.json".into(), text: document, is_own: true },
        File { name: format!("sql/{made}.sql"), text: sql, is_own: true },
        File { name: "Justfile".into(), text: justfile::text(place), is_own: false },
        File { name: ".gitignore".into(), text: ".strata/\n".into(), is_own: false },
    ])
}

/// The name of the table for the rows of a file.
pub(super) fn table_of(path: &Path) -> Option<String> {
    let name = header::name_of(&path.file_stem()?.to_string_lossy());
    let starts_right = name.starts_with(|c: char| c.is_ascii_lowercase());
    if name.is_empty() { None } else { Some(if starts_right { name } else { format!("t_{name}") }) }
}

/// What was read of the file: `orders.csv: all of its 1000 rows`.
pub(super) fn seen(sample: &Sample) -> String {
    let name = sample.path.file_name().unwrap_or_default().to_string_lossy();
    let rows = if sample.rows == 1 { "row" } else { "rows" };
    let which = if sample.is_whole { "all" } else { "the first" };
    format!("{which} {} {rows} of {name}", sample.rows)
}

fn document(name: &str, table: &str, made: &str, sample: &Sample, place: &Place) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let mut out = String::from("{\n");
    // Elsewhere no path to the schema is right for all users of the file.
    if let (Some(up), Some(checkout)) = (&place.up, &place.checkout)
        && checkout.join(SCHEMA).is_file()
    {
        let _ = writeln!(out, "  \"$schema\": {},", text(&format!("{up}/{SCHEMA}")));
    }
    let key = match sample.key.as_slice() {
        [] => "no key was found".to_owned(),
        key => format!("the key ({}) is a guess: {KEY_IS_A_GUESS}", key.join(", ")),
    };
    let comment = format!("Columns are inferred from {}; {key}.", seen(sample));
    let _ = writeln!(out, "  \"$comment\": {},", text(&comment));
    let _ = writeln!(out, "  \"version\": 1,\n  \"pipeline\": {{\n    \"name\": {},", text(name));
    #[allow(clippy::cast_precision_loss, reason = "a size is told to two digits")]
    let gb = sample.bytes as f64 / 1e9;
    if gb > SMALL_GB {
        let _ = writeln!(out, "    \"jobs\": {{\"day_gb\": {:.2}}},", gb * 1.1);
    }
    let columns: Vec<String> =
        sample.columns.iter().map(|(column, _)| format!("          {}", text(&String::from(column.clone())))).collect();
    let columns = columns.join(",\n");
    let key: Vec<String> = sample.key.iter().map(|column| text(column)).collect();
    let key = if key.is_empty() { String::new() } else { format!("        \"key\": [{}],\n", key.join(", ")) };
    let _ = writeln!(out, "    \"tables\": {{");
    let mut add = |name: &str, format: &str, folder: &str, days: &str, end: &str| {
        let _ = write!(
            out,
            "      {}: {{\n        \"format\": \"{format}\",\n        \"path\": {},\n        {days},\n{key}        \"columns\": [\n\
             {columns}\n        ]\n      }}{end}\n",
            text(name),
            text(&format!("data/{folder}/{name}/")),
        );
    };
    add(table, "csv", "raw", &format!("\"file\": {}", text(&format!("{table}_{{date}}.csv"))), ",");
    add(made, "parquet", "staging", &format!("\"partition\": \"{}\"", partition(sample)), "");
    let _ = write!(
        out,
        "    }},\n    \"transforms\": [\n      {{\"name\": {made}, \"sql\": {sql}, \"reads\": [{table}], \"writes\": {made}}}\n    ]\n  }}\n}}\n",
        made = text(made),
        sql = text(&format!("sql/{made}.sql")),
        table = text(table),
    );
    out
}

/// The folder column of the table that is made: a name that no column of the file has.
fn partition(sample: &Sample) -> String {
    let taken = |name: &str| sample.columns.iter().any(|(column, _)| column.name == name);
    let free = PARTITIONS.into_iter().find(|name| !taken(name)).map(str::to_owned);
    // One of many numbers is free, since a file has fewer columns.
    free.or_else(|| (2..).map(|number| format!("batch_date_{number}")).find(|name| !taken(name))).unwrap_or_default()
}

fn sql(table: &str, made: &str, sample: &Sample) -> String {
    let columns: Vec<String> =
        sample.columns.iter().map(|(Column { name, .. }, _)| format!("  {}", identifier(name))).collect();
    format!(
        "-- {made}: every column of {table}, to start from. A new column needs a line in pipeline.json, too.\n\
         SELECT\n{}\nFROM {}\n",
        columns.join(",\n"),
        identifier(table)
    )
}

/// A name in SQL. Backticks are quotes to all engines that run transforms; double quotes are text to Spark.
fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase());
    let is_reserved = RESERVED.split_whitespace().any(|word| word == name);
    if is_plain && !is_reserved { name.to_owned() } else { format!("`{name}`") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_after_the_file() {
        let cases = [
            ("orders.csv", "orders"),
            ("/x/My Orders (2024).csv", "my_orders_2024"),
            ("2024-09-15.csv", "t_2024_09_15"),
            ("a.b.csv", "a_b"),
        ];
        for (path, table) in cases {
            assert_eq!(table_of(Path::new(path)).unwrap(), table);
        }
        assert_eq!(table_of(Path::new("---.csv")), None);
    }

    #[test]
    fn names_that_sql_has_for_itself_are_quoted() {
        let quoted = ["order", "date", "2024", "_x"].map(identifier);
        assert_eq!(quoted, ["`order`", "`date`", "`2024`", "`_x`"]);
        assert_eq!(identifier("order_id"), "order_id");
    }
}
