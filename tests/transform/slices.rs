//! Slices of every grain and raw files of every rule, the same on both engines.

use crate::bucket::{Bucket, day};
use crate::engines::{on_spark, run_on_spark, script, succeed};
use serde_json::{Value, json};
use std::process::Command;
use strata_engine::run;
use strata_testkit::python;

fn csv(columns: &[&str], more: Value) -> Value {
    table("csv", columns, more)
}

fn made(columns: &[&str], more: Value) -> Value {
    table("parquet", columns, more)
}

fn table(format: &str, columns: &[&str], more: Value) -> Value {
    let mut table = json!({ "format": format, "columns": columns });
    table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    table
}

/// Raw tables of each rule, and tables of each grain that are made of them.
fn bucket() -> Bucket {
    let (sale, shop) = (["id int", "shop int", "amount decimal(12,2)"], ["shop int", "name string"]);
    let mut tables = json!({
        "sales": csv(&sale, json!({ "input": "glob", "file": "*_{date}.csv", "key": ["id"] })),
        "shops": csv(&shop, json!({ "grain": "whole", "file": "shops.csv", "key": ["shop"] })),
        "rates": csv(&["name string", "rate int"], json!({ "grain": "month", "file": "rates_{month}.csv" })),
        "stock": csv(&["id int"], json!({ "grain": "month", "input": "newest", "file": "*_stock.csv" })),
        "named": made(&["id int", "name string", "amount decimal(12,2)"], json!({ "partition": "batch_date", "key": ["id"] })),
        "monthly": made(
            &["name string", "sales bigint", "rate int"],
            json!({ "grain": "month", "partition": "batch_month", "key": ["name"] }),
        ),
        "everything": made(&["id int", "name string"], json!({ "grain": "whole", "key": ["id"] })),
        "counted": made(&["id int"], json!({ "grain": "whole" })),
    });
    for (name, table) in tables.as_object_mut().unwrap() {
        table["path"] = json!(format!("data/{name}/"));
    }
    let transforms = [
        ("named", vec!["sales", "shops"], "SELECT s.id, h.name, s.amount FROM sales s JOIN shops h ON s.shop = h.shop"),
        (
            "monthly",
            vec!["named", "rates"],
            "SELECT n.name, CAST(COUNT(*) AS BIGINT) AS sales, MAX(r.rate) AS rate FROM named n \
             JOIN rates r ON n.name = r.name GROUP BY n.name",
        ),
        ("everything", vec!["named"], "SELECT id, name FROM named"),
        ("counted", vec!["stock"], "SELECT id FROM stock"),
    ];
    let wish: Vec<Value> = transforms
        .iter()
        .map(|(name, reads, _)| json!({ "name": name, "sql": format!("sql/{name}.sql"), "reads": reads, "writes": name }))
        .collect();
    let document = json!({ "version": 1, "pipeline": { "name": "shop", "tables": tables, "transforms": wish } });
    let sql = |name: &str| transforms.iter().find(|(known, ..)| *known == name).unwrap().2.as_bytes().to_vec();
    let bucket = Bucket::of("b", &document.to_string(), |transform| sql(&transform.name));
    for (key, text) in [
        ("sales/iasi_2025-02-28.csv", "id,shop,amount\n1,7,1.50\n"),
        ("sales/iasi_2025-03-01.csv", "id,shop,amount\n2,7,2\n3,7,many\n"),
        ("sales/cluj_2025-03-01.csv", "id,shop,amount\n4,8,4\n"),
        ("sales/cluj_2025-03-14.csv", "id,shop,amount\n5,8,5\n5,8,5\n"),
        ("shops/shops.csv", "shop,name\n7,Iasi\n8,Cluj\n"),
        ("rates/rates_2025-02.csv", "name,rate\nIasi,1\n"),
        ("rates/rates_2025-03.csv", "name,rate\nIasi,2\nCluj,3\n"),
        ("stock/20250201_stock.csv", "id\n1\n"),
        ("stock/20250315_stock.csv", "id\n2\n"),
        ("stock/20250301_stock.csv", "id\n3\n"),
        ("stock/20250230_stock.csv", "id\n4\n"),
        ("stock/stock.csv", "id\n5\n"),
    ] {
        bucket.put(&format!("data/{key}"), text);
    }
    bucket
}

/// What the tables hold, slice by slice, where all buckets hold the same.
fn same(buckets: &[&Bucket]) -> Vec<String> {
    let paths = buckets.iter().map(|bucket| bucket.path());
    let said = succeed(Command::new(python()).arg(script("same.py")).args(paths));
    said.lines().map(str::to_owned).collect()
}

const ALL: [&str; 9] = [
    "data/counted: 2 rows",
    "data/everything: 4 rows",
    "data/monthly/batch_month=2025-02: 1 rows",
    "data/monthly/batch_month=2025-03: 2 rows",
    "data/named/batch_date=2025-02-28: 1 rows",
    "data/named/batch_date=2025-03-01: 2 rows",
    "data/named/batch_date=2025-03-14: 1 rows",
    "data/rejected/named/2025-03-01.csv: 67 characters",
    "data/rejected/named/2025-03-14.csv: 58 characters",
];

