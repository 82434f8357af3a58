//! Rows as columns, in the way that Parquet calls PLAIN.

use crate::line::Line;
use crate::record::{COLUMNS, Fields};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Records in it.
    pub rows: u64,
    /// The values of each column, one after another.
    pub values: [Vec<u8>; COLUMNS.len()],
}

impl Columns {
    /// Room for so many rows.
    pub(crate) fn with_room(rows: u64) -> Self {
        // What a value of each column has on average, its length included, and a bit more.
        const BYTES: [usize; COLUMNS.len()] = [24, 22, 34, 17, 4, 64, 16, 21, 19, 28, 8, 4, 4, 4, 4, 40];
        Self { rows: 0, values: BYTES.map(|bytes| Vec::with_capacity(bytes * rows as usize)) }
    }
}

/// Rows that fit into each column's buffer: of text, none is longer than 200 bytes.
const GATHERED: u64 = 64;

/// Gathers rows in buffers that stay in the processor's cache, and moves them on when those are full.
pub(crate) struct Gather {
    buffers: [Line; COLUMNS.len()],
    rows: u64,
    done: Columns,
}

impl Gather {
    pub(crate) fn new(rows: u64) -> Self {
        Self { buffers: [const { Line::new() }; COLUMNS.len()], rows: 0, done: Columns::with_room(rows) }
    }

    #[inline(always)]
    pub(crate) fn row(&mut self, line: &Line, fields: &Fields) {
        let mut measures = fields.measures.iter();
        for ((buffer, kind), (start, end)) in self.buffers.iter_mut().zip(KINDS).zip(fields.spans) {
            match kind {
                Kind::Text => buffer.counted(line, start, end),
                Kind::Date => buffer.put(&fields.birth.to_le_bytes()),
                Kind::Timestamp => buffer.put(&fields.accessed.to_le_bytes()),
                Kind::Int => buffer.put(&measures.next().copied().unwrap_or_default().to_le_bytes()),
            }
        }
        self.rows += 1;
        if self.rows == GATHERED {
            self.flush();
        }
    }

    fn flush(&mut self) {
        for (buffer, values) in self.buffers.iter_mut().zip(&mut self.done.values) {
            values.extend_from_slice(buffer.as_bytes());
            buffer.clear();
        }
        self.done.rows += self.rows;
        self.rows = 0;
    }

    pub(crate) fn finish(mut self) -> Columns {
        self.flush();
        self.done
    }
}
