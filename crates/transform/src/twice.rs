//! Finds what is there twice among many, by sorting hashes: several times faster than a table of all values.

use rayon::slice::ParallelSliceMut;
use std::collections::HashSet;

/// The hashes that are there more than once.
pub(crate) fn twice(mut hashes: Vec<u64>) -> HashSet<u64> {
    hashes.par_sort_unstable();
    hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}
