//! What a run may use of the machine.

/// What a run may use. Its memory grows with `chunk` and `threads`, not with the tables: about nine times
/// their product was seen (283 to 297 MB at 16 MiB and two threads).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a raw file that are read at once; its rows become one row group.
    pub chunk: usize,
    /// Pieces that are worked on side by side.
    pub threads: usize,
    /// Hashes of keys that wait in memory, of eight bytes each; the others wait in files without a name.
    pub hashes: usize,
}

/// The engine itself, without any piece.
const BASE: u64 = 48 << 20;
/// What a piece takes, in times of its bytes.
const PIECE: u64 = 10;
/// The least that is worth being called a piece.
const SMALLEST: usize = 1 << 20;

impl Limits {
    /// Such that a run takes about `bytes` of memory: fewer pieces are worked on at once first, and only then do they get
    /// smaller, since the size of pieces shows in the files.
    #[must_use]
    pub fn within(self, bytes: u64) -> Self {
        let hashes = usize::try_from(bytes / 16 / 8).unwrap_or(usize::MAX).clamp(1 << 14, self.hashes.max(1 << 14));
        let rest = usize::try_from(bytes.saturating_sub(bytes / 16 + BASE) / PIECE).unwrap_or(usize::MAX);
        let threads = (rest / self.chunk.max(1)).clamp(1, self.threads.max(1));
        Self { chunk: rest.clamp(SMALLEST, self.chunk.max(SMALLEST)), threads, hashes }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { chunk: 16 << 20, threads: rayon::current_num_threads(), hashes: 8 << 20 }
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn little_memory_makes_small_pieces_and_few_of_them() {
        let limits = Limits { chunk: 16 << 20, threads: 8, hashes: 8 << 20 };
        let much = limits.within(12_000_000_000);
        assert_eq!((much.chunk, much.threads, much.hashes), (16 << 20, 8, 8 << 20));
        let some = limits.within(600_000_000);
        assert_eq!((some.chunk, some.threads), (16 << 20, 3));
        let little = limits.within(64_000_000);
        assert_eq!((little.chunk, little.threads), (1 << 20, 1));
    }
}
