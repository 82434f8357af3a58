//! The file as bytes: repeatable, the same at any number of threads, as many rows as asked.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io;
use std::mem::take;
use std::num::NonZeroUsize;

use chrono::{DateTime, NaiveDate};
use sha2::{Digest, Sha256};
use strata_records::{COLUMNS, Columns, Error, Generator, KINDS, Kind, Options, Stats};

fn options(rows: u64) -> Options {
    Options { rows, seed: 1, date: "2024-09-15".parse().unwrap(), ..Options::default() }
}

fn csv(options: Options) -> Vec<u8> {
    let mut out = Vec::new();
    let stats = Generator::new(options.clone()).unwrap().write(&mut out).unwrap();
    assert_eq!(stats, Stats { rows: options.rows, bytes: out.len() as u64 });
    out
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// To change these hashes is to change the data of all users: say so in the changelog.
#[test]
fn the_bytes_are_those_of_yesterday() {
    let daily = options(10_000);
    let history = Options { history: true, ..options(10_000) };
    let american = Options { locale: "en_US".to_owned(), ..options(10_000) };
    assert_eq!(
        [daily, history, american].map(|options| sha256(&csv(options))),
        [
            "205a15fbe1456597ce53b7f25d1e7986c8addb05a7905ad8dde123f418657337",
            "f22d9d2bc3e6dd1059cf3a429b6f48c108074917853c112755717c55c77b7de6",
            "4f9414b236019095751ad6d05a99c62370d5a7ff53872c36d5ad52bea94d2cee"
        ]
    );
}

#[test]
fn any_number_of_threads_makes_the_same_bytes() {
    // 1024 and 2048 are exact numbers of blocks, 7777 ends in the middle of one.
    for rows in [0, 1, 1023, 1024, 1025, 2048, 7777] {
        let with = |threads| csv(Options { threads: NonZeroUsize::new(threads), ..options(rows) });
        let alone = with(1);
        for threads in [2, 3, 4, 64] {
            assert_eq!(with(threads), alone, "{rows} rows, {threads} threads");
        }
        assert_eq!(alone.iter().filter(|&&byte| byte == b'\n').count() as u64, rows + 1);
    }
}

#[test]
fn a_slow_writer_gets_the_same_bytes() {
    struct Slow(Vec<u8>);
    impl io::Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            std::thread::sleep(std::time::Duration::from_millis(1));
            let taken = bytes.len().min(60_000);
            self.0.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let alone = csv(Options { threads: NonZeroUsize::new(1), ..options(30_000) });
    for threads in [1, 2, 5] {
        let options = Options { threads: NonZeroUsize::new(threads), ..options(30_000) };
        let mut slow = Slow(Vec::new());
        Generator::new(options).unwrap().write(&mut slow).unwrap();
        assert!(slow.0 == alone, "{threads} threads");
    }
}

/// A value of a column as the text that the CSV has, and what follows it.
fn text(kind: Kind, bytes: &[u8]) -> (String, &[u8]) {
    let number = |width: usize| bytes[..width].iter().rev().fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
    match kind {
        Kind::Text => {
            let end = 4 + usize::try_from(number(4)).unwrap();
            (str::from_utf8(&bytes[4..end]).unwrap().to_owned(), &bytes[end..])
        }
        Kind::Int => (number(4).to_string(), &bytes[4..]),
        Kind::Date => {
            let days = i32::from_le_bytes(bytes[..4].try_into().unwrap());
            (NaiveDate::from_epoch_days(days).unwrap().to_string(), &bytes[4..])
        }
        Kind::Timestamp => (DateTime::from_timestamp_micros(number(8)).unwrap().naive_utc().to_string(), &bytes[8..]),
    }
}

#[test]
fn columns_hold_what_the_lines_hold() {
    for (rows, history, locale) in
        [(0, false, "ro_RO"), (1, true, "en_US"), (70_000, false, "ro_RO"), (40_000, true, "ro_RO")]
    {
        let options = Options { history, locale: locale.to_owned(), ..options(rows) };
        let lines = csv(options.clone());
        let mut lines = csv::Reader::from_reader(&lines[..]).into_records();
        for threads in [1, 3] {
            let options = Options { threads: NonZeroUsize::new(threads), ..options.clone() };
            let mut pieces: Vec<Columns> = Vec::new();
            let take = |piece: &mut Columns| {
                pieces.push(take(piece));
                Ok(())
            };
            Generator::new(options).unwrap().columns(take).unwrap();
            assert_eq!(pieces.iter().map(|piece| piece.rows).sum::<u64>(), rows);
            if threads > 1 {
                continue;
            }
            for piece in &pieces {
                let mut rest: Vec<&[u8]> = piece.values.iter().map(Vec::as_slice).collect();
                for _ in 0..piece.rows {
                    let line = lines.next().unwrap().unwrap();
                    for ((rest, kind), field) in rest.iter_mut().zip(KINDS).zip(&line) {
                        let (found, after) = text(kind, rest);
                        assert_eq!(found, field);
                        *rest = after;
                    }
                }
                assert!(rest.iter().all(|rest| rest.is_empty()));
            }
        }
        assert!(lines.next().is_none());
    }
}

#[test]
fn seed_date_locale_and_mode_each_make_another_file() {
    let files = [
        options(5),
        Options { seed: 2, ..options(5) },
        Options { date: "2024-09-16".parse().unwrap(), ..options(5) },
        Options { history: true, ..options(5) },
        Options { locale: "en_US".to_owned(), ..options(5) },
    ]
    .map(csv);
    for (index, file) in files.iter().enumerate() {
        assert!(files[..index].iter().all(|other| other != file), "file {index}");
    }
}

#[test]
fn fewer_rows_are_the_beginning_of_more_rows() {
    let many = csv(options(3000));
    assert!(many.starts_with(&csv(options(2500))));
}

#[test]
fn no_rows_make_the_header_alone() {
    assert_eq!(csv(options(0)), format!("{}\n", COLUMNS.join(",")).into_bytes());
}

#[test]
fn a_writer_that_refuses_ends_the_work() {
    struct Full(usize);
    impl io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    // So many rows that finishing them would take hours.
    let error = Generator::new(options(u64::MAX / 4)).unwrap().write(&mut Full(1_000_000)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

#[test]
fn a_date_that_personal_numbers_cannot_say_is_refused() {
    for (date, good) in [("1914-12-31", false), ("1915-01-01", true), ("2099-12-31", true), ("2100-01-01", false)] {
        let made = Generator::new(Options { date: date.parse().unwrap(), ..options(1) });
        assert_eq!(made.is_ok(), good, "{date}");
        if let Err(error) = made {
            assert_eq!(error, Error::DateOutOfRange(date.parse().unwrap()));
        }
    }
}
