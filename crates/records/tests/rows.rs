//! The rows as data, read back by an independent CSV reader: ranges, agreements between columns, distributions.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use csv::StringRecord;
use proptest::prelude::*;
use strata_records::{COLUMNS, Generator, Options};

const DOMAINS: [&str; 7] = ["gmail.com", "email.ro", "kappa.ro", "acasa.ro", "zzup.ro", "141.ro", "post.ro"];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rows(options: Options) -> Vec<StringRecord> {
    let mut out = Vec::new();
    Generator::new(options).unwrap().write(&mut out).unwrap();
    let mut reader = csv::Reader::from_reader(&out[..]);
    assert_eq!(reader.headers().unwrap(), &StringRecord::from(COLUMNS.to_vec()));
    reader.records().map(Result::unwrap).collect()
}

fn column<'a>(row: &'a StringRecord, name: &str) -> &'a str {
    &row[COLUMNS.iter().position(|column| *column == name).unwrap()]
}

fn daily(rows: u64) -> Options {
    Options { rows, seed: 1, date: day("2024-09-15"), ..Options::default() }
}

/// The shape of a text: a for letters, 9 for digits, the rest as it is.
fn shape(text: &str) -> String {
    let letter = |c: char| {
        if c.is_alphabetic() {
            'a'
        } else if c.is_ascii_digit() {
            '9'
        } else {
            c
        }
    };
    text.chars().map(letter).collect()
}

fn count<'a>(values: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    values.into_iter().fold(BTreeMap::new(), |mut counts, value| {
        *counts.entry(value).or_default() += 1;
        counts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_row_is_right_for_any_seed_and_date(seed: u64, offset in 0..67_000_u64, history: bool) {
        let date = day("1915-01-01") + chrono::Days::new(offset);
        for row in rows(Options { rows: 200, seed, date, history, ..Options::default() }) {
            prop_assert_eq!(row.len(), 16);
            let birth = day(column(&row, "birth_date"));
            let cnp = column(&row, "personal_number");
            prop_assert_eq!(&cnp[1..7], birth.format("%y%m%d").to_string());
            let weights = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9];
            let digits: Vec<u32> = cnp.chars().map(|c| c.to_digit(10).unwrap()).collect();
            let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
            prop_assert_eq!(digits[12], if sum % 11 == 10 { 1 } else { sum % 11 });
            prop_assert!(birth < date && birth >= date - chrono::Months::new(115 * 12));

            let accessed = NaiveDateTime::parse_from_str(column(&row, "accessed_at"), "%Y-%m-%d %H:%M:%S").unwrap();
            let first = if history { date - chrono::Months::new(12) } else { date - chrono::Days::new(1) };
            prop_assert!(accessed >= first.into() && accessed < date.into());

            let iban = column(&row, "iban");
            let rest = iban[4..].chars().chain(iban[..4].chars()).fold(0_u64, |rest, c| {
                let value = u64::from(c.to_digit(36).unwrap());
                (rest * if value > 9 { 100 } else { 10 } + value) % 97
            });
            prop_assert_eq!((rest, shape(iban)), (1, "aa99aaaa9999999999999999".to_owned()));
            prop_assert_eq!(shape(column(&row, "phone")), "9999 999 999");
            prop_assert!(column(&row, "phone").starts_with('0'));

            for (name, highest) in [
                ("session_duration", 36_000),
                ("download_speed", 1_000),
                ("upload_speed", 800),
                ("consumed_traffic", 2_000_000),
            ] {
                let value: u64 = column(&row, name).parse().unwrap();
                prop_assert!(value <= highest && column(&row, name) == value.to_string());
            }
        }
    }
}

#[test]
fn another_csv_writer_quotes_the_same_fields() {
    for locale in strata_records::known_locales() {
        let mut ours = Vec::new();
        Generator::new(Options { locale: locale.to_owned(), ..daily(5000) }).unwrap().write(&mut ours).unwrap();
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Necessary).from_writer(Vec::new());
        for row in csv::ReaderBuilder::new().has_headers(false).from_reader(&ours[..]).into_records() {
            writer.write_record(&row.unwrap()).unwrap();
        }
        assert!(writer.into_inner().unwrap() == ours, "{locale}");
    }
}

