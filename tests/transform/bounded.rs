//! Tables in pieces: the same as in one go, in memory that does not grow with them, and nothing left by a kill.

use crate::bucket::{Bucket, file, real, row, texts};
use crate::engines::hard;
use polars::prelude::{
    Column, DataFrame, IntoLazy, ParquetCompression, ParquetReader, ParquetWriter, SerReader, SortMultipleOptions,
};
use std::process::{Command, Stdio};
use std::time::Duration;
use strata_engine::Limits;
use strata_testkit::eventually;

const DAY: &str = "2024-09-15";

/// Small pieces, and hashes that do not fit.
fn small() -> Limits {
    Limits { chunk: 6000, threads: 3, hashes: 10 }
}

/// A table in the order of its key, since pieces may come in another one.
fn sorted(bucket: &Bucket, table: &str) -> DataFrame {
    let frame = bucket.table(table, DAY).lazy().sort(["unique_id"], SortMultipleOptions::default());
    frame.collect().unwrap()
}

fn tables(bucket: &Bucket) -> Vec<String> {
    bucket.document.pipeline.transforms.iter().map(|transform| transform.writes.clone()).collect()
}

fn same(one: &Bucket, other: &Bucket) {
    for table in tables(one) {
        assert!(sorted(one, &table).equals_missing(&sorted(other, &table)), "{table}");
    }
    assert_eq!(one.below("data/rejected/"), other.below("data/rejected/"));
}

#[test]
fn pieces_give_the_same_as_one_go() {
    for text in [real(), hard(), real().replace("\n", "\r\n") + &hard()[3..]] {
        let [whole, pieces] = ["b"; 2].map(Bucket::new);
        for bucket in [&whole, &pieces] {
            bucket.raw(DAY, text.clone());
        }
        whole.run_all(Some(DAY));
        pieces.run_within(small(), Some(DAY));
        same(&whole, &pieces);
    }
}

#[test]
fn queries_over_all_rows_give_the_same_as_row_by_row() {
    let [rows, whole] = ["b"; 2].map(Bucket::new);
    for (bucket, order) in [(&rows, ""), (&whole, "\nORDER BY unique_id")] {
        bucket.raw(DAY, hard());
        for transform in &bucket.document.pipeline.transforms {
            let key = strata_state::Spec::sql_key(transform);
            let text = String::from_utf8(bucket.bytes(&key)).unwrap();
            bucket.put(&key, format!("{}{order}", text.trim_end()));
        }
        bucket.run_within(small(), Some(DAY));
    }
    same(&rows, &whole);
}

#[test]
fn tables_in_another_order_are_joined_all_the_same() {
    let [one, other] = ["b"; 2].map(Bucket::new);
    for bucket in [&one, &other] {
        bucket.raw(DAY, real());
        bucket.run_within(small(), Some(DAY));
    }
    // One table backwards, and one with a row less.
    let mut lines: Vec<String> = real().lines().skip(1).map(str::to_owned).collect();
    lines.reverse();
    other.raw(DAY, file(&lines));
    other.run("staging_dim_finance", Some(DAY)).unwrap();
    for name in ["payment_data", "non_pii_data", "pii_data"] {
        other.run(name, Some(DAY)).unwrap();
    }
    for table in ["payment_data", "non_pii_data", "pii_data"] {
        assert!(sorted(&one, table).equals_missing(&sorted(&other, table)), "{table}");
    }
    other.raw(DAY, file(&lines[1..]));
    other.run("staging_dim_finance", Some(DAY)).unwrap();
    other.run("payment_data", Some(DAY)).unwrap();
    assert_eq!(texts(&other.table("payment_data", DAY), "unique_id").len(), 188);
}

/// The table `name` rewritten by another program: in one row group, with another compression.
fn rewritten(bucket: &Bucket, name: &str, frame: &mut DataFrame) {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Zstd(None)).finish(frame).unwrap();
    let path = &bucket.document.pipeline.tables[name].path;
    bucket.put(&format!("{path}batch_date={DAY}/part-00000.parquet"), bytes);
}

#[test]
fn columns_that_a_join_only_passes_on_are_copied() {
    let bucket = Bucket::new("b");
    bucket.raw(DAY, real());
    bucket.run_all(Some(DAY));
    let before = bucket.table("pii_data", DAY);
    rewritten(&bucket, "dim_address", &mut bucket.table("dim_address", DAY));
    for table in ["pii_data", "non_pii_data", "technical_data"] {
        bucket.run(table, Some(DAY)).unwrap();
    }
    assert!(bucket.table("pii_data", DAY).equals_missing(&before));
    let compression = |table: &str, column: &str| {
        let path = &bucket.document.pipeline.tables[table].path;
        let bytes = bucket.bytes(&format!("{path}batch_date={DAY}/part-00000.parquet"));
        let mut reader = ParquetReader::new(std::io::Cursor::new(bytes));
        let about = reader.get_metadata().unwrap().clone();
        let mut chunks = about.row_groups[0].columns_under_root_iter(column).unwrap();
        format!("{:?}", chunks.next().unwrap().compression())
    };
    // Copied from the one table, copied from another, and made.
    for (table, column, wanted) in [
        ("pii_data", "address", "Zstd"),
        ("technical_data", "ip_address", "Zstd"),
        ("pii_data", "email", "Snappy"),
        ("non_pii_data", "mac_address", "Snappy"),
    ] {
        assert_eq!(compression(table, column), wanted, "{column} of {table}");
    }
}

