//! A stretch of records: each one checked, then kept or rejected.

use super::build::Builder;
use super::cut::Stretch;
use super::layout::{Layout, Slot};
use super::marks::Marks;
use super::scan::{self, Field};
use super::value::{Value, value};
use crate::hashes::{MISSING, hash};
use polars::prelude::{Column, DataFrame, PolarsResult};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A row that was rejected.
#[derive(Debug)]
pub(super) struct Aside {
    /// Line breaks before it in its stretch.
    pub(super) line: u64,
    /// Its text, without the line break.
    pub(super) text: String,
    pub(super) reason: String,
}

/// A row whose key may be that of another one.
pub(super) struct Shared {
    /// Where it starts in the file.
    pub(super) start: u64,
    pub(super) values: Vec<String>,
}

/// What a stretch holds.
#[derive(Default)]
pub(crate) struct Part {
    /// The rows that are right, with the columns that are used.
    pub(crate) frame: DataFrame,
    /// How many they are.
    pub(super) kept: u64,
    /// Line breaks in the stretch.
    pub(super) lines: u64,
    /// Its bytes.
    pub(super) bytes: u64,
    /// For tables with a key: the hash of the key of each row that is right.
    pub(super) hashes: Vec<u64>,
    pub(super) shared: Vec<Shared>,
    pub(super) aside: Vec<Aside>,
}

/// Why a stretch cannot be used.
#[derive(Debug)]
pub(super) enum Stop {
    /// A record is malformed, so where the others start has to be found in another way.
    Unsure,
    /// Something in the line after so many line breaks.
    Line(u64, &'static str),
    /// The engine's own words.
    Engine(String),
}

/// What is done with the rows.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    /// Malformed records are rejected; otherwise they stop it.
    pub(super) malformed: bool,
    /// Rows that are rejected whatever they are, by where they start.
    pub(super) removed: &'a Removed,
    /// Only look for rows whose key has one of these hashes.
    pub(super) only: Option<&'a HashSet<u64>>,
}

/// Why rows of a file are rejected, by where they start.
pub(super) type Removed = HashMap<u64, String>;

/// The text of a field.
pub(super) fn text_of(text: &str, field: Field) -> Cow<'_, str> {
    let inner = &text[field.start..field.end];
    if field.doubled { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) }
}