#[test]
fn a_daily_file_has_one_moment_of_the_day_before() {
    let rows = rows(daily(3000));
    let moments: BTreeSet<&str> = rows.iter().map(|row| column(row, "accessed_at")).collect();
    assert_eq!(moments.len(), 1);
    assert!(moments.first().unwrap().starts_with("2024-09-14 "));
}

#[test]
fn ids_are_unique_and_of_version_4() {
    let rows = rows(daily(50_000));
    let ids: BTreeSet<&str> = rows.iter().map(|row| column(row, "unique_id")).collect();
    assert_eq!(ids.len(), 50_000);
    for id in ids {
        assert_eq!(id.len(), 36);
        assert!(id.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f' | b'-')), "{id}");
        let parts: Vec<&str> = id.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
        assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
    }
}

#[test]
fn both_ends_of_the_measures_are_reached() {
    let rows = rows(daily(50_000));
    for (name, highest) in [("download_speed", 1_000), ("upload_speed", 800)] {
        let values: BTreeSet<u64> = rows.iter().map(|row| column(row, name).parse().unwrap()).collect();
        assert_eq!(
            (values.first(), values.last(), values.len() as u64),
            (Some(&0), Some(&highest), highest + 1),
            "{name}"
        );
    }
}

#[test]
fn sex_of_the_number_is_that_of_the_first_name() {
    let women: BTreeSet<&str> = include_str!("../src/data/ro_RO/first_names_female.txt").lines().collect();
    for row in rows(daily(5000)) {
        let first = column(&row, "person_name").split(' ').next().unwrap().to_owned();
        let female = column(&row, "personal_number").starts_with(['2', '4', '6', '8']);
        assert_eq!(women.contains(first.as_str()), female, "{row:?}");
    }
}

#[test]
fn shares_are_those_of_the_courses_file() {
    const ROWS: usize = 20_000;
    let rows = rows(daily(ROWS as u64));
    let share = |found: usize| found as f64 / ROWS as f64;

    let domains = count(rows.iter().map(|row| column(row, "email").split('@').nth(1).unwrap()));
    assert_eq!(domains.keys().copied().collect::<BTreeSet<_>>(), BTreeSet::from(DOMAINS));
    assert!(domains.values().all(|&found| (0.13..0.156).contains(&share(found))), "{domains:?}");

    let addresses: Vec<&str> = rows.iter().map(|row| column(row, "address")).collect();
    let prefixes = count(addresses.iter().map(|address| address.split(' ').next().unwrap()));
    assert_eq!(prefixes.len(), 6);
    assert!(prefixes.values().all(|&found| (0.15..0.184).contains(&share(found))), "{prefixes:?}");
    for (part, third) in [(" Nr. ", 2.0 / 3.0), (" Bl. ", 1.0 / 3.0), ("  Sc. ", 1.0 / 3.0), (" Ap. ", 1.0 / 3.0)] {
        let found = share(addresses.iter().filter(|address| address.contains(part)).count());
        assert!((found - third).abs() < 0.02, "{part}: {found}");
    }
    for address in addresses {
        let parts: Vec<&str> = address.split(", ").collect();
        assert_eq!((parts.len(), shape(parts[2]).as_str()), (3, "999999"), "{address}");
        assert!(address.len() <= 100, "{address}");
    }

    // 31 of the 189 e-mail addresses there.
    let diacritics = share(rows.iter().filter(|row| !column(row, "email").is_ascii()).count());
    assert!((0.10..0.25).contains(&diacritics), "{diacritics}");
    let women =
        share(rows.iter().filter(|row| column(row, "personal_number").starts_with(['2', '4', '6', '8'])).count());
    assert!((0.55..0.595).contains(&women), "{women}");
}

#[test]
fn american_rows_have_american_shapes() {
    for row in rows(Options { locale: "en_US".to_owned(), ..daily(2000) }) {
        assert_eq!(shape(column(&row, "personal_number")), "999-99-9999");
        assert_eq!(shape(column(&row, "phone")), "(999) 999-9999");
        assert_eq!(shape(column(&row, "iban")), "aa99aaaa99999999999999");
        assert_eq!(column(&row, "address").split(", ").count(), 3);
        assert!(column(&row, "email").is_ascii());
    }
}