#[test]
fn a_value_that_is_missing_is_seen_in_a_column_that_is_copied() {
    let bucket = Bucket::new("b");
    bucket.raw(DAY, real());
    bucket.run_all(Some(DAY));
    let mut frame = bucket.table("dim_address", DAY);
    let gap = texts(&frame, "address").into_iter().enumerate().map(|(row, text)| (row != 7).then_some(text));
    let gap: Vec<Option<String>> = gap.collect();
    frame.replace("address", Column::new("address".into(), gap)).unwrap();
    rewritten(&bucket, "dim_address", &mut frame);
    let error = bucket.run("pii_data", Some(DAY)).unwrap_err().to_string();
    assert!(error.contains("column `address` has no value in 1 of 189 rows"), "{error}");
}

#[test]
fn keys_that_are_there_twice_are_counted_over_all_pieces() {
    let bucket = Bucket::new("b");
    let rows: Vec<String> = (0..100).map(|number| row(&number.to_string(), &[])).collect();
    bucket.raw(DAY, file(&rows));
    bucket.put("sql/staging/dim_finance.sql", "SELECT SUBSTR(unique_id, 1, 1) AS unique_id, iban FROM raw");
    for limits in [small(), Limits::default()] {
        let spec = bucket.spec("staging_dim_finance");
        let error = strata_engine::run_within(limits, &spec, &bucket.store(), None, &mut |_| {}).unwrap_err();
        let wanted = "100 rows have only 10 different values of its key (unique_id); a join multiplies rows";
        assert!(error.to_string().ends_with(wanted), "{error}");
    }
    bucket.put("sql/staging/dim_finance.sql", "SELECT unique_id, NULLIF(iban, iban) AS iban FROM raw");
    let spec = bucket.spec("staging_dim_finance");
    let error = strata_engine::run_within(small(), &spec, &bucket.store(), None, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("column `iban` has no value in 100 of 100 rows"), "{error}");
    assert!(bucket.below("data/staging/").is_empty());
}

/// The transforms in a process of their own, for tests that limit or kill it: the test itself with this variable.
const CHILD: &str = "STRATA_TEST_TRANSFORM_IN";

#[test]
fn child_that_runs_the_transforms_of_a_folder() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let bucket = Bucket::new("b");
    let store = strata_engine::Folder(folder.into());
    let limits = Limits { chunk: 1 << 18, threads: 2, hashes: 1 << 12 };
    for name in bucket.names() {
        strata_engine::run_within(limits, &bucket.spec(&name), &store, Some(DAY.parse().unwrap()), &mut |_| {})
            .unwrap();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    println!("{peak}");
}

fn child(bucket: &Bucket) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["bounded::child_that_runs_the_transforms_of_a_folder", "--exact", "--nocapture"]);
    command.env(CHILD, bucket.folder()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Megabytes that the transforms took at most.
fn peak(bucket: &Bucket) -> u64 {
    let output = child(bucket).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let line = text.lines().find(|line| line.contains("VmHWM")).unwrap();
    line.split_whitespace().rev().nth(1).unwrap().parse::<u64>().unwrap() / 1000
}

fn generate(bucket: &Bucket, rows: &str) {
    // target/release/deps/<this test> -> target/release/datagen
    let program = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("datagen");
    bucket.raw(DAY, "");
    let to = bucket.path().join(format!("data/raw/raw_batch_data_{DAY}.csv"));
    let mut command = Command::new(program);
    command.args(["--rows", rows, "--seed", "1", "--date", DAY, "--quiet", "--to"]).arg(to).stdin(Stdio::null());
    assert!(command.output().unwrap().status.success());
}

#[test]
fn memory_does_not_grow_with_the_tables() {
    let [small, large] = ["b"; 2].map(Bucket::new);
    generate(&small, "30000");
    generate(&large, "240000");
    let (before, after) = (peak(&small), peak(&large));
    // 66 MB of raw rows, and no more memory than for 8 MB of them.
    assert!(after < before + 30, "{before} MB, then {after} MB");
    assert!(after < 110, "{after} MB");
    assert_eq!(large.table("pii_data", DAY).height(), 240_000);
}

#[test]
fn a_kill_leaves_the_old_day_and_the_next_run_no_unfinished_file() {
    let bucket = Bucket::new("b");
    bucket.raw(DAY, real());
    bucket.run_all(Some(DAY));
    let before = bucket.below("data/staging/");
    generate(&bucket, "240000");
    let unfinished = || {
        let names = std::fs::read_dir(bucket.folder()).unwrap().map(|entry| entry.unwrap());
        names.filter(|entry| entry.file_name() != "b" && entry.metadata().is_ok_and(|about| about.len() > 0)).count()
    };
    let mut running = child(&bucket).spawn().unwrap();
    eventually("a part of the first table", Duration::from_secs(60), || (unfinished() > 0).then_some(()));
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(unfinished(), 1);
    assert_eq!(bucket.below("data/staging/"), before);
    bucket.run("staging_dim_date", Some(DAY)).unwrap();
    assert_eq!(unfinished(), 0);
    assert_eq!(bucket.table("dim_date", DAY).height(), 240_000);
}
