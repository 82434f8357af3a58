//! What polars does by hash or by comparison, over each type of the document: groups, distinct rows, joins, orders.

use polars::prelude::{DataFrame, ParquetReader, SerReader};
use serde_json::json;
use std::io::Cursor;
use strata_engine::{Folder, Store, run};
use strata_state::Spec;

/// Name and type of each column; an expression over it, of which type it is, and its value in the two rows that are alike.
const TYPES: [(&str, &str, &str, &str, &str); 9] = [
    ("s", "string", "upper(substr(s, 1, 1))", "string", "A"),
    ("i", "int", "CAST(floor(i / 100) AS int)", "int", "1"),
    ("l", "bigint", "CAST(floor(l / 100) AS bigint)", "bigint", "100000000"),
    ("d", "double", "floor(d / 100)", "double", "1.0"),
    ("m", "decimal(18,2)", "floor(m / 100)", "decimal(38,2)", "1.00"),
    ("w", "decimal(38,4)", "floor(w / 100)", "decimal(38,4)", "1.0000"),
    ("day", "date", "CAST(day AS timestamp)", "timestamp", "2024-09-15 00:00:00"),
    ("at", "timestamp", "CAST(at AS date)", "date", "2024-09-15"),
    ("b", "boolean", "NOT b", "boolean", "false"),
];

/// Two rows alike, one other, one with nothing but its name.
const ROWS: &str = "id,s,i,l,d,m,w,day,at,b
1,ax,150,10000000000,150.5,150.25,150.2500,2024-09-15,2024-09-15 10:11:12,true
2,ax,150,10000000000,150.5,150.25,150.2500,2024-09-15,2024-09-15 10:11:12,true
3,b,250,20000000000,250.5,-250.75,98765432109876543210.1234,2024-09-16,2024-09-16 00:00:00,false
4,,,,,,,,,
";

/// The rows of `sql` as text, sorted, with columns of these types.
fn answer(sql: &str, columns: &[&str]) -> Result<Vec<Vec<String>>, String> {
    let folder = tempfile::tempdir().unwrap();
    let store = Folder(folder.path().to_owned());
    let all: Vec<String> = TYPES.iter().map(|(name, kind, ..)| format!("{name} {kind} null")).collect();
    let all = [vec!["id string".to_owned()], all].concat();
    let place = |name: &str| json!({ "path": format!("s3://b/{name}/"), "format": "csv", "file": "{date}.csv", "columns": all });
    let spec = json!({
        "name": "types", "sql": "s3://b/types.sql", "rejects": "s3://b/rejected/", "reads": { "t": place("t"), "u": place("u") },
        "writes": { "path": "s3://b/out/", "format": "parquet", "partition": "batch_date", "columns": columns },
    });
    let spec: Spec = serde_json::from_value(spec).unwrap();
    store.put("s3://b/types.sql", sql.into()).unwrap();
    for name in ["t", "u"] {
        store.put(&format!("s3://b/{name}/2024-09-15.csv"), ROWS.into()).unwrap();
    }
    let report = run(&spec, &store, None, &mut |_| {}).map_err(|error| error.to_string())?;
    assert_eq!(report.rejected(), 0);
    let bytes = store.get("s3://b/out/batch_date=2024-09-15/part-00000.parquet").unwrap();
    let frame = ParquetReader::new(Cursor::new(bytes)).finish().unwrap();
    let mut rows = (0..frame.height()).map(|row| cells(&frame, row)).collect::<Vec<_>>();
    rows.sort();
    Ok(rows)
}

fn cells(frame: &DataFrame, row: usize) -> Vec<String> {
    frame.columns().iter().map(|column| column.get(row).unwrap().str_value().into_owned()).collect()
}

/// How often each value is there, whatever it looks like.
fn counts(rows: &[Vec<String>]) -> Vec<&str> {
    let mut counts: Vec<&str> = rows.iter().map(|row| row[row.len() - 1].as_str()).collect();
    counts.sort_unstable();
    counts
}

#[test]
fn every_type_can_be_grouped_joined_and_sorted() {
    let n = "n bigint";
    for (name, kind, expression, gives, repeated) in TYPES {
        let column = format!("k {kind} null");
        let ask = |sql: &str, columns: &[&str]| {
            let sql = sql.replace('C', name).replace('E', expression);
            answer(&sql, columns).unwrap_or_else(|why| panic!("{kind}: {sql}: {why}"))
        };
        let grouped = ask("select C as k, cast(count(*) as bigint) as n from t group by C", &[&column, n]);
        assert_eq!(counts(&grouped), ["1", "1", "2"], "{kind}: {grouped:?}");
        let distinct = ask("select distinct C as k from t", &[&column]);
        assert_eq!(distinct.len(), 3, "{kind}: {distinct:?}");
        let joined = ask("select t.C as k, u.id as id from t join u on t.C = u.C", &[&column, "id string"]);
        assert_eq!(counts(&joined), ["1", "1", "2", "2", "3"], "{kind}: {joined:?}");
        let kept =
            ask("select t.C as k, t.id as id from t left join u on t.id = u.id and t.C = u.C", &[&column, "id string"]);
        assert_eq!(counts(&kept), ["1", "2", "3", "4"], "{kind}: {kept:?}");
        let sorted = ask("select C as k, id from t order by C desc, id", &[&column, "id string"]);
        assert_eq!(sorted.len(), 4, "{kind}: {sorted:?}");
        let least = ask("select min(C) as k, cast(count(distinct C) as bigint) as n from t", &[&column, n]);
        assert_eq!(least.len(), 1, "{kind}: {least:?}");
        for by in ["E", "1"] {
            let sql = format!("select E as k, cast(count(*) as bigint) as n from t group by {by}");
            let grouped = ask(&sql, &[&format!("k {gives} null"), n]);
            assert!(grouped.contains(&vec![repeated.to_owned(), "2".to_owned()]), "{kind}: {sql}: {grouped:?}");
            assert_eq!(counts(&grouped), ["1", "1", "2"], "{kind}: {sql}: {grouped:?}");
        }
    }
}
