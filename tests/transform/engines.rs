//! The same transforms elsewhere: an oracle of its own, and Spark.

use crate::bucket::{Bucket, HEADER, file, real, root, row};
use std::path::PathBuf;
use std::process::Command;
use strata_engine::Limits;
use strata_state::Spec;
use strata_testkit::{bin, python};

/// Run a command; its stdout. A failure shows all that it said.
pub(crate) fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} failed:\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn script(name: &str) -> PathBuf {
    root().join("tests/transform").join(name)
}

fn oracle(bucket: &Bucket) {
    let raw = root().join("tests/fixtures/batch_2024-09-15.csv");
    let said = succeed(Command::new(python()).arg(script("oracle.py")).arg(raw).arg(bucket.path()).arg("2024-09-15"));
    assert_eq!(said.lines().count(), 9, "{said}");
    let payment = said.lines().find(|line| line.starts_with("payment_data:")).unwrap();
    assert!(payment.ends_with(" 137058.91"), "{payment}");
}

/// What Spark answers to each of these specs, `URL@DAY`, in its bucket: nothing, or the sentence with which it refuses.
pub(crate) fn on_spark(cases: &[(&Bucket, String)]) -> Vec<serde_json::Value> {
    let mut command = Command::new(python());
    command.arg(script("engines.py")).arg(cases[0].0.folder());
    for (bucket, url) in cases {
        command.arg(format!("root={}", bucket.folder().display())).arg(url);
    }
    let said = succeed(&mut command);
    let answers = said.lines().filter_map(|line| line.strip_prefix("ANSWER "));
    let answers: Vec<serde_json::Value> = answers.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), cases.len(), "{said}");
    answers.into_iter().map(|answer| answer["error"].clone()).collect()
}

/// Run all transforms in `bucket` on Spark, and return what each one answered.
pub(crate) fn run_on_spark(bucket: &Bucket, date: Option<&str>) -> String {
    let transforms = &bucket.document.pipeline.transforms;
    let specs = transforms.iter().map(|transform| bucket.url(&Spec::key(transform)));
    let specs = specs.map(|spec| date.map_or(spec.clone(), |date| format!("{spec}@{date}")));
    // The machine's zone is another one than UTC and than Spark's.
    let mut command = Command::new(python());
    command.env("TZ", "Asia/Kolkata").arg(script("engines.py"));
    succeed(command.arg(bucket.folder()).args(specs))
}

#[test]
fn the_189_real_rows_give_what_an_oracle_of_its_own_computes() {
    let bucket = Bucket::new("b");
    bucket.raw("2024-09-15", real());
    bucket.run_all(Some("2024-09-15"));
    oracle(&bucket);
}

/// All that is hard to read or to compute, as two more days besides the real one.
fn fill(bucket: &Bucket) {
    bucket.raw("2024-09-15", real());
    bucket.raw("2024-09-16", hard());
    bucket.raw("2024-09-17", format!("{HEADER}\n"));
    for (date, rows, seed) in [("2024-09-18", "1", "1"), ("2024-09-19", "1000", "2"), ("2024-09-20", "20000", "3")] {
        bucket.raw(date, generated(date, rows, seed));
    }
}

/// A day that datagen makes.
fn generated(date: &str, rows: &str, seed: &str) -> String {
    succeed(Command::new(bin("datagen")).args(["generate", "--date", date, "--rows", rows, "--seed", seed]))
}

