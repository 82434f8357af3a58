//! The nine driven-data transforms: what they compute, what they replace, what they refuse.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "transform/bounded.rs"]
mod bounded;
#[path = "transform/bucket.rs"]
mod bucket;
#[path = "transform/engines.rs"]
mod engines;
#[path = "transform/slices.rs"]
mod slices;
#[path = "transform/types.rs"]
mod types;

use bucket::{Bucket, day, file, real, row, texts};
use std::io::Result;
use std::sync::Mutex;
use strata_engine::{Folder, Object, Sink, Source, Store, run};

#[test]
fn d16_money_and_minutes_are_not_integer_divisions() {
    let bucket = Bucket::new("b");
    let change = |values: [&'static str; 4]| {
        let names = ["download_speed", "upload_speed", "consumed_traffic", "session_duration"];
        names.into_iter().zip(values).collect::<Vec<_>>()
    };
    let cases = [
        // (10 + 5 + 1) / 2 + 7 / 2 = 11.5
        (["10", "5", "7", "1"], "11.50", "0.0"),
        // (10 + 4 + 1) / 2 + 1 / 3 = 7.8333
        (["10", "4", "1", "2"], "7.83", "0.0"),
        // 0.5 + 1 / 200 = 0.505: a half goes up
        (["0", "0", "1", "199"], "0.51", "3.3"),
        // 0.5 + 3 / 400 = 0.5075
        (["0", "0", "3", "399"], "0.51", "6.7"),
        // 63 seconds are 1.05 minutes: a half goes up
        (["0", "0", "0", "63"], "0.50", "1.1"),
    ];
    let rows: Vec<String> =
        cases.iter().enumerate().map(|(index, case)| row(&format!("{index}"), &change(case.0))).collect();
    bucket.raw("2024-09-15", file(&rows));
    bucket.run_all(Some("2024-09-15"));
    let payment = bucket.table("payment_data", "2024-09-15");
    let technical = bucket.table("technical_data", "2024-09-15");
    for (index, (_, money, minutes)) in cases.iter().enumerate() {
        let at = |frame: &polars::prelude::DataFrame, column: &str| {
            let place = texts(frame, "unique_id").iter().position(|id| *id == index.to_string()).unwrap();
            texts(frame, column)[place].clone()
        };
        assert_eq!(at(&payment, "payment_amount"), *money);
        assert_eq!(at(&technical, "min_session_duration"), *minutes);
    }
}

#[test]
fn d17_quoted_commas_do_not_shift_columns() {
    let bucket = Bucket::new("b");
    bucket.raw("2024-09-15", real());
    bucket.run_all(Some("2024-09-15"));
    for table in ["dim_address", "pii_data"] {
        let frame = bucket.table(table, "2024-09-15");
        assert_eq!(frame.height(), 189);
        assert!(texts(&frame, "address").iter().all(|address| address.matches(", ").count() == 2));
        assert!(texts(&frame, "mac_address").iter().all(|mac| mac.len() == 17 && mac.matches(':').count() == 5));
        assert!(texts(&frame, "unique_id").iter().all(|id| id.len() == 36));
    }
}

/// A store that remembers what was read, and may say that its files are larger than they are.
struct Watched {
    folder: Folder,
    read: Mutex<Vec<String>>,
    size: Option<u64>,
}

impl Watched {
    fn new(folder: Folder, size: Option<u64>) -> Self {
        Self { folder, read: Mutex::default(), size }
    }
}

impl Store for Watched {
    fn list(&self, url: &str) -> Result<Vec<Object>> {
        let told = |object: Object| Object { size: self.size.unwrap_or(object.size), ..object };
        Ok(self.folder.list(url)?.into_iter().map(told).collect())
    }
    fn get(&self, url: &str) -> Result<Vec<u8>> {
        self.read.lock().unwrap().push(url.to_owned());
        self.folder.get(url)
    }
    fn put(&self, url: &str, bytes: Vec<u8>) -> Result<()> {
        self.folder.put(url, bytes)
    }
    fn delete(&self, url: &str) -> Result<()> {
        self.folder.delete(url)
    }
    fn open(&self, url: &str) -> Result<Box<dyn Source + '_>> {
        self.read.lock().unwrap().push(url.to_owned());
        self.folder.open(url)
    }
    fn create(&self, url: &str) -> Result<Box<dyn Sink + '_>> {
        self.folder.create(url)
    }
}

#[test]
fn d20_a_daily_run_reads_the_files_of_its_day_only() {
    let bucket = Bucket::new("b");
    for date in ["2024-09-13", "2024-09-14", "2024-09-15"] {
        bucket.raw(date, file(&[row(date, &[])]));
    }
    bucket.run_all(None);
    for name in bucket.names() {
        let store = Watched::new(bucket.store(), None);
        run(&bucket.spec(&name), &store, Some(day("2024-09-15")), &mut |_| {}).unwrap();
        let read = store.read.into_inner().unwrap();
        assert!(read.len() > 1);
        assert!(read.iter().all(|url| url.contains("2024-09-15") || url.ends_with(".sql")), "{name}: {read:?}");
    }
}

