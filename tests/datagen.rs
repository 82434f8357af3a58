//! `datagen` as a process: bytes, pipes, files, memory, mistakes.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use csv::StringRecord;
use strata_testkit::python;

fn datagen(arguments: &[&str]) -> Command {
    // target/release/deps/<this test> -> target/release/datagen
    let test = std::env::current_exe().unwrap();
    let program: PathBuf = test.ancestors().nth(2).unwrap().join("datagen");
    assert!(
        program.exists(),
        "{} is missing; build it first: cargo build --release -p strata-datagen",
        program.display()
    );
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    datagen(arguments).output().unwrap()
}

fn good(arguments: &[&str]) -> Vec<u8> {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "stderr is no terminal here, so nothing belongs on it");
    output.stdout
}

/// Exit code 2, nothing on stdout, and these words.
fn refused(arguments: &[&str], words: &[&str]) {
    let output = run(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert!(output.stdout.is_empty());
    assert!(stderr.starts_with("datagen: "), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "{stderr} does not say {word}");
    }
}

fn rows(csv: &[u8]) -> Vec<StringRecord> {
    csv::Reader::from_reader(csv).into_records().map(Result::unwrap).collect()
}

const DAY: [&str; 4] = ["--seed", "7", "--date", "2024-09-15"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&DAY[..], more].concat()
}

#[test]
fn d24_same_seed_and_date_make_the_same_bytes() {
    let first = good(&with(&["--rows", "5000"]));
    assert_eq!(first, good(&with(&["--rows", "5000"])));
    for threads in ["1", "2", "4"] {
        let arguments = [&["generate", "--rows", "5000", "--threads", threads], &DAY[..]].concat();
        assert_eq!(first, good(&arguments), "{threads} threads");
    }
    assert_ne!(first, good(&["--seed", "7", "--date", "2024-09-16", "--rows", "5000"]));
}

#[test]
fn d11_the_first_load_is_a_parameter() {
    for date in ["2019-03-01", "2024-09-14", "2031-12-31"] {
        let csv = good(&["--history", "--rows", "100372", "--date", date]);
        let rows = rows(&csv);
        assert_eq!(rows.len(), 100_372);
        let days: BTreeSet<&str> = rows.iter().map(|row| &row[10][..10]).collect();
        // Each day of the year before, and neither the day itself nor an older one.
        let year_before = format!("{}{}", date[..4].parse::<u32>().unwrap() - 1, &date[4..]);
        assert_eq!(days.first(), Some(&year_before.as_str()));
        assert!(days.iter().all(|day| *day < date));
        assert!((365..=366).contains(&days.len()), "{} days", days.len());
    }
}

#[test]
fn d27_name_user_name_and_email_are_one_person() {
    let mut with_diacritics = 0;
    for row in rows(&good(&with(&["--rows", "5000"]))) {
        let user_name = row[0].to_lowercase().replace(' ', "");
        assert_eq!(row[1], user_name);
        assert_eq!(row[2].split('@').next(), Some(user_name.as_str()));
        with_diacritics += usize::from(!row[1].is_ascii());
    }
    assert!(with_diacritics > 500, "the file has to exercise diacritics; only {with_diacritics} rows have them");
}

#[test]
fn addresses_are_quoted_and_nothing_else_is() {
    let csv = String::from_utf8(good(&with(&["--rows", "2000"]))).unwrap();
    assert!(!csv.contains('\r') && csv.ends_with('\n'));
    for line in csv.lines().skip(1) {
        let parts: Vec<&str> = line.split('"').collect();
        assert_eq!(parts.len(), 3, "{line}");
        assert_eq!(parts[0].matches(',').count(), 5, "the address is the sixth column: {line}");
        assert_eq!(parts[1].matches(", ").count(), 2, "{line}");
    }
}

#[test]
fn the_columns_are_those_of_the_pipeline() {
    let wish = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines/driven-data/pipeline.json")).unwrap();
    let wish: serde_json::Value = serde_json::from_str(&wish).unwrap();
    let columns = wish["pipeline"]["tables"]["raw"]["columns"].as_array().unwrap();
    let names: Vec<&str> = columns.iter().map(|column| column.as_str().unwrap().split(' ').next().unwrap()).collect();
    assert_eq!(String::from_utf8(good(&with(&["--rows", "0"]))).unwrap(), names.join(",") + "\n");
}

#[test]
fn a_file_appears_whole_beside_and_replaces_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("day.csv");
    fs::write(&file, "old").unwrap();
    let path = file.to_str().unwrap();
    assert!(good(&with(&["--rows", "3000", "--to", path])).is_empty());
    assert_eq!(fs::read(&file).unwrap(), good(&with(&["--rows", "3000", "--to", "-"])));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no temporary file stays");
}