#[test]
fn every_transform_gives_the_same_on_both_engines() {
    assert!(
        Command::new("java").arg("-version").output().is_ok_and(|output| output.status.success()),
        "Spark needs a Java runtime, 8, 11 or 17: install one (Debian: apt-get install default-jre-headless)"
    );
    let buckets = ["native", "spark"].map(|engine| (engine, Bucket::new("b")));
    for (engine, bucket) in &buckets {
        fill(bucket);
        if *engine == "native" {
            bucket.run_all(None);
            continue;
        }
        let said = run_on_spark(bucket, None);
        let right =
            said.lines().filter(|line| line.starts_with("ANSWER") && line.ends_with("\"error\": null}")).count();
        assert_eq!(right, 9, "{said}");
        oracle(bucket);
    }
    let paths = buckets.iter().map(|(_, bucket)| bucket.path());
    let said = succeed(Command::new(python()).arg(script("same.py")).args(paths));
    // Nine tables of six days, and the rows rejected by five staging transforms on one day.
    assert_eq!(said.lines().count(), 9 * 6 + 5, "{said}");
    assert!(said.contains("data/trusted/pii_data/batch_date=2024-09-20: 20000 rows"), "{said}");
}

#[test]
fn blocks_of_a_raw_file_are_what_one_reader_reads() {
    let said = succeed(Command::new(python()).arg(script("blocks.py")).args(["300", "1"]));
    assert!(said.starts_with("2100 files cut"), "{said}");
}

#[test]
fn engines_refuse_with_the_same_sentence() {
    let cases = [
        ("2024-09-15", String::new()),
        ("2024-09-15", real().replace("iban", "ibann")),
        ("2024-09-15", real().replacen(",unique_id", ",unique_id,more", 1)),
        ("2024-09-15", file(&[row("a", &[("upload_speed", "fast")])])),
        ("2024-09-16", real()),
        ("undated", real()),
    ];
    let buckets = cases.map(|(date, text)| {
        let bucket = Bucket::new("b");
        bucket.raw(date, text);
        bucket
    });
    let url = |bucket: &Bucket| format!("{}@2024-09-15", bucket.url("scripts/transforms/staging_dim_date.json"));
    let asked: Vec<_> = buckets.iter().map(|bucket| (bucket, url(bucket))).collect();
    for (bucket, theirs) in buckets.iter().zip(on_spark(&asked)) {
        let ours = bucket.run("staging_dim_date", Some("2024-09-15")).unwrap_err().to_string();
        // A hint at the nearest name may follow in ours.
        let head = |text: &str| text.split(';').next().unwrap().to_owned();
        assert_eq!(head(&ours), head(theirs.as_str().unwrap()));
    }
}

#[test]
fn d09_no_bucket_is_named_in_the_script() {
    let [one, other] = ["one-bucket", "another-bucket"].map(Bucket::new);
    for bucket in [&one, &other] {
        bucket.raw("2024-09-15", real());
        bucket.run_all(Some("2024-09-15"));
        oracle(bucket);
    }
}

#[test]
fn d19_a_job_keeps_no_memory_that_could_be_wrong() {
    for script in ["strata_transform.py", "run_transform.py"] {
        let text = std::fs::read_to_string(root().join("scripts/glue").join(script)).unwrap();
        assert!(!text.contains("bookmark") && !text.contains(".commit(") && !text.contains("awsglue"), "{script}");
    }
    // A second run of a day does all of it again, to the same result.
    let bucket = Bucket::new("b");
    bucket.raw("2024-09-15", real());
    bucket.run_all(Some("2024-09-15"));
    let first = bucket.below("data/");
    bucket.run_all(Some("2024-09-15"));
    assert_eq!(bucket.below("data/"), first);
}

/// The five staging transforms read one raw file: in one scan of it they make what they make one after another.
#[test]
fn one_scan_makes_what_five_do() {
    let [alone, together] = [Bucket::new("b"), Bucket::new("b")];
    let names: Vec<String> = alone.names().into_iter().filter(|name| name.starts_with("staging_")).collect();
    assert_eq!(names.len(), 5);
    fill(&alone);
    fill(&together);
    let mut hashes = Vec::new();
    for name in &names {
        let report = alone.run(name, None).unwrap();
        hashes.push(report.slices.into_iter().map(|slice| slice.sha256).collect::<Vec<_>>());
    }
    let specs: Vec<Spec> = names.iter().map(|name| together.spec(name)).collect();
    let mut said = Vec::new();
    let log = &mut |line: &str| said.push(line.to_owned());
    let reports = strata_engine::run_together(Limits::default(), &specs, &together.store(), None, log).unwrap();
    let theirs: Vec<Vec<String>> =
        reports.into_iter().map(|report| report.slices.into_iter().map(|slice| slice.sha256).collect()).collect();
    assert_eq!(theirs, hashes);
    assert_eq!(together.below("data/"), alone.below("data/"));
    assert!(
        said.iter().any(|line| line.ends_with("staging_dim_date 2024-09-15: read 189 of raw; wrote 189 rows")),
        "{said:?}"
    );
}