#[test]
fn a_day_that_has_outgrown_its_job_is_warned_of() {
    let bucket = Bucket::new("b");
    bucket.raw("2024-09-15", real());
    for (size, warned) in [(100_000_000, false), (5_000_000_000, true)] {
        let mut said = String::new();
        let store = Watched::new(bucket.store(), Some(size));
        run(&bucket.spec("staging_dim_date"), &store, Some(day("2024-09-15")), &mut |line| said += line).unwrap();
        let warning = "staging_dim_date 2024-09-15: warning: the day's input is 5.00 GB, and the job is for at most 0.1: \
                       set jobs.day_gb to 5.00, or more, and run `jobs up`";
        assert_eq!(said.contains(warning), warned, "{said}");
    }
}

#[test]
fn d13_d24_a_second_run_of_a_day_replaces_that_day_and_no_other() {
    let bucket = Bucket::new("b");
    bucket.raw("2024-09-14", real());
    bucket.raw("2024-09-15", real());
    bucket.run_all(None);
    let before = bucket.below("data/");
    bucket.run_all(Some("2024-09-15"));
    assert_eq!(bucket.below("data/"), before, "the same input gives the same bytes");

    bucket.raw("2024-09-15", file(&[row("new", &[])]));
    bucket.put("data/trusted/pii_data/batch_date=2024-09-15/part-00001.parquet", "left by another engine");
    bucket.run_all(Some("2024-09-15"));
    assert_eq!(texts(&bucket.table("pii_data", "2024-09-15"), "unique_id"), ["new"]);
    let after = bucket.below("data/");
    assert_eq!(after.len(), before.len(), "the file of another engine is gone");
    let untouched = |all: &[(String, Vec<u8>)]| {
        all.iter().filter(|(url, _)| url.contains("2024-09-14")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(untouched(&after), untouched(&before));
    assert_eq!(untouched(&after).len(), 10);
}

#[test]
fn d25_every_mask_hides_whatever_the_letters_are() {
    let bucket = Bucket::new("b");
    bucket.raw("2024-09-15", real());
    bucket.run_all(Some("2024-09-15"));
    let open = bucket.table("pii_data", "2024-09-15");
    let masked = bucket.table("non_pii_data", "2024-09-15");
    let ids = |frame| texts(frame, "unique_id");
    let order: Vec<usize> =
        ids(&masked).iter().map(|id| ids(&open).iter().position(|other| other == id).unwrap()).collect();
    for column in ["user_name", "email", "mac_address", "ip_address", "iban"] {
        let open = texts(&open, column);
        for (mask, place) in texts(&masked, column).iter().zip(&order) {
            let first: String = open[*place].chars().take(5).collect();
            assert_eq!(*mask, format!("{first}*****"));
        }
    }
    for column in ["person_name", "personal_number", "birth_date", "address", "phone"] {
        assert!(texts(&masked, column).iter().all(|mask| mask == "***MASKED***"));
    }
}

#[test]
fn d30_a_short_value_is_never_told_whole() {
    let cases = [
        ("ștefănescu", "ștefă*****"),
        ("abcdefgh", "abcde*****"),
        ("abcdefg", "abcd*****"),
        ("șțăîâ", "șț*****"),
        ("a@b.c", "a@*****"),
        ("李小龍王", "李*****"),
        ("ana", "*****"),
        ("a", "*****"),
    ];
    let bucket = Bucket::new("b");
    let rows = cases
        .iter()
        .enumerate()
        .map(|(index, (text, _))| row(&format!("{index}"), &[("user_name", text), ("email", text), ("iban", text)]));
    bucket.raw("2024-09-15", file(&rows.collect::<Vec<_>>()));
    bucket.run_all(Some("2024-09-15"));
    let masked = bucket.table("non_pii_data", "2024-09-15");
    for column in ["user_name", "email", "iban"] {
        for (mask, id) in texts(&masked, column).iter().zip(texts(&masked, "unique_id")) {
            assert_eq!(*mask, cases[id.parse::<usize>().unwrap()].1);
        }
    }
}

#[test]
fn technical_issue_is_an_or_of_three_limits() {
    let names = ["download_speed", "upload_speed", "session_duration"];
    let cases = [
        (["50", "30", "60"], "false"),
        (["49", "30", "60"], "true"),
        (["50", "29", "60"], "true"),
        // 59 seconds round to 1.0 minutes and are less than one.
        (["50", "30", "59"], "true"),
        (["864", "1", "9000"], "true"),
    ];
    let bucket = Bucket::new("b");
    let rows = cases
        .iter()
        .enumerate()
        .map(|(index, (values, _))| row(&format!("{index}"), &names.into_iter().zip(*values).collect::<Vec<_>>()));
    bucket.raw("2024-09-15", file(&rows.collect::<Vec<_>>()));
    bucket.run_all(Some("2024-09-15"));
    let frame = bucket.table("technical_data", "2024-09-15");
    for (issue, id) in texts(&frame, "technical_issue").iter().zip(texts(&frame, "unique_id")) {
        assert_eq!(*issue, cases[id.parse::<usize>().unwrap()].1, "case {id}");
    }
}

#[test]
fn broken_rows_are_set_aside_with_line_reason_and_text() {
    let bucket = Bucket::new("b");
    let broken = row("b", &[("download_speed", "fast")]);
    bucket.raw("2024-09-15", file(&[row("a", &[]), broken.clone(), row("c", &[("email", "")]), "x,\"y\"".to_owned()]));
    let report = bucket.run("staging_dim_date", Some("2024-09-15")).unwrap();
    assert_eq!((report.rows_in(), report.rows_out(), report.rejected()), (4, 1, 3));
    assert_eq!(report.reasons()["download_speed is not of type int"], 1);
    let aside = String::from_utf8(bucket.bytes("data/rejected/staging_dim_date/2024-09-15.csv")).unwrap();
    let mut lines = aside.lines();
    assert_eq!(lines.next(), Some("line,reason,row"));
    let text = broken.replace('"', "\"\"");
    assert_eq!(lines.next(), Some(format!("3,\"download_speed is not of type int\",\"{text}\"").as_str()));
    assert!(lines.next().unwrap().starts_with("4,\"email is missing\","));
    assert_eq!(lines.next(), Some("5,\"2 fields instead of 16\",\"x,\"\"y\"\"\""));

    // All five staging tables hold the same rows, whichever columns they take.
    bucket.run_all(Some("2024-09-15"));
    assert_eq!(texts(&bucket.table("pii_data", "2024-09-15"), "unique_id"), ["a"]);

    // Corrected input leaves no stale file behind.
    bucket.raw("2024-09-15", file(&[row("a", &[])]));
    bucket.run_all(Some("2024-09-15"));
    assert!(bucket.below("data/rejected/").is_empty());
}

#[test]
fn rows_that_share_an_id_never_multiply() {
    let bucket = Bucket::new("b");
    let rows =
        [row("same", &[]), row("same", &[]), row("x", &[("phone", "1")]), row("x", &[("phone", "2")]), row("y", &[])];
    bucket.raw("2024-09-15", file(&rows));
    let report = bucket.run("staging_dim_finance", Some("2024-09-15")).unwrap();
    assert_eq!((report.rows_in(), report.rows_out(), report.rejected()), (5, 2, 3));
    assert_eq!(report.reasons()["the same row is there already"], 1);
    assert_eq!(report.reasons()["another row has the same unique_id and differs"], 2);
    bucket.run_all(Some("2024-09-15"));
    let mut ids = texts(&bucket.table("pii_data", "2024-09-15"), "unique_id");
    ids.sort();
    assert_eq!(ids, ["same", "y"]);
}

#[test]
fn a_day_without_rows_is_an_empty_table_and_a_warning() {
    let bucket = Bucket::new("b");
    bucket.raw("2024-09-15", format!("{}\n", bucket::HEADER));
    let mut said = Vec::new();
    for name in bucket.names() {
        run(&bucket.spec(&name), &bucket.store(), Some(day("2024-09-15")), &mut |line| said.push(line.to_owned()))
            .unwrap();
    }
    assert_eq!(bucket.table("payment_data", "2024-09-15").shape(), (0, 7));
    assert!(said.iter().any(|line| line.contains("warning: table `raw` has no rows")), "{said:?}");
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_replaced() {
    let bucket = Bucket::new("b");
    bucket.raw("2024-09-15", real());
    bucket.run_all(None);
    let before = bucket.below("data/staging/");
    let refuse = |bucket: &Bucket, wanted: &str| {
        let said = bucket.run("staging_dim_date", Some("2024-09-15")).unwrap_err().to_string();
        assert!(said.contains(wanted), "{said}");
        assert_eq!(bucket.below("data/staging/"), before);
    };
    bucket.raw("2024-09-15", "");
    refuse(&bucket, "it is empty");
    bucket.raw("2024-09-15", real().replacen("iban", "ibn", 1));
    refuse(&bucket, "column `iban` is missing; `ibn` may be meant");
    bucket.raw("2024-09-15", [real().as_bytes(), b"\xff\n"].concat());
    refuse(&bucket, "line 191 is not UTF-8");
    bucket.raw("2024-09-15", real());
    bucket.put("sql/staging/dim_date.sql", "SELECT unique_id,\n  accessed_at FROM rawe");
    refuse(&bucket, "dim_date.sql:2:20: there is no table `rawe`");
    bucket.put("sql/staging/dim_date.sql", "SELECT unique_id, birth_date AS accessed_at FROM raw");
    refuse(&bucket, "column `accessed_at`: the SQL gives date, the table declares timestamp");
    bucket.put("sql/staging/dim_date.sql", "SELECT accessed_at, unique_id FROM raw");
    refuse(&bucket, "the SQL gives the order accessed_at, unique_id");
    bucket.put("data/raw/my.csv", "x");
    refuse(&bucket, "data/raw/my.csv is not named like `raw_batch_data_{date}.csv`");
    let said = bucket.run("payment_data", Some("2024-09-20")).unwrap_err().to_string();
    assert!(said.contains("run datagen or load first"), "{said}");
}
