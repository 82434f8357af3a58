//! The pieces that a file is made of: blocks of rows, as lines or as columns.

use crate::columns::{Columns, Gather};
use crate::fields::COLUMNS;
use crate::recipe::Recipe;

/// Fixed for ever: other blocks would be other bytes. About 280 kB, which stay in the processor's cache.
const BLOCK_ROWS: u64 = 1024;
/// Some more than a line has on average (275), so that a block's buffer hardly ever has to grow.
const LINE_BYTES: usize = 320;

/// A piece of the file: whole lines. The first one begins with the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Records in it, the header not counted.
    pub rows: u64,
    /// The lines.
    pub bytes: Vec<u8>,
}

pub(crate) struct Plan {
    pub(crate) recipe: Recipe,
    pub(crate) rows: u64,
}

impl Plan {
    fn rows_of(&self, block: u64) -> u64 {
        BLOCK_ROWS.min(self.rows - block * BLOCK_ROWS)
    }
}

/// A piece of a file: some of its blocks, in one form.
pub(crate) trait Piece: Default {
    /// Blocks in a whole piece.
    const BLOCKS: u64;
    /// Pieces that a file without rows has.
    const LEAST: u64;

    /// Becomes piece number `index`, in the memory of the piece that it was.
    fn make(&mut self, plan: &Plan, index: u64);

    fn count(plan: &Plan) -> u64 {
        plan.rows.div_ceil(BLOCK_ROWS * Self::BLOCKS).max(Self::LEAST)
    }
}

impl Piece for Block {
    const BLOCKS: u64 = 1;
    /// The header.
    const LEAST: u64 = 1;

    fn make(&mut self, plan: &Plan, index: u64) {
        self.rows = plan.rows_of(index);
        self.bytes.clear();
        self.bytes.reserve((self.rows as usize + 1) * LINE_BYTES);
        if index == 0 {
            self.bytes.extend_from_slice(COLUMNS.join(",").as_bytes());
            self.bytes.push(b'\n');
        }
        plan.recipe.lines(index, self.rows, &mut self.bytes);
    }
}

impl Piece for Columns {
    /// 32,768 rows, about 8 MB: a row group of Parquet.
    const BLOCKS: u64 = 32;
    const LEAST: u64 = 0;

    fn make(&mut self, plan: &Plan, index: u64) {
        let first = index * Self::BLOCKS;
        let end = (first + Self::BLOCKS).min(plan.rows.div_ceil(BLOCK_ROWS));
        let mut gather = Gather::new(self, (end - first) * BLOCK_ROWS);
        for block in first..end {
            plan.recipe.columns(block, plan.rows_of(block), &mut gather);
        }
    }
}
