//! The rules by which raw files are found: in what is loaded, in what a run looks for, and in what it reads.

use crate::kit::{Site, table, transform};
use serde_json::json;

/// A whole table of the newest file, with what it makes.
fn sensors(grain: &str) -> Site {
    let (made, fields) = match grain {
        "whole" => ("latest", json!({ "grain": "whole" })),
        _ => ("latest", json!({ "grain": grain, "partition": "part" })),
    };
    let raw = table(
        "csv",
        &["at string", "value int"],
        json!({ "grain": grain, "input": "newest", "file": "*_measured.csv" }),
    );
    Site::new(
        &[("sensors", raw), (made, table("parquet", &["at string", "value int"], fields))],
        &[transform(made, &["sensors"], "SELECT at, value FROM sensors")],
    )
}

fn measured(site: &Site, name: &str, value: u32) -> String {
    site.file(&format!("in/{name}"), format!("at,value\na,{value}\n"))
}

const VALUES: &str = "SELECT value FROM latest ORDER BY value";

#[test]
fn the_newest_file_is_the_same_for_who_loads_and_for_who_reads() {
    let site = sensors("whole");
    // None is there yet.
    let said = site.strata(&["run", "date=2025-03-14"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("table sensors has no data/sensors/*_measured.csv of whole"), "{}", said.err);
    measured(&site, "20230703_measured.csv", 1);
    measured(&site, "20230801_measured.csv", 2);
    // Neither of these counts: no date, one that the calendar lacks, another name.
    measured(&site, "measured_20990101_measured.csv", 3);
    measured(&site, "20250230_measured.csv", 4);
    measured(&site, "20990101_other.csv", 5);
    let said = site.done(&["run", "input=in", "date=2025-03-14"]);
    assert_eq!(site.objects("data/sensors/").into_keys().collect::<Vec<_>>(), ["20230801_measured.csv"]);
    assert_eq!(site.rows(VALUES), [["2"]], "{}", said.err);
    // An older file may come, and is told of; the newest one is still read.
    let older = measured(&site, "20230703_measured.csv", 1);
    let said = site.done(&["run", &format!("input={older}"), "date=2025-03-14"]);
    assert!(
        said.err.contains("20230801_measured.csv is in the bucket and newer than 20230703_measured.csv"),
        "{}",
        said.err
    );
    assert_eq!(site.rows(VALUES), [["2"]]);
    // What does not count is told by the run.
    site.put("data/sensors/notes_measured.csv", "at,value\nb,9\n");
    site.put("data/sensors/20250230_measured.csv", "at,value\nb,9\n");
    let said = site.done(&["run", "date=2025-03-14"]);
    for why in
        ["notes_measured.csv does not begin with a date", "20250230_measured.csv begins with a date that the calendar"]
    {
        assert!(said.err.contains(why), "{why}: {}", said.err);
    }
    assert_eq!(site.rows(VALUES), [["2"]]);
}

#[test]
fn two_newest_files_are_refused_wherever_they_are_met() {
    let site = sensors("month");
    let first = measured(&site, "20250301_a_measured.csv", 1);
    site.done(&["run", &format!("input={first}"), "date=2025-03-14"]);
    let before = site.objects("data/");
    let tie = "are both of 2025-03-01, the latest date";
    // In the folder, and with what is in the bucket: nothing is sent.
    measured(&site, "20250301_b_measured.csv", 2);
    let calls = site.checkout.endpoint.count();
    for input in ["input=in", "input=in/20250301_b_measured.csv"] {
        let said = site.strata(&["run", input, "date=2025-03-14"]);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains(tie), "{}", said.err);
    }
    assert_eq!(site.checkout.endpoint.mutating_since(calls), [""; 0]);
    // In the bucket: the run is refused, and its job is, too.
    site.put("data/sensors/20250301_b_measured.csv", "at,value\nb,2\n");
    let said = site.strata(&["run", "date=2025-03-14"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains(tie), "{}", said.err);
    let said = site.verb("jobs", &["run", "--date", "2025-03-14"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains(tie), "{}", said.err);
    assert_eq!(site.objects("data/latest/").into_iter().map(|(key, (etag, _))| (key, etag)).collect::<Vec<_>>(), {
        let latest =
            before.iter().filter_map(|(key, (etag, _))| Some((key.strip_prefix("latest/")?.to_owned(), etag.clone())));
        latest.collect::<Vec<_>>()
    });
    // A later file of the month settles it, and other months have files of their own.
    let later = measured(&site, "20250302_measured.csv", 3);
    site.done(&["run", &format!("input={later}"), "date=2025-03-14"]);
    let april = measured(&site, "20250401_measured.csv", 4);
    let said = site.strata(&["run", &format!("input={april}"), "date=2025-03-14"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("there is no file of 2025-03 named like `*_measured.csv`"), "{}", said.err);
    site.done(&["run", &format!("input={april}"), "date=2025-04-30"]);
    assert_eq!(site.rows("SELECT part, value FROM latest ORDER BY part"), [["2025-03", "3"], ["2025-04", "4"]]);
}

#[test]
fn all_files_of_a_day_are_read_where_the_rule_is_glob() {
    let columns = ["id int", "shop string"];
    let raw = table("csv", &columns, json!({ "input": "glob", "file": "*_{date}.csv", "key": ["id"] }));
    let site = Site::new(
        &[("sales", raw), ("sold", table("parquet", &columns, json!({ "partition": "day", "key": ["id"] })))],
        &[transform("sold", &["sales"], "SELECT id, shop FROM sales")],
    );
    for (name, text) in
        [("iasi_2025-03-14.csv", "1,Iasi\n"), ("cluj_2025-03-14.csv", "2,Cluj\n"), ("cluj_2025-03-15.csv", "3,Cluj\n")]
    {
        site.file(&format!("in/{name}"), format!("id,shop\n{text}"));
    }
    site.done(&["run", "input=in", "date=2025-03-14"]);
    let keys: Vec<String> = site.objects("data/sales/").into_keys().collect();
    assert_eq!(keys, ["cluj_2025-03-14.csv", "iasi_2025-03-14.csv"], "the other day's file stays here");
    assert_eq!(site.rows("SELECT id, shop FROM sold ORDER BY id"), [["1", "Iasi"], ["2", "Cluj"]]);
    // A key is one row's, in whatever file.
    site.put("data/sales/again_2025-03-14.csv", "id,shop\n2,Arad\n");
    let said = site.strata(&["run", "date=2025-03-14"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("have 3 rows with only 2 different values of the key (id)"), "{}", said.err);
    assert_eq!(site.rows("SELECT id, shop FROM sold ORDER BY id"), [["1", "Iasi"], ["2", "Cluj"]]);
    // A file of no day must not hide.
    site.put("data/sales/more.csv", "id,shop\n9,Arad\n");
    let said = site.strata(&["run", "date=2025-03-14"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("more.csv is not named like `*_{date}.csv`, so its day is unknown"), "{}", said.err);
}

#[test]
fn a_file_a_month_is_named_after_the_month() {
    let raw = table("csv", &["id int"], json!({ "grain": "month", "file": "bills_{month}.csv", "key": ["id"] }));
    let site = Site::new(
        &[
            ("bills", raw),
            ("billed", table("parquet", &["id int"], json!({ "grain": "month", "partition": "batch_month" }))),
        ],
        &[transform("billed", &["bills"], "SELECT id FROM bills")],
    );
    let bills = site.file("bills.csv", "id\n1\n2\nx\n");
    let said = site.strata(&["run", &format!("input={bills}"), "date=2025-03-14"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    site.done(&["run", &format!("input={bills}"), "date=2025-03-14", "bad_rows=allow"]);
    assert_eq!(site.objects("data/bills/").into_keys().collect::<Vec<_>>(), ["bills_2025-03.csv"]);
    assert_eq!(site.objects("data/rejected/billed/").into_keys().collect::<Vec<_>>(), ["2025-03.csv"]);
    assert_eq!(site.rows("SELECT batch_month, id FROM billed ORDER BY id"), [["2025-03", "1"], ["2025-03", "2"]]);
    let said = site.strata(&["run", "date=2025-04-01"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("table bills has no data/bills/bills_2025-04.csv"), "{}", said.err);
    // Nothing of the day of the run is in the result: any day of the month is the month.
    let before = site.objects("data/billed/");
    site.done(&["run", "date=2025-03-31"]);
    let etags = |all: std::collections::BTreeMap<String, (String, String)>| {
        all.into_values().map(|(etag, _)| etag).collect::<Vec<_>>()
    };
    assert_eq!(etags(site.objects("data/billed/")), etags(before));
}
