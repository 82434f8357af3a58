//! What a file may look like, and what is done with each row of it.

use super::raw::Raw;
use super::reject::Rejects;
use super::scan;
use super::value::{Value, value};
use crate::{Limits, Source};
use polars::prelude::DataFrame;
use strata_state::spec::Place;
use strata_state::wish::Type;

impl Source for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, from: u64, into: &mut [u8]) -> std::io::Result<()> {
        let from = usize::try_from(from).unwrap();
        into.copy_from_slice(&self[from..from + into.len()]);
        Ok(())
    }
}

/// What a file holds.
#[derive(Debug)]
struct Table {
    frame: DataFrame,
    rows: u64,
    aside: String,
    rejected: u64,
}

fn place(columns: &[&str], key: &[&str]) -> Place {
    let text = serde_json::json!({"path": "s3://b/raw/", "format": "csv", "file": "{date}.csv", "columns": columns, "key": key});
    serde_json::from_value(text).unwrap()
}

fn two() -> Place {
    place(&["a string", "b int null"], &[])
}

/// Read in stretches of so many bytes.
fn read_used(bytes: &[u8], place: &Place, used: &dyn Fn(&str) -> bool, chunk: usize) -> Result<Table, String> {
    let limits = Limits { chunk, threads: 3, hashes: 2 };
    let url = "s3://b/raw/x.csv";
    let short = |error: crate::Error| error.to_string().replace("reading s3://b/raw/x.csv: ", "");
    let mut raw = Raw::open(url, &bytes, place, used, limits).map_err(short)?;
    let read = raw.settle(|raw| {
        let mut frame = DataFrame::empty();
        let seen = raw.each(
            |part| Ok(part.frame),
            |part, _, _| {
                if frame.width() == 0 {
                    frame = part;
                } else {
                    frame.vstack_mut_owned(part).unwrap();
                }
                Ok(())
            },
        )?;
        Ok((frame, seen))
    });
    let (frame, seen) = read.map_err(short)?;
    let mut rejects: Rejects = seen.rejects;
    let mut aside = Vec::new();
    rejects.print(&mut aside).unwrap();
    Ok(Table { frame, rows: seen.rows, aside: String::from_utf8(aside).unwrap(), rejected: rejects.len() })
}

fn read(text: &str, place: &Place, chunk: usize) -> Result<Table, String> {
    read_used(text.as_bytes(), place, &|_| true, chunk)
}

/// Kept rows as `a|b`, and rejected rows as they are printed.
fn told(text: &str, place: &Place, chunk: usize) -> (Vec<String>, String) {
    let table = read(text, place, chunk).unwrap();
    if table.frame.width() == 0 {
        return (Vec::new(), table.aside);
    }
    let columns: Vec<_> = place.columns.iter().map(|column| table.frame.column(&column.name).unwrap()).collect();
    let row = |index| {
        columns.iter().map(|column| column.get(index).unwrap().str_value().into_owned()).collect::<Vec<_>>().join("|")
    };
    ((0..table.frame.height()).map(row).collect(), table.aside)
}

/// More than any of these files has.
const ALL: usize = 1 << 20;

fn kept(text: &str) -> Vec<String> {
    let (rows, aside) = told(text, &two(), ALL);
    assert_eq!(aside, "line,reason,row\n");
    rows
}

#[test]
fn quotes_keep_commas_line_breaks_and_quotes() {
    assert_eq!(kept("a,b\n\"x, \"\"y\"\"\nz\",1\nplain,\n"), ["x, \"y\"\nz|1", "plain|null"]);
    assert_eq!(kept("a,b\n\"\"\"\",1\n"), ["\"|1"]);
}

#[test]
fn columns_are_found_by_name() {
    assert_eq!(kept("b,a\n1,x\n"), ["x|1"]);
    let refused = |text| read(text, &two(), ALL).unwrap_err();
    assert_eq!(refused("a,B\nx,1\n"), "column `b` is missing; the first line has to name all declared columns");
    assert_eq!(refused("a,b,c\nx,1,2\n"), "column `c` is not declared; remove it, or declare it");
    assert_eq!(refused("a,b,a\nx,1,2\n"), "column `a` is there twice");
    assert!(refused("").starts_with("it is empty"));
}

