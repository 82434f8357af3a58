//! Checks a person's CSV against the declared columns before anything is uploaded. The rules are those of the
//! transforms, so that what passes here is not set aside there. Column order counts, too: the catalog's CSV reader goes
//! by position.

use crate::strict::Strict;
use chrono::NaiveDate;
use csv::{ByteRecord, ReaderBuilder};
use std::fs::File;
use std::path::Path;
use strata_aws::Error;
use strata_state::wish::{Column, Type};

/// A person wants to see the first few, and how many more there are.
const SHOWN: usize = 5;

/// The number of rows, if the file can be used.
pub(crate) fn check(path: &Path, table: &str, columns: &[Column], allow_bad_rows: bool) -> Result<u64, Error> {
    let wrong = |message: String| Error::usage(format!("checking {} against table {table}", path.display()), message);
    let file = Strict::new(File::open(path).map_err(|error| wrong(error.to_string()))?);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
    let names = reader.byte_headers().map_err(|error| wrong(error.to_string()))?;
    header(names, columns).map_err(wrong)?;
    let (mut rows, mut bad, mut shown) = (0, 0, Vec::new());
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| wrong(error.to_string()))? {
        rows += 1;
        let line = record.position().map_or(0, csv::Position::line);
        if let Some(problem) = row(&record, columns) {
            bad += 1;
            if shown.len() < SHOWN {
                shown.push(format!("line {line}, {problem}"));
            }
        }
    }
    if rows == 0 {
        return Err(wrong("it has no rows".into()));
    }
    if let Some((line, problem)) = reader.get_ref().found().filter(|_| bad == 0 && !allow_bad_rows) {
        return Err(wrong(format!("line {line}: {problem}")));
    }
    if bad == 0 || allow_bad_rows {
        return Ok(rows);
    }
    let more = if bad > shown.len() { format!("; and {} more", bad - shown.len()) } else { String::new() };
    let message = format!("{bad} of {rows} rows do not fit: {}{more}", shown.join("; "));
    Err(wrong(message)
        .advise("correct them, or say --allow-bad-rows, and the transforms set them aside with the reason"))
}

fn header(names: &ByteRecord, columns: &[Column]) -> Result<(), String> {
    let names: Vec<String> = names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    if names.iter().all(String::is_empty) {
        return Err("it is empty; its first line has to name the columns".into());
    }
    let list = |names: Vec<&str>| names.join(", ");
    let missing: Vec<&str> =
        columns.iter().map(|c| c.name.as_str()).filter(|name| !names.iter().any(|n| n == name)).collect();
    let extra: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| !columns.iter().any(|c| c.name == *name)).collect();
    match (missing.is_empty(), extra.is_empty()) {
        (false, true) => Err(format!("missing columns: {}", list(missing))),
        (true, false) => Err(format!("columns that the table does not have: {}", list(extra))),
        (false, false) => {
            Err(format!("missing columns: {}; columns that the table does not have: {}", list(missing), list(extra)))
        }
        (true, true) if names.len() != columns.len() => Err("a column is there twice".into()),
        (true, true) => match names.iter().zip(columns).position(|(name, column)| *name != column.name) {
            None => Ok(()),
            Some(at) => {
                let order = list(columns.iter().map(|column| column.name.as_str()).collect());
                Err(format!(
                    "column {} is `{}` and has to be `{}`: the order is {order}",
                    at + 1,
                    names[at],
                    columns[at].name
                ))
            }
        },
    }
}

/// The first thing that is wrong with a row.
fn row(record: &ByteRecord, columns: &[Column]) -> Option<String> {
    if record.len() != columns.len() {
        return Some(format!("{} fields instead of {}", record.len(), columns.len()));
    }
    record.iter().zip(columns).find_map(|(field, column)| {
        let name = &column.name;
        let Ok(text) = std::str::from_utf8(field) else {
            return Some(format!("column {name}: `{}` is not UTF-8", String::from_utf8_lossy(field)));
        };
        match text.is_empty() {
            true => (!column.nullable).then(|| format!("column {name}: it is missing")),
            false => (!fits(column.kind, text))
                .then(|| format!("column {name}: `{}` is not of type {}", short(text), column.kind)),
        }
    })
}

fn short(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(39).collect::<String>())
    }
}

/// The few and strict forms that every engine agrees on.
fn fits(kind: Type, text: &str) -> bool {
    let whole = |text: &str| digits(text.strip_prefix('-').unwrap_or(text));
    match kind {
        Type::String => !text.contains('\0'),
        Type::Int => whole(text) && text.parse::<i32>().is_ok(),
        Type::Bigint => whole(text) && text.parse::<i64>().is_ok(),
        Type::Double => double(text),
        Type::Boolean => matches!(text, "true" | "false"),
        Type::Date => date(text),
        Type::Timestamp => timestamp(text),
        Type::Decimal(most, scale) => decimal(text, most, scale),
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn double(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (number, power) = rest.split_once(['e', 'E']).map_or((rest, "0"), |(number, power)| (number, power));
    let (before, after) = number.split_once('.').unwrap_or((number, "0"));
    let power = power.strip_prefix(['-', '+']).unwrap_or(power);
    digits(before) && digits(after) && digits(power) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn decimal(text: &str, most: u8, scale: u8) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (before, after) = rest.split_once('.').map_or((rest, None), |(before, after)| (before, Some(after)));
    let after_fits = after.is_none_or(|after| digits(after) && after.len() <= usize::from(scale));
    digits(before) && after_fits && before.trim_start_matches('0').len() <= usize::from(most - scale)
}

/// `2024-09-15`: chrono alone would take `2024-9-5`, too.
fn date(text: &str) -> bool {
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    shape && !text.starts_with("0000") && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// `2024-09-15 07:00:00`, and up to six digits of a second.
fn timestamp(text: &str) -> bool {
    let Some((day, time)) = text.split_once(' ') else { return false };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let parts: Vec<&str> = time.split(':').collect();
    let below =
        |part: &str, limit: u8| part.len() == 2 && digits(part) && part.parse::<u8>().is_ok_and(|part| part < limit);
    let time_fits = matches!(parts[..], [h, m, s] if below(h, 24) && below(m, 60) && below(s, 60));
    date(day) && time_fits && digits(fraction) && fraction.len() <= 6
}

#[cfg(test)]
#[path = "check_tests.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
