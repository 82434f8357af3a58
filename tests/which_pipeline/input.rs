//! Input: a person's rows stay, and nothing is made up where there is something, or without a word.

use crate::{PIPELINE, bucket, etag, keys};
use serde_json::{Value, json};
use strata_testkit::{World, repository};
use strata_tests::Checkout;

const DEV: &str = "driven-data-dev-local";

fn raw(day: &str) -> String {
    format!("data/raw/raw_batch_data_{day}.csv")
}

fn mine() -> String {
    repository().join("tests/fixtures/batch_2024-09-15.csv").display().to_string()
}

/// The rows of a table, as `query` counts them.
fn rows(checkout: &Checkout, table: &str) -> Value {
    let said = checkout.done(&["query", "format=json", &format!("SELECT count(*) AS n FROM {table}")]);
    strata_tests::json(&said.out)
}

#[test]
fn u03_backfill_keeps_my_rows() {
    let checkout = Checkout::new();
    checkout.done(&["up", "run", &format!("input={}", mine()), "date=2024-09-15"]);
    let (world, bucket) = (World::of(&checkout.endpoint), bucket(&checkout, DEV));
    let before = etag(&world, &bucket, &raw("2024-09-15"));
    let said = checkout.done(&["run", "date=2024-09-15"]);
    assert!(said.err.contains("table raw has its file of 2024-09-15, which is kept"), "{}", said.err);
    // The days around it have none, and get one; no Airflow runs here, which is told after the input is there.
    let said = checkout.strata(&["dag", "from=2024-09-14", "to=2024-09-16"]);
    assert_ne!(said.code, Some(0), "{}", said.err);
    assert_eq!(etag(&world, &bucket, &raw("2024-09-15")), before);
    assert_eq!(keys(&world, &bucket, "data/raw/"), ["2024-09-14", "2024-09-15", "2024-09-16"].map(raw));
    // Only a word makes up rows in place of mine; rows=, seed= and history mean it.
    checkout.done(&["run", "date=2024-09-15", "generate"]);
    let made = etag(&world, &bucket, &raw("2024-09-15"));
    assert_ne!(made, before);
    checkout.done(&["run", "date=2024-09-15", "seed=9"]);
    assert_ne!(etag(&world, &bucket, &raw("2024-09-15")), made);
}

#[test]
fn u03_a_dag_that_is_told_so_brings_nothing() {
    let checkout = Checkout::new();
    checkout.done(&["up"]);
    let (world, bucket) = (World::of(&checkout.endpoint), bucket(&checkout, DEV));
    checkout.strata(&["dag", "date=2024-09-14", "bring=no"]);
    assert_eq!(keys(&world, &bucket, "data/raw/"), [""; 0]);
}

#[test]
fn u33_a_bad_file_is_exit_2_and_said_once() {
    let checkout = Checkout::new();
    checkout.done(&["up"]);
    let text = std::fs::read_to_string(mine()).unwrap().replacen(",750,", ",fast,", 1);
    std::fs::write(checkout.path("scripts/bad.csv"), text).unwrap();
    let before = checkout.endpoint.count();
    // The path is seen from where the person is.
    let said = checkout.strata_in("scripts", &["run", "input=bad.csv", "date=2024-09-15"], &[]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert_eq!(said.err.matches("`fast` is not of type int").count(), 1, "{}", said.err);
    assert!(said.err.contains("bad_rows=allow") && !said.err.contains("skipped, since"), "{}", said.err);
    let said = checkout.strata(&["run", "rows=abc"]);
    assert_eq!((said.code, said.err.matches("abc").count()), (Some(2), 1), "{}", said.err);
    assert_eq!(checkout.endpoint.mutating_since(before), [""; 0]);
    let said = checkout.strata_in("scripts", &["run", "input=bad.csv", "date=2024-09-15", "bad_rows=allow"], &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

/// Two input tables, none of which is called raw or has a crawler: the day's rows of both by one word.
#[test]
fn u06_u07_a_pipeline_of_other_tables_runs() {
    let checkout = Checkout::new();
    checkout.change(PIPELINE, |pipeline| {
        pipeline["generate"] = Value::Null;
        pipeline.as_object_mut().unwrap().remove("generate");
        let csv = |name: &str, columns: [&str; 2]| json!({ "format": "csv", "path": format!("data/{name}/"), "file": "{date}.csv", "columns": columns });
        pipeline["tables"] = json!({
            "orders": csv("orders", ["order_id int", "customer int"]),
            "customers": csv("customers", ["customer int", "name string"]),
            "named": { "format": "parquet", "path": "data/named/", "partition": "batch_date", "columns": ["order_id int", "name string"] }
        });
        pipeline["transforms"] = json!([{ "name": "named", "sql": "sql/named.sql", "reads": ["orders", "customers"], "writes": "named" }]);
    });
    let sql = "SELECT o.order_id, c.name FROM orders o JOIN customers c ON o.customer = c.customer";
    std::fs::write(checkout.path("pipelines/driven-data/sql/named.sql"), sql).unwrap();
    std::fs::write(checkout.path("orders.csv"), "order_id,customer\n1,7\n2,7\n").unwrap();
    std::fs::write(checkout.path("customers.csv"), "customer,name\n7,Ana\n").unwrap();
    checkout.done(&["up"]);

    let said = checkout.strata(&["run", "input=orders.csv", "date=2024-09-01"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("there are several: customers, orders; use table=NAME"), "{}", said.err);
    // Of two files one is wrong: neither is uploaded.
    let before = checkout.endpoint.count();
    let said = checkout.strata(&["run", "input=orders:orders.csv,customers:orders.csv", "date=2024-09-01"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert_eq!(checkout.endpoint.mutating_since(before), [""; 0]);
    // Without input, and with nothing to make rows up from, it says what is missing.
    let said = checkout.strata(&["run", "date=2024-09-01"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("table orders has no data/orders/2024-09-01.csv"), "{}", said.err);

    checkout.done(&["run", "input=orders:orders.csv,customers:customers.csv", "date=2024-09-01"]);
    assert_eq!(rows(&checkout, "named")[0]["n"], json!(2));
    checkout.done(&["run", "input=orders.csv", "table=orders", "date=2024-09-01"]);
    checkout.done(&["run", "date=2024-09-01", "run", "rebuild"]);
    assert_eq!(rows(&checkout, "named")[0]["n"], json!(2));
    checkout.done(&["layer", "datagen", "input", "--date", "2024-09-01"]);
}
