//! Tables by day, by month and whole, and what of them a run replaces.

use crate::kit::{Site, table, transform, wish};
use serde_json::{Value, json};
use strata_tests::Checkout;

fn tables() -> Vec<(&'static str, Value)> {
    let (order, customer) = (["id int", "customer int", "amount int"], ["customer int", "name string"]);
    vec![
        ("orders", table("csv", &order, json!({ "file": "orders_{date}.csv", "key": ["id"] }))),
        (
            "customers",
            table("csv", &customer, json!({ "grain": "whole", "file": "customers.csv", "key": ["customer"] })),
        ),
        (
            "named",
            table("parquet", &["id int", "name string", "amount int"], json!({ "partition": "day", "key": ["id"] })),
        ),
        (
            "monthly",
            table(
                "parquet",
                &["name string", "orders bigint", "amount bigint"],
                json!({ "grain": "month", "partition": "batch_month" }),
            ),
        ),
        ("everything", table("parquet", &["id int", "amount int"], json!({ "grain": "whole", "key": ["id"] }))),
    ]
}

fn transforms() -> Vec<(Value, String)> {
    vec![
        transform(
            "named",
            &["orders", "customers"],
            "SELECT o.id, c.name, o.amount FROM orders o JOIN customers c ON o.customer = c.customer ORDER BY o.id",
        ),
        transform(
            "monthly",
            &["named"],
            "SELECT name, CAST(COUNT(*) AS BIGINT) AS orders, CAST(SUM(amount) AS BIGINT) AS amount FROM named \
             GROUP BY name ORDER BY name",
        ),
        transform("everything", &["named"], "SELECT id, amount FROM named"),
    ]
}

const MONTHLY: &str = "SELECT amount, batch_month, name, orders FROM monthly ORDER BY batch_month, name";

fn strings(rows: &[[&str; 4]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|value| (*value).to_owned()).collect()).collect()
}

#[test]
fn a_month_and_a_whole_table_written_twice_are_the_same_bytes_and_the_slice_before_is_untouched() {
    let site = Site::new(&tables(), &transforms());
    let customers = site.file("customers.csv", "customer,name\n7,Ana\n8,Ion\n");
    for (day, rows) in [("2025-02-28", "1,7,10\n"), ("2025-03-01", "2,7,20\n3,8,5\n"), ("2025-03-14", "4,8,7\n")] {
        let orders = site.file("orders.csv", format!("id,customer,amount\n{rows}"));
        let said = site.done(&["run", &format!("input=orders:{orders},customers:{customers}"), &format!("date={day}")]);
        assert!(said.err.contains(&format!("run: {day} is done")), "{}", said.err);
    }
    let before = site.objects("data/");
    let made = |grain: &str| -> Vec<String> { before.keys().filter(|key| key.starts_with(grain)).cloned().collect() };
    assert_eq!(
        made("monthly/"),
        ["monthly/batch_month=2025-02/part-00000.parquet", "monthly/batch_month=2025-03/part-00000.parquet"]
    );
    assert_eq!(made("everything/"), ["everything/part-00000.parquet"]);
    assert_eq!(
        site.rows(MONTHLY),
        strings(&[["10", "2025-02", "Ana", "1"], ["20", "2025-03", "Ana", "1"], ["12", "2025-03", "Ion", "2"]])
    );
    assert_eq!(site.rows("SELECT count(*) AS n, sum(amount) AS amount FROM everything"), [["42", "4"]]);

    // Athena works out the months by itself; a table that is one slice has nothing to work out.
    let projected = site.glue_table("monthly");
    let key = |name: &str| projected["Parameters"][format!("projection.batch_month.{name}")].clone();
    assert_eq!(
        (key("format"), key("range"), key("interval.unit")),
        (json!("yyyy-MM"), json!("2020-01,NOW"), json!("MONTHS"))
    );
    assert_eq!(projected["PartitionKeys"][0]["Name"], "batch_month");
    let whole = site.glue_table("everything");
    assert_eq!(
        (whole["PartitionKeys"].as_array().map(Vec::len), whole["Parameters"].get("projection.enabled")),
        (Some(0), None)
    );

    // Any day of the month makes the month.
    site.done(&["run", "date=2025-03-14"]);
    let again = site.objects("data/");
    let etags = |all: &std::collections::BTreeMap<String, (String, String)>| -> Vec<(String, String)> {
        all.iter().map(|(key, (etag, _))| (key.clone(), etag.clone())).collect()
    };
    assert_eq!(etags(&again), etags(&before), "the same input makes the same bytes");
    for (key, (_, version)) in &again {
        let is_made = ["named/day=2025-03-14/", "monthly/batch_month=2025-03/", "everything/"];
        let is_made = is_made.iter().any(|slice| key.starts_with(slice));
        assert_eq!(*version != before[key].1, is_made, "{key}");
    }

    // What changes in one day changes its month and the whole, and no other slice.
    let orders = site.file("orders.csv", "id,customer,amount\n4,8,8\n");
    site.done(&["run", &format!("input=orders:{orders}"), "date=2025-03-14"]);
    let changed: Vec<String> = site
        .objects("data/")
        .iter()
        .filter(|(key, (etag, _))| *etag != before[*key].0)
        .map(|(key, _)| key.clone())
        .collect();
    assert_eq!(
        changed,
        [
            "everything/part-00000.parquet",
            "monthly/batch_month=2025-03/part-00000.parquet",
            "named/day=2025-03-14/part-00000.parquet",
            "orders/orders_2025-03-14.csv"
        ]
    );
    assert_eq!(site.rows(MONTHLY)[2], ["13", "2025-03", "Ion", "2"]);

    // All slices of all tables again, to the same bytes.
    let before = site.objects("data/");
    site.done(&["run", "rebuild"]);
    assert_eq!(etags(&site.objects("data/")), etags(&before));
}

#[test]
fn what_another_grain_has_left_below_a_whole_table_is_gone_after_the_run() {
    let site = Site::new(&tables()[..3].iter().cloned().chain([tables()[4].clone()]).collect::<Vec<_>>(), &{
        let all = transforms();
        [all[0].clone(), all[2].clone()]
    });
    let customers = site.file("customers.csv", "customer,name\n7,Ana\n");
    let orders = site.file("orders.csv", "id,customer,amount\n1,7,10\n");
    site.put("data/everything/day=2025-03-13/part-00000.parquet", "of a table by day");
    site.done(&["run", &format!("input=orders:{orders},customers:{customers}"), "date=2025-03-14"]);
    assert_eq!(site.objects("data/everything/").into_keys().collect::<Vec<_>>(), ["part-00000.parquet"]);
}

#[test]
fn grains_that_do_not_go_together_are_refused_in_plan() {
    let checkout = Checkout::new();
    let monthly = ("bills", table("csv", &["id int"], json!({ "grain": "month", "file": "{month}.csv" })));
    let daily = ("daily", table("parquet", &["id int"], json!({ "partition": "day" })));
    wish(&checkout, &[monthly.clone(), daily], &[transform("daily", &["bills"], "SELECT id FROM bills")]);
    let said = checkout.strata(&["plan", "pipeline=minimal"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(
        said.err.contains("`daily` is a table by day, and all that it reads is coarser (`bills`: month)"),
        "{}",
        said.err
    );
    let wrong = ("daily", table("parquet", &["id int"], json!({ "grain": "whole", "partition": "day" })));
    wish(&checkout, &[monthly, wrong], &[transform("daily", &["bills"], "SELECT id FROM bills")]);
    let said = checkout.strata(&["plan", "pipeline=minimal"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("a table whose grain is whole has no folders for its slices"), "{}", said.err);
}
