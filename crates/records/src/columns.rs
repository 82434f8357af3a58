//! Rows as columns, in the way that Parquet calls PLAIN.

use crate::fields::{COLUMNS, Fields};
use crate::line::Line;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8: each value is its number of bytes (four bytes, the lowest first) and the bytes.
    Text,
    /// Days since 1970-01-01, in four bytes.
    Date,
    /// Microseconds since 1970-01-01, in eight bytes. No time zone.
    Timestamp,
    /// A whole number, in four bytes.
    Int,
}

/// The kind of each of [`COLUMNS`].
pub const KINDS: [Kind; COLUMNS.len()] = [
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Date,
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Text,
    Kind::Timestamp,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Int,
    Kind::Text,
];

/// A piece of the file as columns, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Records in it.
    pub rows: u64,
    /// The values of each column, one after another.
    pub values: [Vec<u8>; COLUMNS.len()],
}

/// What a value of each column has on average, its length included, and a bit more.
const BYTES: [usize; COLUMNS.len()] = [24, 22, 34, 17, 4, 64, 16, 21, 19, 28, 8, 4, 4, 4, 4, 40];

/// Takes lines apart, some at a time and column by column: a line that was written just now would have to be in the cache
/// before its fields can be read.
pub(crate) struct Gather<'a> {
    /// Values of one column, in the processor's cache. All that some lines have of a column is shorter than they are.
    buffer: Line,
    done: &'a mut Columns,
}

impl<'a> Gather<'a> {
    /// Into `done`, in place of what it has, with room for so many rows.
    pub(crate) fn new(done: &'a mut Columns, rows: u64) -> Self {
        done.rows = 0;
        for (values, bytes) in done.values.iter_mut().zip(BYTES) {
            values.clear();
            values.reserve(bytes * rows as usize);
        }
        Self { buffer: Line::new(), done }
    }

    /// Takes all `lines`, whose fields are `rows`.
    pub(crate) fn take(&mut self, lines: &Line, rows: &[Fields]) {
        let buffer = &mut self.buffer;
        let mut measure = 0;
        for (column, (kind, values)) in KINDS.into_iter().zip(&mut self.done.values).enumerate() {
            buffer.clear();
            let spans = rows.iter().map(|row| row.spans[column]);
            match kind {
                Kind::Text if BYTES[column] > 32 => spans.for_each(|span| buffer.counted::<64>(lines, span)),
                Kind::Text => spans.for_each(|span| buffer.counted::<32>(lines, span)),
                Kind::Date => rows.iter().for_each(|row| buffer.put(&row.birth.to_le_bytes())),
                Kind::Timestamp => rows.iter().for_each(|row| buffer.put(&row.accessed.to_le_bytes())),
                Kind::Int => {
                    let measures = rows.iter().filter_map(|row| row.measures.get(measure));
                    measures.for_each(|value| buffer.put(&value.to_le_bytes()));
                    measure += 1;
                }
            }
            values.extend_from_slice(buffer.as_bytes());
        }
        self.done.rows += rows.len() as u64;
    }
}
