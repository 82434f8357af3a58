//! The generator: options in, CSV or columns out.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use crate::blocks::{Block, Pieces, Plan};
use crate::columns::Columns;
use crate::options::{Error, Options};
use crate::record::Recipe;

/// Makes one file of records, as often as asked, with the same bytes each time.
pub struct Generator {
    plan: Arc<Plan>,
    threads: usize,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Records, the header not counted.
    pub rows: u64,
    /// Bytes, the header included.
    pub bytes: u64,
}

impl Generator {
    /// Checks the options and loads the tables of the locale.
    pub fn new(options: Options) -> Result<Self, Error> {
        let threads = options.threads.or_else(|| available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        let plan = Plan { recipe: Recipe::new(&options)?, rows: options.rows };
        Ok(Self { plan: Arc::new(plan), threads })
    }

    /// The file piece by piece, in order, made in the background a few pieces ahead.
    pub fn blocks(&self) -> io::Result<Pieces<Block>> {
        Pieces::start(Arc::clone(&self.plan), self.threads)
    }

    /// The same rows as columns, piece by piece.
    pub fn columns(&self) -> io::Result<Pieces<Columns>> {
        Pieces::start(Arc::clone(&self.plan), self.threads)
    }

    /// Writes the whole file. Memory stays the same for any number of rows.
    pub fn write(&self, out: &mut impl io::Write) -> io::Result<Stats> {
        let mut stats = Stats::default();
        for block in self.blocks()? {
            out.write_all(&block.bytes)?;
            stats.rows += block.rows;
            stats.bytes += block.bytes.len() as u64;
        }
        out.flush()?;
        Ok(stats)
    }
}