/// A run of a day, and one of everything.
#[test]
fn slices_are_the_same_on_spark() {
    let (ours, ours_of_day) = (bucket(), bucket());
    ours.run_all(None);
    ours_of_day.run_all(Some("2025-03-01"));
    assert_eq!(same(&[&ours]), ALL);
    for (wanted, date) in [(&ours, None), (&ours_of_day, Some("2025-03-01"))] {
        let theirs = bucket();
        let said = run_on_spark(&theirs, date);
        assert_eq!(said.matches("\"error\": null").count(), 4, "{said}");
        let all = same(&[wanted, &theirs]);
        assert_eq!(all.len(), if date.is_none() { ALL.len() } else { 5 }, "{date:?}: {all:?}");
    }
}

/// What transforms answer to a change of the bucket, here and on Spark; both have to say the same, and replace nothing.
fn refused(cases: &[(&str, &str, &str)]) -> Vec<String> {
    let (mut buckets, mut ours) = (Vec::new(), Vec::new());
    for (name, key, text) in cases {
        let bucket = bucket();
        bucket.run_all(None);
        let before = bucket.below(&format!("data/{name}/"));
        bucket.put(key, *text);
        let date = Some(day("2025-03-01"));
        ours.push(run(&bucket.spec(name), &bucket.store(), date, &mut |_| {}).unwrap_err().to_string());
        buckets.push((bucket, before, format!("data/{name}/")));
    }
    let url =
        |bucket: &Bucket, name: &str| format!("{}@2025-03-01", bucket.url(&format!("scripts/transforms/{name}.json")));
    let asked: Vec<_> = buckets.iter().zip(cases).map(|((bucket, ..), case)| (bucket, url(bucket, case.0))).collect();
    assert_eq!(on_spark(&asked), ours);
    for (bucket, before, prefix) in &buckets {
        assert_eq!(bucket.below(prefix), *before, "nothing is replaced");
    }
    ours
}

#[test]
fn engines_refuse_slices_with_the_same_sentence() {
    let said = refused(&[
        ("counted", "data/stock/20250315_b_stock.csv", "id\n9\n"),
        ("named", "data/sales/sales.csv", "id,shop,amount\n"),
        ("monthly", "data/rates/rates_2025-03-14.csv", "name,rate\n"),
        ("named", "data/sales/arad_2025-03-01.csv", "id,shop,amount\n4,8,9\n"),
    ]);
    let parts = [
        "data/stock/20250315_b_stock.csv and s3://b/data/stock/20250315_stock.csv are both of 2025-03-15",
        "sales.csv is not named like `*_{date}.csv`, so its day is unknown",
        "is not named like `rates_{month}.csv`, so its month is unknown",
        "have 3 rows with only 2 different values of the key (id); leave each row in one file",
    ];
    for (said, part) in said.iter().zip(parts) {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn what_does_not_count_for_the_newest_is_told() {
    let bucket = bucket();
    let mut said = Vec::new();
    run(&bucket.spec("counted"), &bucket.store(), None, &mut |line| said.push(line.to_owned())).unwrap();
    assert_eq!(
        said,
        [
            "counted whole: warning: table `stock`: the name of 20250230_stock.csv begins with a date that the calendar does \
             not have, so it is ignored",
            "counted whole: warning: table `stock`: stock.csv is not named like `*_stock.csv`, so it is ignored",
            "counted whole: read 2 of stock; wrote 2 rows",
        ]
    );
}

#[test]
fn rows_that_become_one_are_not_lost() {
    let bucket = bucket();
    bucket.run_all(None);
    let mut said = Vec::new();
    let log = &mut |line: &str| said.push(line.to_owned());
    run(&bucket.spec("monthly"), &bucket.store(), Some(day("2025-03-01")), log).unwrap();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("3 of named") && said[0].ends_with("wrote 2 rows"), "{said:?}");
}

#[test]
fn a_run_reads_the_files_of_its_slice_only() {
    let bucket = bucket();
    bucket.run_all(None);
    let before = bucket.below("data/");
    // Each of these would stop a run that reads it.
    bucket.put("data/named/batch_date=2025-02-28/part-00000.parquet", "no parquet");
    bucket.put("data/rates/rates_2025-02.csv", "");
    bucket.put("data/stock/20250215_stock.csv", "");
    for name in ["monthly", "named"] {
        bucket.run(name, Some("2025-03-31")).map(drop).unwrap_or_else(|error| {
            // On that day nothing was sold.
            assert!(error.to_string().contains("table `sales` has no data"), "{name}: {error}");
        });
    }
    let untouched = |all: &[(String, Vec<u8>)]| {
        all.iter().filter(|(url, _)| url.contains("/monthly/")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(untouched(&bucket.below("data/")), untouched(&before));
}