#[test]
fn a_byte_order_mark_crlf_blank_lines_and_a_missing_last_break_are_fine() {
    assert_eq!(kept("\u{feff}a,b\r\nx,1\r\n\r\n\n\"y\",2"), ["x|1", "y|2"]);
}

#[test]
fn only_the_columns_in_use_are_kept_and_all_are_checked() {
    let table = read_used(b"a,b\nx,1\ny,no\n", &two(), &|name| name == "a", ALL).unwrap();
    assert_eq!((table.frame.shape(), table.rows, table.rejected), ((1, 1), 2, 1));
}

#[test]
fn a_line_that_cannot_be_split_takes_no_other_with_it() {
    let text = "a,b\nx,1\n\"open,2\ny,3\n\"shut\"x,4\nz\rz,5\nw,6\n\"never,7\n";
    let (rows, aside) = told(text, &two(), ALL);
    assert_eq!(rows, ["x|1", "y|3", "w|6"]);
    let wanted = [
        "line,reason,row",
        "3,\"text follows a closing quote\",\"\"\"open,2\"",
        "5,\"text follows a closing quote\",\"\"\"shut\"\"x,4\"",
        "6,\"a carriage return is outside of quotes\",\"z\rz,5\"",
        "8,\"a quote is never closed\",\"\"\"never,7\"",
        "",
    ];
    assert_eq!(aside, wanted.join("\n"));
}

#[test]
fn a_file_of_which_nothing_fits_is_refused() {
    let said = read("a,b\nx,y\nx,z\n", &two(), ALL).unwrap_err();
    assert!(said.starts_with("none of its 2 rows fits the declared columns: 2 times b is not of type int"), "{said}");
    assert!(read("a,b\n", &two(), ALL).unwrap().frame.height() == 0);
    assert!(read("a,b\nx\0,1\n", &two(), ALL).unwrap_err().contains("zero byte"));
}

#[test]
fn of_rows_with_one_key_copies_are_kept_once_and_contradictions_not_at_all() {
    let keyed = place(&["a string", "b int"], &["a"]);
    let text = "a,b\nx,1\ny,2\n\"x\",1\ny,3\nz,4\n";
    for chunk in [1, 2, 5, 9, 14, ALL] {
        let (rows, aside) = told(text, &keyed, chunk);
        assert_eq!(rows, ["x|1", "z|4"]);
        let wanted = [
            "line,reason,row",
            "3,\"another row has the same a and differs\",\"y,2\"",
            "4,\"the same row is there already\",\"\"\"x\"\",1\"",
            "5,\"another row has the same a and differs\",\"y,3\"",
            "",
        ];
        assert_eq!(aside, wanted.join("\n"));
    }
}

/// Small numbers that look random and are the same each time.
fn numbers(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % 1_000_003).unwrap() % below
    }
}

#[test]
fn stretches_of_any_size_read_the_same() {
    let pieces = ["x", "\"p, q\"", "\"a\nb\"", "\"\"\"\"", "", "l\"oose", "ș", "\"bad\"x", "\"", "\r"];
    let ends = ["1\n", "2\r\n", "no\n", "\n", "3,4\n"];
    for seed in 1..400 {
        let mut number = numbers(seed);
        // Half of the files have no malformed records.
        let choice = if seed % 2 == 0 { 7 } else { pieces.len() };
        let mut text = "a,b\nfirst,0\n".to_owned();
        for _ in 0..30 {
            text.push_str(pieces[number(choice)]);
            text.push(',');
            text.push_str(ends[number(ends.len())]);
        }
        let wanted = told(&text, &two(), ALL);
        for chunk in [1, 3, 10, 40, 100] {
            assert_eq!(told(&text, &two(), chunk), wanted, "seed {seed}, stretches of {chunk} bytes:\n{text}");
        }
    }
}

