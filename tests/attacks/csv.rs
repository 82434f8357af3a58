//! Raw CSV files: what any other writer wrote is read as the same values, or rejected with its reason; no value moves
//! into another column and no row gets lost.

use crate::kit::holds;
use polars::prelude::*;
use proptest::prelude::{Just, Strategy, TestCaseError, any, prop, prop_assert, prop_assert_eq, prop_oneof};
use proptest::strategy::Union;
use serde_json::json;
use std::io::Cursor;
use strata_engine::{Folder, Report, Store, run};
use strata_state::Spec;

const DAY: &str = "2024-09-15";

/// A bucket in a folder with one transform that copies three columns of text.
struct Bucket {
    store: Folder,
    spec: Spec,
    _folder: tempfile::TempDir,
}

/// The rows of the table that was written, and those rejected: `line`, reason, text.
struct Read {
    report: Report,
    kept: Vec<Vec<String>>,
    aside: Vec<(u64, String, String)>,
}

impl Bucket {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let columns = ["a string null", "b string null", "c string null"];
        let spec = json!({
            "name": "copy",
            "sql": "s3://b/sql/copy.sql",
            "reads": {"raw": {"path": "s3://b/raw/", "format": "csv", "file": "{date}.csv", "columns": columns}},
            "writes": {"path": "s3://b/copy/", "format": "parquet", "partition": "day", "columns": columns},
            "rejects": "s3://b/rejected/copy/",
        });
        let bucket =
            Self { store: Folder(folder.path().into()), spec: serde_json::from_value(spec).unwrap(), _folder: folder };
        bucket.store.put("s3://b/sql/copy.sql", b"SELECT a, b, c FROM raw".to_vec()).unwrap();
        bucket
    }

    fn read(&self, file: &[u8]) -> Result<Read, String> {
        self.store.put(&format!("s3://b/raw/{DAY}.csv"), file.to_vec()).unwrap();
        let report =
            run(&self.spec, &self.store, Some(DAY.parse().unwrap()), &mut |_| {}).map_err(|why| why.to_string())?;
        let file = self.store.get(&format!("s3://b/copy/day={DAY}/part-00000.parquet")).unwrap();
        let frame = ParquetReader::new(Cursor::new(file)).finish().unwrap();
        let columns: Vec<&StringChunked> =
            ["a", "b", "c"].map(|name| frame.column(name).unwrap().str().unwrap()).to_vec();
        // An empty field is a missing value; here both are the empty text.
        let row = |at| columns.iter().map(|column| column.get(at).unwrap_or_default().to_owned()).collect();
        let aside = self.store.get(&format!("s3://b/rejected/copy/{DAY}.csv")).unwrap_or_default();
        let mut aside = ::csv::Reader::from_reader(aside.as_slice());
        Ok(Read {
            report,
            kept: (0..frame.height()).map(row).collect(),
            aside: aside.deserialize().map(Result::unwrap).collect(),
        })
    }
}

/// The content of a field: what breaks readers.
fn field() -> impl Strategy<Value = String> {
    let piece = vec![
        "\"", "\"\"", ",", "\n", "\r\n", "\r", " ", "\t", ";", "'", "\\", "\u{feff}", "é", "😀", "a", "1", "null",
        "\u{85}", "\u{2028}", "=1+1",
    ];
    prop_oneof![
        4 => prop::collection::vec(prop::sample::select(piece), 0..6).prop_map(|pieces| pieces.concat()),
        2 => any::<String>().prop_map(|text| text.replace('\0', "")),
        1 => (1..70_000_usize, "[\",\n é]").prop_map(|(n, text)| text.repeat(n / text.len())),
    ]
}

fn rows() -> impl Strategy<Value = Vec<[String; 3]>> {
    let row = (field(), field(), field()).prop_map(|(a, b, c)| [a, b, c]);
    prop::collection::vec(row, 1..8)
}

