//! A stretch of records: each one checked, then kept or set aside.

use super::build::Builder;
use super::layout::{Layout, Slot};
use super::scan::{self, Field};
use super::value::{Value, value};
use polars::prelude::{Column, DataFrame, PolarsResult};
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

/// A row that was set aside.
pub(super) struct Aside {
    /// Its text, without the line break.
    pub(super) text: Range<usize>,
    pub(super) reason: String,
}

/// What a stretch holds.
pub(super) struct Part {
    pub(super) frame: DataFrame,
    /// For tables with a key: where each kept row starts, and the hash of its key.
    pub(super) keys: Vec<(u64, usize)>,
    pub(super) aside: Vec<Aside>,
}

/// Why a stretch cannot be used.
pub(super) enum Stop {
    /// The stretch may not start where a record does.
    Unsure,
    /// The engine's own words.
    Engine(String),
}

/// The text of a field.
pub(super) fn text_of(text: &str, field: Field) -> Cow<'_, str> {
    let inner = &text[field.start..field.end];
    if field.doubled { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) }
}

/// Check the records in `range`. With `counted`, where it starts was found by counting quotes, and anything that makes
/// this doubtful stops; without, a line that cannot be split is set aside alone.
pub(super) fn part(text: &str, layout: &Layout<'_>, range: Range<usize>, counted: bool) -> Result<Part, Stop> {
    let bytes = &text.as_bytes()[..range.end];
    // A guess that saves most of the growing; a record of the known tables is 50 bytes and more.
    let guess = range.len() / 200;
    let mut builders: Vec<Option<Builder>> = layout
        .slots
        .iter()
        .map(|slot| slot.used.then(|| Builder::new(&slot.column.name, slot.column.kind, guess)))
        .collect();
    let mut values = vec![Value::Missing; layout.slots.len()];
    let mut fields = Vec::with_capacity(layout.slots.len());
    let mut part = Part { frame: DataFrame::empty(), keys: Vec::new(), aside: Vec::new() };
    let mut rows = 0;
    let mut at = range.start;
    while at < range.end {
        let start = at;
        at = match scan::record(bytes, start, counted, &mut fields) {
            Ok(next) => next,
            Err(_) if counted => return Err(Stop::Unsure),
            Err(malformed) => {
                at = scan::next_line(bytes, start);
                part.set_aside(bytes, start, at, malformed.reason().to_owned());
                continue;
            }
        };
        // A blank line is no row.
        if let [only] = fields[..]
            && only.start == only.end
            && only.start == start
        {
            continue;
        }
        match check(text, &layout.slots, &fields, &mut values) {
            Err(reason) => part.set_aside(bytes, start, at, reason),
            Ok(()) => {
                for ((builder, field), value) in builders.iter_mut().zip(&fields).zip(&values) {
                    if let Some(builder) = builder {
                        builder.push(*value, &text_of(text, *field));
                    }
                }
                rows += 1;
                if layout.has_key {
                    part.keys.push((hash(text, layout, &fields, &values), start));
                }
            }
        }
    }
    let columns = layout.slots.iter().zip(builders);
    let columns = columns.filter_map(|(slot, builder)| Some(builder?.finish(slot.column.kind)));
    let columns: PolarsResult<Vec<Column>> = columns.collect();
    let frame = columns.and_then(|columns| DataFrame::new(rows, columns));
    part.frame = frame.map_err(|error| Stop::Engine(error.to_string()))?;
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

fn hash(text: &str, layout: &Layout<'_>, fields: &[Field], values: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for ((_, field), value) in layout.slots.iter().zip(fields).zip(values).filter(|((slot, _), _)| slot.key) {
        match value {
            Value::Whole(whole) => whole.hash(&mut hasher),
            Value::Boolean(boolean) => boolean.hash(&mut hasher),
            Value::Double(double) => double.to_bits().hash(&mut hasher),
            Value::Missing | Value::Text => text_of(text, *field).hash(&mut hasher),
        }
    }
    hasher.finish()
}

impl Part {
    fn set_aside(&mut self, bytes: &[u8], start: usize, next: usize, reason: String) {
        self.aside.push(Aside { text: row(bytes, start, next), reason });
    }
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