#[test]
fn parquet_has_the_rows_of_the_csv_in_their_types() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (csv, parquet) = (path("day.csv"), path("day.parquet"));
    // More than one row group; the name says what it is.
    good(&with(&["--rows", "70000", "--history", "--to", &csv]));
    good(&with(&["--rows", "70000", "--history", "--to", &parquet]));
    fs::write(path("piped"), good(&with(&["--rows", "70000", "--history", "--format", "parquet"]))).unwrap();
    assert_eq!(fs::read(path("piped")).unwrap(), fs::read(&parquet).unwrap());
    good(&with(&["--rows", "0", "--to", &path("none.parquet")]));

    let script = r#"
import sys, duckdb
csv, parquet, none = sys.argv[1:]
duckdb.sql("CREATE TABLE c AS SELECT * FROM read_csv('%s', all_varchar = true)" % csv)
duckdb.sql("CREATE VIEW p AS SELECT * FROM '%s'" % parquet)
kinds = {name: kind for name, kind, *_ in duckdb.sql("DESCRIBE p").fetchall()}
kept = ", ".join("CAST(%s AS %s) AS %s" % (name, kind, name) for name, kind in kinds.items())
print(duckdb.sql("SELECT count(*) FROM ((SELECT %s FROM c) EXCEPT ALL SELECT * FROM p)" % kept).fetchone()[0])
print(duckdb.sql("SELECT count(*) FROM p").fetchone()[0], duckdb.sql("SELECT count(*) FROM '%s'" % none).fetchone()[0])
print(" ".join(kinds.values()))
"#;
    let words = ["-c", script, &csv, &parquet, &path("none.parquet")];
    let output = Command::new(python()).args(words).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let texts = |count| vec!["VARCHAR"; count].join(" ");
    let (before, after, ints) = (texts(4), texts(5), ["INTEGER"; 4].join(" "));
    assert_eq!(said, format!("0\n70000 0\n{before} DATE {after} TIMESTAMP {ints} VARCHAR\n"));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    for format in ["csv", "parquet"] {
        let mut command = datagen(&["--rows", "100000000", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut beginning = [0; 1000];
        child.stdout.take().unwrap().read_exact(&mut beginning).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn memory_does_not_grow_with_rows() {
    let peak_kb = |rows: &str, format: &str| {
        let mut child = datagen(&["--rows", rows, "--format", format]).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut buffer = vec![0; 1 << 20];
        let mut peak = 0;
        let mut bytes = 0;
        loop {
            let read = stdout.read(&mut buffer).unwrap();
            if read == 0 {
                break;
            }
            // The high-water mark only rises, so that a look every 64 MB, and one early on, are enough.
            if bytes == 0 || bytes >> 26 != (bytes + read) >> 26 {
                let text = fs::read_to_string(&status).unwrap_or_default();
                let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
                peak = peak.max(mark.trim().trim_end_matches(" kB").parse::<u64>().unwrap());
            }
            bytes += read;
        }
        assert!(child.wait().unwrap().success());
        assert!(bytes > 100_000_000, "{bytes}");
        peak
    };
    let peak = peak_kb("2000000", "csv");
    assert!((1..40_000).contains(&peak), "{peak} kB");
    // Row groups of 10 MB: each thread has one, and makes the next one in the same memory.
    let (some, many) = (peak_kb("1000000", "parquet"), peak_kb("4000000", "parquet"));
    assert!(many < 200_000 && many < some * 6 / 5, "{some} kB, {many} kB");
}

#[test]
fn mistakes_are_said_clearly_and_touch_nothing() {
    refused(&["--locale", "xx_YY"], &["`xx_YY` is not known", "en_US, ro_RO"]);
    refused(&["--date", "2024-02-30"], &["2024-02-30", "--date"]);
    refused(&["--date", "1850-01-01"], &["1915-01-01 to 2099-12-31"]);
    refused(&["--rows", "-1"], &["-1"]);
    refused(&["--threads", "0"], &["--threads"]);
    refused(&["--format", "xml"], &["xml", "csv, parquet"]);
    refused(&["--rwos", "1"], &["--rwos", "--rows"]);
    refused(&["--rows", "1", "--to", "/nonexistent/day.csv"], &["opening /nonexistent/day.csv", "No such file"]);
    let folder = tempfile::tempdir().unwrap();
    refused(&["--to", folder.path().to_str().unwrap()], &["is a directory"]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}