/// A file with all that is hard: a byte order mark, CRLF, another order, quotes, letters, duplicates, broken rows.
pub(crate) fn hard() -> String {
    let mut rows = vec![
        row("comma", &[("address", "\"Nr. 1, \"\"Casa, Mare\"\"\nBucuresti, 1\""), ("person_name", "\"Pop, Ana\"")]),
        row("letters", &[("user_name", "ștefănescu"), ("email", "ștefănescu@poștă.ro"), ("person_name", "Ștefănescu")]),
        row("wide", &[("user_name", "李小龍李小龍李小龍"), ("email", "😀😀😀😀😀😀😀😀@x.ro"), ("iban", "ÅÅÅÅÅÅÅÅ")]),
        row("combined", &[("user_name", "s\u{326}tefa\u{306}nescu"), ("email", "e\u{301}@b.ro")]),
        row("short", &[("user_name", "ana"), ("email", "a@b.c"), ("ip_address", "1.2.3.4"), ("iban", "R")]),
        row("loose", &[("person_name", "Ana \"Anca\" Pop"), ("phone", " 07 ")]),
        row("half", &[("consumed_traffic", "1"), ("session_duration", "199"), ("download_speed", "0")]),
        row("halves", &[("consumed_traffic", "3"), ("session_duration", "399"), ("upload_speed", "0")]),
        row(
            "zero",
            &[("consumed_traffic", "0"), ("session_duration", "0"), ("download_speed", "50"), ("upload_speed", "30")],
        ),
        row(
            "most",
            &[("consumed_traffic", "2147483647"), ("session_duration", "2147483647"), ("download_speed", "2147483647")],
        ),
        row("most2", &[("consumed_traffic", "2147483647"), ("session_duration", "0"), ("upload_speed", "2147483647")]),
        row("fraction", &[("accessed_at", "2024-02-29 23:59:59.1234"), ("birth_date", "0001-01-01")]),
        row("leading", &[("download_speed", "007"), ("upload_speed", "-0")]),
        row("quoted", &[("download_speed", "\"12\"")]),
        String::new(),
        row("copy", &[]),
        row("copy", &[]),
        row("other", &[("download_speed", "1")]),
        row("other", &[("download_speed", "2")]),
        row("number", &[("session_duration", "31.5")]),
        row("plus", &[("session_duration", "+31")]),
        row("space", &[("session_duration", " 31")]),
        row("large", &[("session_duration", "2147483648")]),
        row("date", &[("birth_date", "1961-02-30")]),
        row("time", &[("accessed_at", "2024-09-14T12:04:17")]),
        row("time2", &[("accessed_at", "2024-09-14 24:00:00")]),
        row("empty", &[("email", "")]),
        row("few,fields,more", &[]),
        "only,three,fields".to_owned(),
        row("after", &[("address", "\"Nr. 1\" x")]),
        row("return", &[("phone", "07\r86")]),
        row("last", &[]),
        "\"never closed,a,b".to_owned(),
    ];
    for index in 0..60 {
        let (session, traffic) = (index * 7919 % 36000, (index * 104_729) % 2_000_000);
        let change = [("session_duration", session.to_string()), ("consumed_traffic", traffic.to_string())];
        rows.push(row(&format!("more{index}"), &change.each_ref().map(|(name, value)| (*name, value.as_str()))));
    }
    format!("\u{feff}{}", file(&rows).replace('\n', "\r\n"))
}
