//! The generator: options in, CSV or columns out.

use std::io;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use crate::blocks::{Block, Piece, Plan};
use crate::columns::Columns;
use crate::options::{Error, Options};
use crate::recipe::Recipe;
use crate::turns::in_turn;

/// Makes one file of records, as often as asked, with the same bytes each time.
pub struct Generator {
    plan: Plan,
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
        Ok(Self { plan, threads })
    }

    /// Gives `take` the file piece by piece, in order. Pieces are made and given away by as many threads as the options say,
    /// one of which is the caller's; a `take` that is slow makes them wait. It may keep the bytes.
    ///
    /// The first error of `take` ends the work and is the answer.
    pub fn blocks(&self, take: impl FnMut(&mut Block) -> io::Result<()> + Send) -> io::Result<()> {
        self.pieces(take)
    }

    /// The same rows as columns, in the same way.
    pub fn columns(&self, take: impl FnMut(&mut Columns) -> io::Result<()> + Send) -> io::Result<()> {
        self.pieces(take)
    }

    fn pieces<P: Piece>(&self, take: impl FnMut(&mut P) -> io::Result<()> + Send) -> io::Result<()> {
        in_turn(P::count(&self.plan), self.threads, |piece: &mut P, index| piece.make(&self.plan, index), take)
    }

    /// Writes the whole file. Memory stays the same for any number of rows.
    pub fn write(&self, out: &mut (impl io::Write + Send)) -> io::Result<Stats> {
        let mut stats = Stats::default();
        self.blocks(|block| {
            stats.rows += block.rows;
            stats.bytes += block.bytes.len() as u64;
            out.write_all(&block.bytes)
        })?;
        out.flush()?;
        Ok(stats)
    }
}
