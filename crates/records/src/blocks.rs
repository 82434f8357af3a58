//! Blocks of rows, made side by side and handed out in order.
//!
//! Thread t of n makes the blocks t, t + n, t + 2n.. and hands them over a short queue of its own. Taking from the queues
//! in turn restores the order; a full queue makes its thread wait. So memory is bounded, and making goes on during writing.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::columns::{Columns, Gather};
use crate::record::{COLUMNS, Recipe};

/// Fixed for ever: other blocks would be other bytes. About 250 kB, which stays in the processor's cache.
const BLOCK_ROWS: u64 = 1024;
const QUEUED_PIECES: usize = 1;
/// Some more than a line has on average (275), so that a block's buffer hardly ever has to grow.
const LINE_BYTES: usize = 320;

/// A piece of the file: whole lines. The first one begins with the header.
#[derive(Debug, Clone, PartialEq, Eq)]
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
pub(crate) trait Piece: Send + Sized + 'static {
    /// Blocks in a whole piece.
    const BLOCKS: u64;
    /// Pieces that a file without rows has.
    const LEAST: u64;

    fn make(plan: &Plan, index: u64) -> Self;

    fn count(plan: &Plan) -> u64 {
        plan.rows.div_ceil(BLOCK_ROWS * Self::BLOCKS).max(Self::LEAST)
    }
}

impl Piece for Block {
    const BLOCKS: u64 = 4;
    /// The header.
    const LEAST: u64 = 1;

    fn make(plan: &Plan, index: u64) -> Self {
        let first = index * Self::BLOCKS;
        let last = (first + Self::BLOCKS).min(plan.rows.div_ceil(BLOCK_ROWS));
        let rows = (last * BLOCK_ROWS).min(plan.rows) - first * BLOCK_ROWS;
        let mut bytes = Vec::with_capacity((rows as usize + 1) * LINE_BYTES);
        if index == 0 {
            bytes.extend_from_slice(COLUMNS.join(",").as_bytes());
            bytes.push(b'\n');
        }
        for block in first..last {
            plan.recipe.lines(block, plan.rows_of(block), &mut bytes);
        }
        Self { rows, bytes }
    }
}

impl Piece for Columns {
    /// 32,768 rows, about 8 MB: a row group of Parquet.
    const BLOCKS: u64 = 32;
    const LEAST: u64 = 0;

    fn make(plan: &Plan, index: u64) -> Self {
        let first = index * Self::BLOCKS;
        let last = (first + Self::BLOCKS).min(plan.rows.div_ceil(BLOCK_ROWS));
        let mut gather = Gather::new((last - first) * BLOCK_ROWS);
        for block in first..last {
            plan.recipe.columns(block, plan.rows_of(block), &mut gather);
        }
        gather.finish()
    }
}

/// The pieces of one file, in order.
pub struct Pieces<P> {
    plan: Arc<Plan>,
    next: u64,
    /// Empty when the caller's own thread does the work.
    workers: Vec<Worker<P>>,
}

struct Worker<P> {
    made: Receiver<P>,
    thread: Option<JoinHandle<()>>,
}

#[allow(private_bounds)] // Only the pieces of this crate can be made.
impl<P: Piece> Pieces<P> {
    pub(crate) fn start(plan: Arc<Plan>, threads: usize) -> io::Result<Self> {
        let threads = P::count(&plan).min(threads as u64);
        let workers = if threads > 1 {
            (0..threads).map(|first| Worker::start(&plan, first, threads)).collect()
        } else {
            Ok(Vec::new())
        };
        Ok(Self { plan, next: 0, workers: workers? })
    }
}

#[allow(private_bounds)]
impl<P: Piece> Iterator for Pieces<P> {
    type Item = P;

    fn next(&mut self) -> Option<P> {
        let index = self.next;
        if index == P::count(&self.plan) {
            return None;
        }
        self.next += 1;
        if self.workers.is_empty() {
            return Some(P::make(&self.plan, index));
        }
        let turn = (index % self.workers.len() as u64) as usize;
        self.workers[turn].take()
    }
}

impl<P: Piece> Worker<P> {
    fn start(plan: &Arc<Plan>, first: u64, step: u64) -> io::Result<Self> {
        let (send, made) = sync_channel(QUEUED_PIECES);
        let plan = Arc::clone(plan);
        let work = move || {
            let mut index = first;
            // Nobody listens any more when the reader stopped early.
            while index < P::count(&plan) && send.send(P::make(&plan, index)).is_ok() {
                index += step;
            }
        };
        let thread = Builder::new().name(format!("records-{first}")).spawn(work)?;
        Ok(Self { made, thread: Some(thread) })
    }

    fn take(&mut self) -> Option<P> {
        let piece = self.made.recv().ok();
        if piece.is_none()
            && let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
        {
            // Ending here in silence would make a file that is short but looks whole.
            resume_unwind(panic);
        }
        piece
    }
}