#[test]
fn the_last_record_that_is_whole_is_found() {
    let end = |text: &str| scan::last_end(text.as_bytes()).unwrap();
    let text = "\"x\ny\",1\nz,2\n";
    assert_eq!([end(text), end(&text[..11]), end(&text[..7]), end(&text[..2])], [12, 8, 0, 0]);
    // A loose quote is a character like any other.
    assert_eq!([end("a \"b,\"c\nd\",1\ne"), end("x\"y,1\nz")], [13, 6]);
    assert!(scan::last_end(b"\"x\"y,1\n").is_err());
    // Malformed lines are records by themselves, once it is known that they are.
    let all = |text: &str, no_more| scan::last_end_of_all(text.as_bytes(), no_more);
    assert_eq!([all("\"x\"y,1\nz", true), all("a,1\n\"never,2\nz", true), all("a,1\n\"never,2\nz", false)], [7, 13, 4]);
}

#[test]
fn a_line_that_is_not_utf8_is_named_in_any_stretch() {
    let text = [b"a,b\n".to_vec(), b"x,1\n".repeat(50), b"\xff,1\n".to_vec(), b"y,2\n".repeat(50)].concat();
    for chunk in [1, 7, 64, ALL] {
        let said = read_used(&text, &two(), &|_| true, chunk).unwrap_err();
        assert_eq!(said, "line 52 is not UTF-8; convert the file");
    }
}

#[test]
fn values_have_one_form() {
    let is = |kind, text: &str| value(kind, text.as_bytes()).is_some();
    for text in ["0", "-0", "007", "2147483647", "-2147483648"] {
        assert!(is(Type::Int, text), "{text}");
    }
    for text in ["+1", " 1", "1.0", "1e3", "-", "2147483648", "١", "99999999999999999999"] {
        assert!(!is(Type::Int, text), "{text}");
    }
    assert_eq!(value(Type::Bigint, b"-9223372036854775808"), Some(Value::Whole(i64::MIN)));
    assert!(!is(Type::Bigint, "9223372036854775808"));
    for text in ["1", "-1.5", "2e10", "2.5E-3"] {
        assert!(is(Type::Double, text), "{text}");
    }
    for text in [".5", "1.", "nan", "inf", "1e999", "e5", "1e"] {
        assert!(!is(Type::Double, text), "{text}");
    }
    assert_eq!(value(Type::Date, b"1970-01-02"), Some(Value::Whole(1)));
    for text in ["2024-02-30", "0000-01-01", "24-01-01", "2024-1-1", "2024-01-01 "] {
        assert!(!is(Type::Date, text), "{text}");
    }
    assert_eq!(value(Type::Timestamp, b"1970-01-01 00:00:01.5"), Some(Value::Whole(1_500_000)));
    assert_eq!(value(Type::Timestamp, b"1969-12-31 23:59:59"), Some(Value::Whole(-1_000_000)));
    for text in
        ["1970-01-01", "1970-01-01T00:00:00", "1970-01-01 24:00:00", "1970-01-01 00:00:00.", "1970-01-01 00:00:60"]
    {
        assert!(!is(Type::Timestamp, text), "{text}");
    }
    assert!(is(Type::Decimal(4, 2), "0012.3") && is(Type::Decimal(4, 2), "-12.34"));
    assert!(!is(Type::Decimal(4, 2), "123") && !is(Type::Decimal(4, 2), "1.234") && !is(Type::Decimal(4, 2), ".5"));
    assert!(is(Type::Boolean, "true") && !is(Type::Boolean, "True"));
}

#[test]
fn typed_columns_are_what_is_declared() {
    let all = place(&["i int", "l bigint", "d double", "t boolean", "y date", "s timestamp", "m decimal(10,2)"], &[]);
    let text = "i,l,d,t,y,s,m\n-1,5000000000,1.5,true,2024-02-29,2024-02-29 01:02:03.000004,12.3\n";
    let (rows, _) = told(text, &all, ALL);
    assert_eq!(rows, ["-1|5000000000|1.5|true|2024-02-29|2024-02-29 01:02:03.000004|12.30"]);
}
