//! Blocks of rows, made side by side and handed out in order.
//!
//! Thread t of n makes the blocks t, t + n, t + 2n.. and hands them over a short queue of its own. Taking from the queues
//! in turn restores the order; a full queue makes its thread wait. So memory is bounded, and making goes on during writing.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::record::{COLUMNS, Recipe};

/// Fixed for ever: other blocks would be other bytes. About 250 kB, which stays in the processor's cache.
const BLOCK_ROWS: u64 = 1024;
const QUEUED_BLOCKS: usize = 2;
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
    /// At least one, for the header.
    fn blocks(&self) -> u64 {
        self.rows.div_ceil(BLOCK_ROWS).max(1)
    }

    fn make(&self, index: u64) -> Block {
        let rows = BLOCK_ROWS.min(self.rows - index * BLOCK_ROWS);
        let mut bytes = Vec::with_capacity((rows as usize + 1) * LINE_BYTES);
        if index == 0 {
            bytes.extend_from_slice(COLUMNS.join(",").as_bytes());
            bytes.push(b'\n');
        }
        self.recipe.rows(index, rows, &mut bytes);
        Block { rows, bytes }
    }
}

/// The pieces of one file, in order.
pub struct Blocks {
    plan: Arc<Plan>,
    next: u64,
    /// Empty when the caller's own thread does the work.
    workers: Vec<Worker>,
}

struct Worker {
    made: Receiver<Block>,
    thread: Option<JoinHandle<()>>,
}

impl Blocks {
    pub(crate) fn start(plan: Arc<Plan>, threads: usize) -> io::Result<Self> {
        let threads = plan.blocks().min(threads as u64);
        let workers = if threads > 1 {
            (0..threads).map(|first| Worker::start(&plan, first, threads)).collect()
        } else {
            Ok(Vec::new())
        };
        Ok(Self { plan, next: 0, workers: workers? })
    }
}

impl Iterator for Blocks {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        let index = self.next;
        if index == self.plan.blocks() {
            return None;
        }
        self.next += 1;
        if self.workers.is_empty() {
            return Some(self.plan.make(index));
        }
        let turn = (index % self.workers.len() as u64) as usize;
        self.workers[turn].take()
    }
}

impl Worker {
    fn start(plan: &Arc<Plan>, first: u64, step: u64) -> io::Result<Self> {
        let (send, made) = sync_channel(QUEUED_BLOCKS);
        let plan = Arc::clone(plan);
        let work = move || {
            let mut index = first;
            // Nobody listens any more when the reader stopped early.
            while index < plan.blocks() && send.send(plan.make(index)).is_ok() {
                index += step;
            }
        };
        let thread = Builder::new().name(format!("records-{first}")).spawn(work)?;
        Ok(Self { made, thread: Some(thread) })
    }

    fn take(&mut self) -> Option<Block> {
        let block = self.made.recv().ok();
        if block.is_none()
            && let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
        {
            // Ending here in silence would make a file that is short but looks whole.
            resume_unwind(panic);
        }
        block
    }
}