#[test]
fn what_another_writer_wrote_is_read_as_the_same_values() {
    let bucket = Bucket::new();
    let styles = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    holds("CSV written by another writer", 600, (rows(), styles), |(rows, (always, crlf, mark, bare))| {
        let mut writer = ::csv::WriterBuilder::new();
        writer.quote_style(if always { ::csv::QuoteStyle::Always } else { ::csv::QuoteStyle::Necessary });
        writer.terminator(if crlf { ::csv::Terminator::CRLF } else { ::csv::Terminator::Any(b'\n') });
        let mut writer = writer.from_writer(if mark { "\u{feff}".as_bytes().to_vec() } else { Vec::new() });
        writer.write_record(["a", "b", "c"]).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let mut file = writer.into_inner().unwrap();
        if bare {
            file.truncate(file.len() - if crlf { 2 } else { 1 });
        }
        let read = bucket.read(&file).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&read.kept, &rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
        prop_assert_eq!(read.aside.len(), 0);
        Ok(())
    });
}

/// One line of a file that was written by hand: what is read of it, or why not.
fn line() -> impl Strategy<Value = (String, Option<[&'static str; 3]>)> {
    let lines: [(&str, Option<[&str; 3]>); 14] = [
        ("x,y,z", Some(["x", "y", "z"])),
        ("\"x,1\",\"y\"\"2\"\"\",z", Some(["x,1", "y\"2\"", "z"])),
        ("\"x\ny\",,", Some(["x\ny", "", ""])),
        (",,", Some(["", "", ""])),
        ("\"\",\"\",\"\"", Some(["", "", ""])),
        ("5\" disk,y,z", Some(["5\" disk", "y", "z"])),
        (" \"x\",y,z", Some([" \"x\"", "y", "z"])),
        ("x,y", None),
        ("x,y,z,", None),
        ("x", None),
        ("x,y,z,x,y,z", None),
        ("\"x\"1,y,z", None),
        ("\"x\" ,y,z", None),
        ("x\ry,y,z", None),
    ];
    Union::new(lines.map(|(text, wanted)| Just((text.to_owned(), wanted)).boxed()))
}

#[test]
fn a_ragged_file_loses_no_row_and_moves_no_value() {
    let bucket = Bucket::new();
    let input = (prop::collection::vec((line(), any::<bool>()), 0..12), any::<bool>());
    holds("CSV with ragged rows", 600, input, |(lines, unclosed)| {
        let mut file = "a,b,c\nfirst,row,fits\n".to_owned();
        let (mut wanted, mut aside, mut at) =
            (vec![vec!["first".to_owned(), "row".into(), "fits".into()]], Vec::new(), 3);
        for ((text, values), crlf) in lines {
            file += &text;
            file += if crlf { "\r\n" } else { "\n" };
            match values {
                Some(values) => wanted.push(values.map(str::to_owned).to_vec()),
                None => aside.push((at, text.clone())),
            }
            at += 1 + text.matches('\n').count() as u64;
        }
        if unclosed {
            file += "\"never closed,y,z\n";
            aside.push((at, "\"never closed,y,z".to_owned()));
        }
        let read = bucket.read(file.as_bytes()).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&read.kept, &wanted);
        let found: Vec<(u64, String)> = read.aside.iter().map(|(line, _, text)| (*line, text.clone())).collect();
        prop_assert_eq!(found, aside);
        prop_assert!(read.aside.iter().all(|(_, reason, _)| !reason.is_empty()));
        prop_assert_eq!(read.report.rows_in(), read.report.rows_out() + read.report.rejected());
        Ok(())
    });
}

#[test]
fn any_bytes_are_read_or_refused() {
    let bucket = Bucket::new();
    let pieces = vec!["a,b,c\n", "\"", ",", "\n", "\r", "\0", "\u{feff}", "x", "a", "é", "\"\"", "\"\n"];
    let text =
        prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat().into_bytes());
    let input = (any::<bool>(), prop_oneof![4 => text, 1 => prop::collection::vec(any::<u8>(), 0..200)]);
    holds("any bytes as CSV", 800, input, |(header, bytes)| {
        let start: &[u8] = if header { b"a,b,c\n" } else { b"" };
        match bucket.read(&[start, &bytes].concat()) {
            Ok(read) => {
                prop_assert!(read.kept.iter().all(|row| row.len() == 3));
                prop_assert_eq!(read.report.rows_in(), read.report.rows_out() + read.report.rejected());
            }
            Err(why) => prop_assert!(why.starts_with("reading s3://b/raw/"), "{}", why),
        }
        Ok(())
    });
}