/// Check the records of a stretch.
pub(super) fn part(stretch: &Stretch, layout: &Layout<'_>, task: Task<'_>) -> Result<Part, Stop> {
    let bytes = stretch.bytes();
    let records = &bytes[..stretch.records];
    let count = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count() as u64;
    let text = simdutf8::compat::from_utf8(records)
        .map_err(|error| Stop::Line(count(&records[..error.valid_up_to()]), "is not UTF-8; convert the file"))?;
    if memchr::memchr(0, records).is_some() {
        return Err(Stop::Engine("it has a zero byte, so it is not text".to_owned()));
    }
    // A guess that saves most of the growing; a record of the known tables is 50 bytes and more.
    let guess = if task.only.is_some() { 0 } else { records.len() / 200 };
    let builder = |slot: &Slot<'_>| Builder::new(&slot.column.name, slot.column.kind, guess);
    let mut builders: Vec<_> = layout.slots.iter().map(|slot| slot.used.then(|| builder(slot))).collect();
    let mut values = vec![Value::Missing; layout.slots.len()];
    let (mut marks, mut fields) = (Marks::new(bytes), Vec::with_capacity(layout.slots.len()));
    let mut part = Part { lines: count(records), bytes: records.len() as u64, ..Part::default() };
    let mut rows = 0;
    // Lines are only counted up to rows that are rejected.
    let (mut line, mut counted) = (0, 0);
    let mut at = 0;
    while at < records.len() {
        let start = at;
        let mut checked = Ok(());
        at = match scan::record(&mut marks, start, &mut fields) {
            Ok(next) => next,
            Err(_) if !task.malformed => return Err(Stop::Unsure),
            Err(malformed) => {
                checked = Err(malformed.reason().to_owned());
                scan::next_line(records, start)
            }
        };
        // A blank line is no row.
        if checked.is_ok() {
            if let [only] = fields[..]
                && only.start == only.end
                && only.start == start
            {
                continue;
            }
            checked = check(text, &layout.slots, &fields, &mut values);
        }
        let place = stretch.start + start as u64;
        if checked.is_ok() && layout.has_key {
            let hash = hash_of(text, layout, &fields, &values);
            match task.only {
                Some(hashes) if hashes.contains(&hash) => {
                    let values = fields.iter().map(|field| text_of(text, *field).into_owned()).collect();
                    part.shared.push(Shared { start: place, values });
                }
                Some(_) => {}
                None => part.hashes.push(hash),
            }
        }
        if task.only.is_some() {
            continue;
        }
        if let Some(reason) = task.removed.get(&place).filter(|_| checked.is_ok()) {
            checked = Err(reason.clone());
        }
        match checked {
            Ok(()) => {
                for ((builder, field), value) in builders.iter_mut().zip(&fields).zip(&values) {
                    if let Some(builder) = builder {
                        match *value {
                            Value::Text => builder.text(&text_of(text, *field)),
                            value => builder.push(value),
                        }
                    }
                }
                rows += 1;
            }
            Err(reason) => {
                line += count(&bytes[counted..start]);
                counted = start;
                part.aside.push(Aside { line, reason, text: text[row(records, start, at)].to_owned() });
            }
        }
    }
    let columns = layout.slots.iter().zip(builders);
    let columns = columns.filter_map(|(slot, builder)| Some(builder?.finish(slot.column.kind)));
    let columns: PolarsResult<Vec<Column>> = columns.collect();
    let frame = columns.and_then(|columns| DataFrame::new(rows, columns));
    part.frame = frame.map_err(|error| Stop::Engine(error.to_string()))?;
    part.kept = rows as u64;
    Ok(part)
}

/// The value of each field, or the first reason why the row breaks the schema.
fn check(text: &str, slots: &[Slot<'_>], fields: &[Field], values: &mut [Value]) -> Result<(), String> {
    if fields.len() != slots.len() {
        return Err(format!("{} fields instead of {}", fields.len(), slots.len()));
    }
    for ((slot, field), place) in slots.iter().zip(fields).zip(values) {
        let column = slot.column;
        let found = value(column.kind, &text.as_bytes()[field.start..field.end]);
        *place = match found {
            None => return Err(format!("{} is not of type {}", column.name, column.kind)),
            Some(Value::Missing) if !column.nullable => return Err(format!("{} is missing", column.name)),
            Some(value) => value,
        };
    }
    Ok(())
}

fn hash_of(text: &str, layout: &Layout<'_>, fields: &[Field], values: &[Value]) -> u64 {
    let of_key = layout.slots.iter().zip(fields).zip(values).filter(|((slot, _), _)| slot.key);
    of_key.fold(0, |before, ((_, field), value)| match value {
        Value::Whole(whole) => hash(&whole.to_le_bytes(), before),
        Value::Boolean(boolean) => hash(&[u8::from(*boolean)], before),
        Value::Double(double) => hash(&double.to_bits().to_le_bytes(), before),
        Value::Missing => hash(&MISSING.to_le_bytes(), before),
        Value::Text => hash(text_of(text, *field).as_bytes(), before),
    })
}

/// The text of the row from `start` to where the next one starts, without the line break.
pub(super) fn row(bytes: &[u8], start: usize, next: usize) -> Range<usize> {
    let mut end = next;
    if end > start && bytes[end - 1] == b'\n' {
        end -= 1;
    }
    while end > start && bytes[end - 1] == b'\r' {
        end -= 1;
    }
    start..end
}
