//! What a file may look like, and what is done with each row of it.

use super::read::{Table, read_in};
use super::scan;
use super::value::{Value, value};
use strata_state::spec::Place;
use strata_state::wish::Type;

fn place(columns: &[&str], key: &[&str]) -> Place {
    let text = serde_json::json!({"path": "s3://b/raw/", "format": "csv", "file": "{date}.csv", "columns": columns, "key": key});
    serde_json::from_value(text).unwrap()
}

fn two() -> Place {
    place(&["a string", "b int null"], &[])
}

fn read(text: &str, place: &Place, stretches: usize) -> Result<Table, String> {
    read_in(text.as_bytes(), place, &|_| true, stretches)
}

/// Kept rows as `a|b`, and rows set aside as they are printed.
fn told(text: &str, place: &Place, stretches: usize) -> (Vec<String>, String) {
    let table = read(text, place, stretches).unwrap();
    let columns: Vec<_> = place.columns.iter().map(|column| table.frame.column(&column.name).unwrap()).collect();
    let row = |index| {
        columns.iter().map(|column| column.get(index).unwrap().str_value().into_owned()).collect::<Vec<_>>().join("|")
    };
    let rows = (0..table.frame.height()).map(row).collect();
    (rows, String::from_utf8(table.rejects.print()).unwrap())
}

fn kept(text: &str) -> Vec<String> {
    let (rows, aside) = told(text, &two(), 1);
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
    let refused = |text| read(text, &two(), 1).unwrap_err();
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
    let table = read_in(b"a,b\nx,1\ny,no\n", &two(), &|name| name == "a", 1).unwrap();
    assert_eq!((table.frame.shape(), table.rows, table.rejects.len()), ((1, 1), 2, 1));
}

#[test]
fn a_line_that_cannot_be_split_takes_no_other_with_it() {
    let text = "a,b\nx,1\n\"open,2\ny,3\n\"shut\"x,4\nz\rz,5\nw,6\n\"never,7\n";
    let (rows, aside) = told(text, &two(), 1);
    assert_eq!(rows, ["x|1", "y|3", "w|6"]);
    let wanted = [
        "line,reason,row",
        "3,\"text follows a closing quote\",\"\"\"open,2\"",
        "5,\"text follows a closing quote\",\"\"\"shut\"\"x,4\"",
        "6,\"a carriage return stands outside of quotes\",\"z\rz,5\"",
        "8,\"a quote is never closed\",\"\"\"never,7\"",
        "",
    ];
    assert_eq!(aside, wanted.join("\n"));
}

#[test]
fn a_file_of_which_nothing_fits_is_refused() {
    let said = read("a,b\nx,y\nx,z\n", &two(), 1).unwrap_err();
    assert!(said.starts_with("none of its 2 rows fits the declared columns: 2 times b is not of type int"), "{said}");
    assert!(read("a,b\n", &two(), 1).unwrap().frame.height() == 0);
    assert!(read("a,b\nx\0,1\n", &two(), 1).unwrap_err().contains("zero byte"));
}

#[test]
fn of_rows_with_one_key_copies_are_kept_once_and_contradictions_not_at_all() {
    let keyed = place(&["a string", "b int"], &["a"]);
    let text = "a,b\nx,1\ny,2\n\"x\",1\ny,3\nz,4\n";
    for stretches in 1..6 {
        let (rows, aside) = told(text, &keyed, stretches);
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
fn any_number_of_stretches_reads_the_same() {
    let pieces = ["x", "\"p, q\"", "\"a\nb\"", "\"\"\"\"", "", "l\"oose", "\"bad\"x", "\"", "ș"];
    let ends = ["1\n", "2\r\n", "no\n", "\n", "3,4\n"];
    for seed in 1..400 {
        let mut number = numbers(seed);
        // Half of the files have only pieces after which records can be told apart by counting quotes.
        let choice = if seed % 2 == 0 { 5 } else { pieces.len() };
        let mut text = "a,b\nfirst,0\n".to_owned();
        for _ in 0..30 {
            text.push_str(pieces[number(choice)]);
            text.push(',');
            text.push_str(ends[number(ends.len())]);
        }
        let wanted = told(&text, &two(), 1);
        for stretches in 2..7 {
            assert_eq!(told(&text, &two(), stretches), wanted, "seed {seed}, {stretches} stretches:\n{text}");
        }
    }
}

#[test]
fn stretches_cover_the_text_and_end_after_records() {
    let text = b"a,b\n\"x\ny\",1\nz,2\n";
    let ranges = scan::stretches(text, 4, 5);
    assert_eq!(ranges.first().unwrap().start, 4);
    assert_eq!(ranges.last().unwrap().end, text.len());
    assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start && [12, 16].contains(&pair[0].end)));
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
    let (rows, _) = told(text, &all, 1);
    assert_eq!(rows, ["-1|5000000000|1.5|true|2024-02-29|2024-02-29 01:02:03.000004|12.30"]);
}
