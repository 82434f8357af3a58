//! Each thing that can be wrong with a person's file, and the words that say so.

use super::*;
use std::io::Write;

fn columns() -> Vec<Column> {
    let texts = ["id string", "day date", "at timestamp", "count int", "price decimal(4,2)", "note string null"];
    texts.iter().map(|text| Column::try_from((*text).to_owned()).unwrap()).collect()
}

fn checked(text: &[u8], allow_bad_rows: bool) -> Result<u64, String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    check(file.path(), &columns(), allow_bad_rows).map_err(|error| error.to_string())
}

const HEADER: &str = "id,day,at,count,price,note\n";
const GOOD: &str = "\"a, b\",2024-02-29,2024-09-14 12:04:17,-5,12.34,\n";

#[test]
fn a_good_file_has_its_rows_counted_quotes_and_all() {
    assert_eq!(
        checked(format!("{HEADER}{GOOD}\"two\nlines\",2024-01-01,2024-01-01 00:00:00.5,0,0,x\n").as_bytes(), false),
        Ok(2)
    );
}

#[test]
fn the_real_batch_passes() {
    let real = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/batch_2024-09-15.csv"));
    let pipeline = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pipelines/driven-data/pipeline.json");
    let doc = strata_state::read(&std::fs::read_to_string(pipeline).unwrap()).unwrap();
    assert_eq!(check(real, &doc.pipeline.tables["raw"].columns, false).unwrap(), 189);
}

#[test]
fn bad_headers_are_named() {
    let cases = [
        ("", "it is empty"),
        ("id,day,at,count,price\nx\n", "missing columns: note"),
        ("id,day,at,count,price,note,more\n", "columns that the table does not have: more"),
        ("id,day,at,number,price,note\n", "missing columns: count; columns that the table does not have: number"),
        ("id,day,at,count,price,note,note\n", "a column is there twice"),
        ("day,id,at,count,price,note\n", "column 1 is `day` and has to be `id`"),
    ];
    for (text, words) in cases {
        let error = checked(text.as_bytes(), true).unwrap_err();
        assert!(error.contains(words), "{text:?}: {error}");
    }
}

#[test]
fn a_file_without_rows_is_refused() {
    assert!(checked(HEADER.as_bytes(), true).unwrap_err().contains("it has no rows"));
}

#[test]
fn bad_rows_are_told_with_line_column_and_value() {
    let rows = [
        ("a,2024-02-30,2024-01-01 00:00:00,1,1,\n", "line 3, column day: `2024-02-30` is not of type date"),
        ("a,2024-2-3,2024-01-01 00:00:00,1,1,\n", "`2024-2-3` is not of type date"),
        ("a,2024-02-01,2024-01-01T00:00:00,1,1,\n", "`2024-01-01T00:00:00` is not of type timestamp"),
        ("a,2024-02-01,2024-01-01 24:00:00,1,1,\n", "is not of type timestamp"),
        ("a,2024-02-01,2024-01-01 00:00:00,2147483648,1,\n", "column count: `2147483648` is not of type int"),
        ("a,2024-02-01,2024-01-01 00:00:00,+1,1,\n", "column count: `+1` is not of type int"),
        ("a,2024-02-01,2024-01-01 00:00:00,1,1.234,\n", "column price: `1.234` is not of type decimal(4,2)"),
        ("a,2024-02-01,2024-01-01 00:00:00,1,123,\n", "column price: `123` is not of type decimal(4,2)"),
        (",2024-02-01,2024-01-01 00:00:00,1,1,\n", "column id: it is missing"),
        ("a,2024-02-01\n", "2 fields instead of 6"),
    ];
    for (row, words) in rows {
        let text = format!("{HEADER}{GOOD}{row}");
        let error = checked(text.as_bytes(), false).unwrap_err();
        assert!(error.contains(words) && error.contains("1 of 2 rows do not fit"), "{row:?}: {error}");
        assert_eq!(checked(text.as_bytes(), true), Ok(2));
    }
}

#[test]
fn what_the_transforms_would_set_aside_does_not_pass() {
    for (row, words) in [
        ("\"a\"b,2024-02-01,2024-01-01 00:00:00,1,1,\n", "line 3: text follows a closing quote"),
        ("a,2024-02-01,2024-01-01 00:00:00,1,1,\"x\n", "line 3: a quote is never closed"),
        ("a,2024-02-01,2024-01-01 00:00:00,1,1,\ra,2024-02-01,2024-01-01 00:00:00,1,1,\n", "line 3: a carriage return"),
    ] {
        let text = format!("{HEADER}{GOOD}{row}");
        let error = checked(text.as_bytes(), false).unwrap_err();
        assert!(error.contains(words), "{row:?}: {error}");
        assert!(checked(text.as_bytes(), true).is_ok());
    }
}

#[test]
fn only_the_first_five_are_told() {
    let text = format!("{HEADER}{}", "a,b,c,d,e,f\n".repeat(12));
    let error = checked(text.as_bytes(), false).unwrap_err();
    assert!(error.contains("12 of 12 rows") && error.contains("line 6,") && error.contains("; and 7 more"), "{error}");
    assert!(!error.contains("line 7,"), "{error}");
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let mut text = format!("{HEADER}x").into_bytes();
    text.extend(b"\xff,2024-02-01,2024-01-01 00:00:00,1,1,\n");
    assert!(checked(&text, false).unwrap_err().contains("line 2, column id: `x\u{fffd}` is not UTF-8"));
}
