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

impl Default for Limits {
    fn default() -> Self {
        Self { chunk: 16 << 20, threads: rayon::current_num_threads(), hashes: 8 << 20 }
    }
}
